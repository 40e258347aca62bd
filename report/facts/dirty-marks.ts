import { hasTables } from '../../destinations/sql/index.js';
import type { Builder } from './build-fact.js';
import type { CompiledFact } from './fact.js';
import type { FactQuery } from './fact-query.js';
import { scopeIn, WHOLE, type Scope } from './scope.js';

export interface Marks {
  readonly count: number;
  /** What the marks of a fact ask for; undefined where it has none. */
  scopeOf(fact: CompiledFact, query: FactQuery | undefined): Promise<Scope | undefined>;
  /**
   * Deletes exactly the marks that were read, and keeps whose they were; ids are not committed in their order, so none is deleted by
   * its size. When they were committed they do not say: a checkpoint that is older may come after a build that did not see it.
   */
  settle(): Promise<void>;
}

export async function takeMarks(builder: Builder, schema: string, facts: readonly string[]): Promise<Marks> {
  const { sql, dialect, scratch, now } = builder;
  const { literal, quote } = dialect;
  // Where nothing was ever synced with this metadata schema, there is no such table.
  if (facts.length === 0 || !(await hasTables(sql, schema, ['dirty'])))
    return { count: 0, scopeOf: async () => undefined, settle: async () => undefined };

  const dirty = `${quote(schema)}.dirty`;
  const taken = await scratch(
    'marks',
    `SELECT id, fact, day, campaign, run_id, marked_at FROM ${dirty} WHERE fact IN (${facts.map(literal).join(', ')})`,
  );
  const counts = await sql.query<{ fact: string; n: number; all_of_it: number }>(
    `SELECT fact, count(*) AS n, sum(CASE WHEN day IS NULL AND campaign IS NULL THEN 1 ELSE 0 END) AS all_of_it
       FROM ${taken} GROUP BY fact`,
  );
  return {
    count: counts.reduce((sum, { n }) => sum + Number(n), 0),
    async scopeOf(fact, query) {
      const found = counts.find((each) => each.fact === fact.name);
      if (found === undefined) return undefined;
      if (Number(found.all_of_it) > 0 || query === undefined) return WHOLE;
      // Which stream a mark came from it does not say: each way in which one names the campaign may be meant.
      const scopes = query.markedCampaigns.map(
        (campaign) =>
          `SELECT m.day, ${campaign('m.campaign')} AS campaign FROM ${taken} m WHERE m.fact = ${literal(fact.name)}`,
      );
      const table = await scratch(
        'scope',
        scopes.length === 1 ? scopes[0]!.replace('SELECT', 'SELECT DISTINCT') : scopes.join(' UNION '),
      );
      return scopeIn(sql, table);
    },
    async settle() {
      await sql.query(
        `INSERT INTO report.built_run (run_id, built_at, marked_at)
         SELECT m.run_id, ${now}, m.marked_at
           FROM (SELECT CAST(run_id AS text) AS run_id, min(marked_at) AS marked_at FROM ${taken} GROUP BY 1) m
          WHERE m.run_id NOT IN (SELECT run_id FROM report.built_run WHERE built_at = ${now})`,
      );
      await sql.query(`DELETE FROM ${dirty} WHERE id IN (SELECT id FROM ${taken})`);
    },
  };
}
