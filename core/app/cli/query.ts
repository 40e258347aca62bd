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
    const [open, { requirePhiRight }] = await Promise.all([installation(), import('./phi-right.js')]);
    // A statement may read what the report hides, and rows of single members.
    await requirePhiRight(open, 'query.with_phi', destination as string);
    const sql = await open.sql(destination as string, { readOnly: true, signal });
    try {
      const { columns, rows } = await sql.ask(statement as string);
      const names = distinct(columns);
      const objects = rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index]])));
      output.data('tributary.query/1', objects, () => {
        if (csv === true) return toCsv(columns, rows);
        return `${columns.length === 0 ? '' : `${table(columns, rows)}\n`}(${counted(rows.length, 'row')})`;
      });
    } finally {
      await sql.close();
    }
  });
}

/** An object cannot hold two columns of one name, so the later ones get a number. */
function distinct(columns: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return columns.map((column) => {
    let name = column;
    for (let number = 2; taken.has(name) || (number > 2 && columns.includes(name)); number++)
      name = `${column}_${number}`;
    taken.add(name);
    return name;
  });
}
