import { InvalidArgumentError, type Command } from 'commander';
import { counted, table, toCsv } from './output.js';
import { does } from './verb.js';

export function queryVerb(program: Command): void {
  const command = program
    .command('query')
    .description('read-only SQL on a destination, as a table, --json or --csv')
    .argument('<destination>')
    .argument('<sql>', 'one statement', (text) => {
      if (text.trim() === '') throw new InvalidArgumentError('It is empty.');
      return text;
    })
    .option('--csv', 'print as CSV');
  does<{ csv?: boolean }>(command, async ({ installation, output, signal }, [destination, statement], { csv }) => {
    const sql = await (await installation()).sql(destination as string, { readOnly: true, signal });
    try {
      const rows = await sql.query(statement as string);
      const head = Object.keys(rows[0] ?? {});
      const cells = rows.map((row) => head.map((name) => row[name]));
      output.data('tributary.query/1', rows, () => {
        if (csv === true) return toCsv(head, cells);
        return `${rows.length === 0 ? '' : `${table(head, cells)}\n`}(${counted(rows.length, 'row')})`;
      });
    } finally {
      await sql.close();
    }
  });
}
