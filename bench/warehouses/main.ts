import { parseArgs } from 'node:util';
import { postgresLoads } from './postgres.js';
import { snowflakeFiles } from './snowflake-files.js';

/**
 * `npm run bench -- warehouses [postgres] [snowflake] [--rows 1000000] [--table-rows 10000000] [--pairs 3]`: what each warehouse
 * takes, against the least that it could. `--rows` are those of Snowflake's files, `--table-rows` those of the table in Postgres.
 */
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string', default: '1000000' },
    'table-rows': { type: 'string', default: '10000000' },
    pairs: { type: 'string', default: '3' },
  },
});
const pairs = Number(options.pairs);
const isWanted = (name: string) => positionals.length === 0 || positionals.includes(name);
const reached = [
  !isWanted('snowflake') || (await snowflakeFiles({ rows: Number(options.rows), pairs })),
  !isWanted('postgres') || (await postgresLoads({ tableRows: Number(options['table-rows']), pairs })),
];
if (reached.includes(false)) process.exitCode = 1;
