import { MEASURES } from '#sdk';
import type { Builder } from './build-fact.js';
import type { CompiledFact } from './fact.js';
import { NOTHING_OWN, sumsOf } from './own.js';
import { scopeIn, type Scope } from './scope.js';

/**
 * A campaign that two facts have is counted by the one that has the authority. When that one gains or loses a campaign, what
 * the other had of it is stale, and no mark says so: what is there before and after a build does.
 */
export interface PresenceWatch {
  /** Builds a fact, and keeps which campaigns it gained or lost. */
  around<T>(fact: CompiledFact, build: () => Promise<T>): Promise<T>;
  /** The marked scope of a fact, and the campaigns that those which it yields to gained or lost. */
  widen(fact: CompiledFact, marked: Scope | undefined): Promise<Scope | undefined>;
}

export function watchPresence({ sql, dialect, scratch }: Builder, facts: readonly CompiledFact[]): PresenceWatch {
  const watched = new Set(facts.flatMap(({ yields }) => yields.map(({ fact }) => fact)));
  const changed = new Map<string, string>();
  const measures = [...MEASURES, ...sumsOf(facts[0]?.own ?? NOTHING_OWN).map(({ name }) => name)].map(dialect.quote);
  const take = (name: string) => {
    const own = `fact = ${dialect.literal(name)}`;
    const measured = measures.map((measure) => `count(${measure}) > 0 AS ${measure}`).join(', ');
    const campaigns = `SELECT source, campaign_id, '' AS type, ${measured} FROM report.campaign_daily WHERE ${own} GROUP BY source, campaign_id`;
    const none = measures.map((measure) => `false AS ${measure}`).join(', ');
    const responses = `SELECT source, campaign_id, response_type AS type, ${none} FROM report.response_daily
      WHERE ${own} AND responded IS NOT NULL GROUP BY source, campaign_id, response_type`;
    return scratch('presence', `${campaigns} UNION ALL ${responses}`);
  };
  return {
    async around(fact, build) {
      if (!watched.has(fact.name)) return build();
      const before = await take(fact.name);
      const result = await build();
      const after = await take(fact.name);
      const only = (left: string, right: string) => `(SELECT * FROM ${left} EXCEPT SELECT * FROM ${right})`;
      changed.set(
        fact.name,
        await scratch(
          'gained',
          `SELECT DISTINCT c.campaign_id AS campaign FROM (${only(before, after)} UNION ${only(after, before)}) c`,
        ),
      );
      return result;
    },
    async widen({ yields }, marked) {
      const tables = [...new Set(yields.flatMap(({ fact }) => changed.get(fact) ?? []))];
      const found = [];
      for (const table of tables) if ((await sql.query(`SELECT 1 FROM ${table} LIMIT 1`)).length > 0) found.push(table);
      if (found.length === 0 || marked?.whole === true) return marked;
      const selects = found.map((table) => `SELECT CAST(NULL AS date) AS day, campaign FROM ${table}`);
      if (marked !== undefined) selects.push(`SELECT day, campaign FROM ${marked.table}`);
      return scopeIn(sql, await scratch('scope', selects.join(' UNION ')));
    },
  };
}
