import type { Builder } from './build-fact.js';

/** From this day on these figures mean something else than before. */
export interface DefinitionChange {
  readonly date: string;
  readonly measures: readonly string[];
  readonly note: string;
}

/** The report's notes are read from the marts, so that every form of it says the same. */
export async function keepDefinitions(
  { sql, dialect: { literal } }: Builder,
  changes: readonly DefinitionChange[],
): Promise<void> {
  await sql.query('DELETE FROM report.definition_change');
  for (const { date, measures, note } of changes)
    await sql.query(
      `INSERT INTO report.definition_change (date, measures, note)
       VALUES (CAST(${literal(date)} AS date), ${literal(measures.join(', '))}, ${literal(note)})`,
    );
}
