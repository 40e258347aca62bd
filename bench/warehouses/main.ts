import { parseArgs } from 'node:util';
import { snowflakeFiles } from './snowflake-files.js';

/** `npm run bench -- warehouses [--rows 1000000] [--pairs 3]`: what each warehouse takes, against the least that it could. */
const { values: options } = parseArgs({
  options: { rows: { type: 'string', default: '1000000' }, pairs: { type: 'string', default: '3' } },
});
const reached = await snowflakeFiles({ rows: Number(options.rows), pairs: Number(options.pairs) });
if (!reached) process.exitCode = 1;
