import { MEASURES } from '#sdk';
import type { SqlDialect } from '../../destinations/sql/index.js';
import type { Builder } from './build-fact.js';
import type { CompiledFact } from './fact.js';
import { NOTHING_OWN, sumsOf } from './own.js';
import { scopeIn, type Scope } from './scope.js';

/**
 * A campaign that two facts have is counted by the one that has the authority. When that one gains or loses a campaign, what
 * the other had of it is stale, and no mark says so: what is there before and after a build does. The same holds of the first day that it
 * has of the campaign.
 */
export interface PresenceWatch {
  /** Builds a fact, and keeps of which campaigns it gained or lost something, or has another first day. */
  around<T>(fact: CompiledFact, build: () => Promise<T>): Promise<T>;
  /** The marked scope of a fact, and the campaigns that those which it yields to gained or lost. */
  widen(fact: CompiledFact, marked: Scope | undefined): Promise<Scope | undefined>;
}

export function watchPresence({ sql, dialect, scratch }: Builder, facts: readonly CompiledFact[]): PresenceWatch {
  const watched = new Set(facts.flatMap(({ yields }) => yields.map(({ fact }) => fact)));
  const changed = new Map<string, string>();
  const measures = measuresOf(facts[0]?.own).map(dialect.quote);
  const take = (name: string) => {
    const own = `fact = ${dialect.literal(name)}`;
    const measured = measures.map((measure) => `${firstDay(`${measure} IS NOT NULL`)} AS ${measure}`).join(', ');
    const campaigns = `SELECT source, campaign_id, '' AS type, CAST(NULL AS date) AS responded, ${measured} FROM report.campaign_daily WHERE ${own} GROUP BY source, campaign_id`;
    const none = measures.map((measure) => `CAST(NULL AS date) AS ${measure}`).join(', ');
    const responses = `SELECT source, campaign_id, response_type || ' ' || basis AS type, min(date) AS responded, ${none} FROM report.response_daily
      WHERE ${own} AND responded IS NOT NULL GROUP BY source, campaign_id, response_type, basis`;
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

const measuresOf = (own: CompiledFact['own'] = NOTHING_OWN): readonly string[] => [
  ...MEASURES,
  ...sumsOf(own).map(({ name }) => name),
];

const firstDay = (condition: string) => `min(CASE WHEN ${condition} THEN date END)`;

/**
 * Where another fact counts instead of this one: from the first day on that it has of the campaign, measure by measure. What was before it,
 * say before an event export was set up, only this one knows. A month that it begins within is its own.
 */
export function authorityOf({ fact, yields, own }: CompiledFact, { literal, quote, monthOf }: SqlDialect) {
  const measures = measuresOf(own).map(quote);
  /** By the fact and the mart: the first day of each measure, or type of response, that was asked for. */
  const joined = new Map<string, string[]>();
  const firstDayOf = (other: string, mart: string, has: string): string => {
    const source = `report.${mart} WHERE fact = ${literal(other)}`;
    const days = joined.get(source) ?? [];
    joined.set(source, days);
    if (!days.includes(firstDay(has))) days.push(firstDay(has));
    return `y${[...joined.keys()].indexOf(source)}.day${days.indexOf(firstDay(has))}`;
  };
  const isTold = (type: string) => `response_type = ${literal(type)} AND responded IS NOT NULL`;
  /**
   * On the day of the message stand responses to messages of before the other fact began. Where it tells no other day of them, it began
   * with what it measures.
   */
  const firstEventDayOf = (other: string, type: string): string => {
    const onEventDay = firstDayOf(other, 'response_daily', `${isTold(type)} AND basis = 'event_day'`);
    const onAny = firstDayOf(other, 'response_daily', isTold(type));
    const measured = firstDayOf(
      other,
      'campaign_daily',
      `(${measures.map((one) => `${one} IS NOT NULL`).join(' OR ')})`,
    );
    return `coalesce(${onEventDay}, CASE WHEN ${onAny} IS NOT NULL THEN coalesce(${measured}, ${onAny}) END)`;
  };
  return {
    /** Conditions on a row `a`, each true where another fact counts this. */
    conditions: (name: string, basis?: string): readonly string[] =>
      yields
        .filter(({ measures }) => measures === undefined || measures.includes(name))
        .map(({ fact: other }) => {
          const day =
            basis === undefined
              ? firstDayOf(other, 'campaign_daily', `${quote(name)} IS NOT NULL`)
              : basis === 'event_day'
                ? firstEventDayOf(other, name)
                : firstDayOf(other, 'response_daily', isTold(name));
          return `a.date >= ${fact.grain === 'month' ? monthOf(day) : day}`;
        }),
    /** What the conditions that were asked for join to `a`. */
    joins: (): string =>
      [...joined]
        .map(
          ([source, days], index) =>
            `
           LEFT JOIN (SELECT source, campaign_id, ${days.map((day, at) => `${day} AS day${at}`).join(', ')}
             FROM ${source} GROUP BY source, campaign_id) y${index}
             ON y${index}.source = a.source AND y${index}.campaign_id = a.campaign_id`,
        )
        .join(''),
  };
}
