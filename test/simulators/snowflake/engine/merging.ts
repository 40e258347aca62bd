import { errors } from '../errors.js';
import type { MergeClause, Statement } from '../sql/statement.js';
import { assigned } from './casts.js';
import type { Table } from './catalog.js';
import { assignments, enterTarget, lockTable, namedColumns, pathOf, withDefault, zoneOf } from './changes.js';
import { queryWriterOf } from './environment.js';
import { id } from './names.js';
import type { QueryWriter } from './queries.js';
import { countResult, wire, type Result } from './results.js';
import { createScope, type Scope } from './scope.js';
import type { Running } from './session.js';
import type { Transaction } from './transactions.js';

type Of<Kind extends Statement['kind']> = Extract<Statement, { kind: Kind }>;

/**
 * Docs, MERGE, "Nondeterministic results": with ERROR_ON_NONDETERMINISTIC_MERGE, which is the default, a row of the target that is to be
 * updated by two rows of the source, or updated and deleted, is an error. Two that only delete it are none.
 */
const refuseDuplicates = async (
  running: Running,
  relation: string,
  alias: string,
  source: string,
  on: string,
  matched: readonly { condition: string; isUpdate: boolean }[],
): Promise<void> => {
  if (!matched.some(({ isUpdate }) => isUpdate)) return;
  const which = `CASE ${matched.map(({ condition, isUpdate }) => `WHEN ${condition} THEN ${isUpdate ? "'update'" : "'delete'"}`).join(' ')} END`;
  const pairs = `SELECT ${alias}.rowid AS target, ${which} AS does FROM ${relation} AS ${alias} JOIN ${source} ON ${on}`;
  const { account } = running;
  const twice = await account.database.run(
    `SELECT target FROM (${pairs}) WHERE does IS NOT NULL GROUP BY target HAVING count(*) > 1 AND count(*) FILTER (WHERE does = 'update') > 0 LIMIT 1`,
    zoneOf(running),
  );
  if (twice.rows.length === 0) return;
  const row = await account.database.run(`SELECT * FROM ${relation} WHERE rowid = ${String(twice.rows[0][0])}`);
  throw errors.nondeterministic(
    row.rows[0].map((value) => (typeof value === 'string' ? `"${value}"` : (wire(value) ?? 'NULL'))).join(', '),
  );
};

/** A row that is to be inserted: its columns and values, computed from the source. */
const insertOf = (
  action: Extract<MergeClause['action'], { kind: 'insert' }>,
  table: Table,
  writer: QueryWriter,
  scope: Scope,
): { readonly names: string; readonly values: string } => {
  const columns = namedColumns(table, action.columns);
  if (columns.length !== action.values.length) throw errors.valueCount(columns.length, action.values.length);
  const rest = table.columns.filter((column) => !columns.includes(column));
  const values = [
    ...columns.map((column, index) =>
      assigned(writer.expressions.write(withDefault(column, action.values[index]), scope), column),
    ),
    ...rest.map((column) => assigned(writer.expressions.write(withDefault(column, 'DEFAULT'), scope), column)),
  ].map((value, index) => `${value} AS v${index}`);
  return { names: [...columns, ...rest].map(({ name }) => id(name)).join(', '), values: values.join(', ') };
};

/**
 * The engine's MERGE computes what each clause assigns for rows of other clauses too, whose values may fit no column. So rows to be
 * inserted are put aside first, and what is updated is computed under the condition of its clause.
 */
export const merge = async (statement: Of<'merge'>, running: Running, transaction: Transaction): Promise<Result> => {
  const { account } = running;
  const { database } = account;
  const table = await lockTable(running, transaction, pathOf(statement.target));
  const relation = await account.transactions.forChanging(table, transaction);
  const writer = queryWriterOf(running);
  const scope = createScope();
  const alias = enterTarget(statement.target, table, scope);
  const source = writer.source(statement.source, scope);
  const { condition } = writer.expressions;
  const on = condition(statement.on, scope);
  const sourceOnly: Scope = { ...createScope(), sources: scope.sources.slice(1) };
  const matched: { condition: string; isUpdate: boolean }[] = [];
  const changing: string[] = [];
  const inserting: { names: string; rows: string }[] = [];
  const earlier: string[] = [];
  for (const { matched: isMatched, condition: also, action } of statement.clauses) {
    const test = also === undefined ? undefined : condition(also, isMatched ? scope : sourceOnly);
    if (action.kind === 'insert') {
      const { names, values } = insertOf(action, table, writer, sourceOnly);
      const where = [...(test === undefined ? [] : [test]), ...earlier.map((one) => `(${one}) IS NOT TRUE`)].join(
        ' AND ',
      );
      inserting.push({
        names,
        rows: `SELECT ${values} FROM ${source} ANTI JOIN ${relation} AS ${alias} ON ${on}${where === '' ? '' : ` WHERE ${where}`}`,
      });
      earlier.push(test ?? 'TRUE');
      continue;
    }
    matched.push({ condition: test ?? 'TRUE', isUpdate: action.kind === 'update' });
    const guard = test === undefined ? on : `(${on}) AND (${test})`;
    const does =
      action.kind === 'delete' ? 'DELETE' : `UPDATE SET ${assignments(action.set, table, writer, scope, guard)}`;
    changing.push(` WHEN MATCHED${test === undefined ? '' : ` AND ${test}`} THEN ${does}`);
  }
  await refuseDuplicates(running, relation, alias, source, on, matched);
  const zone = zoneOf(running);
  const asides: { names: string; aside: string }[] = [];
  const counts = { insert: 0, update: 0, delete: 0 };
  try {
    for (const { names, rows } of inserting) {
      const aside = account.relation();
      await database.run(`CREATE TABLE ${aside} AS ${rows}`, zone);
      asides.push({ names, aside });
    }
    if (changing.length > 0) {
      const { rows } = await database.run(
        `MERGE INTO ${relation} AS ${alias} USING ${source} ON ${on}${changing.join('')} RETURNING merge_action`,
        zone,
      );
      for (const [action] of rows) counts[String(action).toLowerCase() as 'update' | 'delete'] += 1;
    }
    for (const { names, aside } of asides)
      counts.insert += (await database.run(`INSERT INTO ${relation} (${names}) SELECT * FROM ${aside}`)).changed;
  } finally {
    for (const { aside } of asides) await database.run(`DROP TABLE ${aside}`);
  }
  const kinds = new Set(statement.clauses.map(({ action }) => action.kind));
  return countResult({
    ...(kinds.has('insert') ? { 'number of rows inserted': counts.insert } : {}),
    ...(kinds.has('update') ? { 'number of rows updated': counts.update } : {}),
    ...(kinds.has('delete') ? { 'number of rows deleted': counts.delete } : {}),
  });
};
