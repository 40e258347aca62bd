import { MEASURES } from '#sdk';
import type { SqlDialect } from '../../destinations/sql/index.js';
import type { Builder } from './build-fact.js';
import type { CompiledFact } from './fact.js';
import { NOTHING_OWN, sumsOf } from './own.js';
import { scopeIn, type Scope } from './scope.js';

/**
 * A campaign that two facts have is counted by the one that has the authority. When that one gains or loses a campaign, what
 * the other had of it is stale, and no mark says so: what is there before and after a build does. The same holds of the first day that it
 * has of the campaign, and of the first one on which it counts anything at all.
 */
export interface PresenceWatch {
  /** Builds a fact, and keeps of which campaigns it gained or lost something, or has another first day. */
  around<T>(fact: CompiledFact, build: () => Promise<T>): Promise<T>;
  /** The marked scope of a fact, and the campaigns that those which it yields to gained or lost. */
  widen(fact: CompiledFact, marked: Scope | undefined): Promise<Scope | undefined>;
}

export function watchPresence({ sql, dialect, scratch }: Builder, facts: readonly CompiledFact[]): PresenceWatch {
  const { literal, quote } = dialect;
  const watched = new Map(facts.flatMap(({ yields }) => yields.map(({ fact, filled }) => [fact, filled] as const)));
  const changed = new Map<string, string>();
  const measures = measuresOf(facts[0]?.own);
  const take = (name: string) => {
    const filled = watched.get(name)!;
    const days = measures.flatMap((measure) => [
      firstDay(`${quote(measure)} IS NOT NULL`),
      ...(filled.has(measure) ? [beginning(`${quote(measure)} <> 0`)] : []),
    ]);
    const types = [...filled].filter((type) => !measures.includes(type)).map(literal);
    const began =
      types.length === 0
        ? NO_DAY
        : `CASE WHEN response_type IN (${types.join(', ')}) THEN ${beginning('responded <> 0', 'PARTITION BY response_type, basis')} END`;
    const of = (type: string, all: readonly string[], mart: string, more: string) =>
      `SELECT source, campaign_id, ${type} AS type, ${all.map((day, index) => `${day} AS day${index}`).join(', ')}
         FROM report.${mart} WHERE fact = ${literal(name)} GROUP BY source, campaign_id${more}`;
    const none = days.map(() => NO_DAY);
    const campaigns = of(`''`, [NO_DAY, NO_DAY, ...days], 'campaign_daily', '');
    const responses = of(
      `response_type || ' ' || basis`,
      [firstDay('responded IS NOT NULL'), began, ...none],
      'response_daily',
      ', response_type, basis',
    );
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

const NO_DAY = 'CAST(NULL AS date)';

const firstDay = (condition: string) => `min(CASE WHEN ${condition} THEN date END)`;

/** The first such day of any campaign. */
const beginning = (condition: string, among = '') => `min(${firstDay(condition)}) OVER (${among})`;

/**
 * Where another fact counts instead of this one: from the first day on that it has of the campaign, measure by measure. What was before it,
 * say before an event export was set up, only this one knows. A month that it begins within is its own. What is 0 there wherever it has any
 * row, as with a stream that joins it later, counts from the first day on that is not 0 of every campaign.
 */
export function authorityOf({ fact, yields, own }: CompiledFact, { literal, quote, monthOf }: SqlDialect) {
  const measures = measuresOf(own).map(quote);
  /** By the fact and the mart: the days that were asked for. */
  const joined = new Map<string, string[]>();
  /** Under its name, and what retention has kept of its days under names that are gone. */
  const namesOf = (other: string): string => {
    const { streams } = yields.find((one) => one.fact === other)!;
    const pairs = streams.map(({ connection, stream }) => `(${literal(connection)}, ${literal(stream)})`);
    if (pairs.length === 0) return literal(other);
    return `SELECT ${literal(other)} AS fact UNION SELECT k.fact FROM report.kept_days k
      WHERE (k.connection, k.stream) IN (${[...new Set(pairs)].join(', ')}) AND k.fact NOT IN (SELECT f.fact FROM report.fact f)`;
  };
  const dayIn = (other: string, mart: string, day: string): string => {
    const source = `report.${mart} WHERE fact IN (${namesOf(other)})`;
    const days = joined.get(source) ?? [];
    joined.set(source, days);
    if (!days.includes(day)) days.push(day);
    return `y${[...joined.keys()].indexOf(source)}.day${days.indexOf(day)}`;
  };
  const daysOfMeasure = (other: string, measure: string, isFilled: boolean) => [
    dayIn(other, 'campaign_daily', firstDay(`${measure} IS NOT NULL`)),
    ...(isFilled ? [dayIn(other, 'campaign_daily', beginning(`${measure} <> 0`))] : []),
  ];
  const daysOfResponses = (other: string, type: string, basis: string, isFilled: boolean) => {
    const told = `response_type = ${literal(type)} AND responded`;
    const dayOf = (day: (condition: string) => string, value: string) => {
      const onAny = dayIn(other, 'response_daily', day(`${told} ${value}`));
      if (basis !== 'event_day') return { onAny, onEventDay: onAny };
      return { onAny, onEventDay: dayIn(other, 'response_daily', day(`${told} ${value} AND basis = 'event_day'`)) };
    };
    const { onAny, onEventDay } = dayOf(firstDay, 'IS NOT NULL');
    // On the day of the message stand responses to messages of before the other fact began. Where it tells no other day of them, it
    // began with what it measures.
    const isMeasured = `(${measures.map((one) => `${one} IS NOT NULL`).join(' OR ')})`;
    const first =
      basis === 'event_day'
        ? `coalesce(${onEventDay}, CASE WHEN ${onAny} IS NOT NULL THEN coalesce(${dayIn(other, 'campaign_daily', firstDay(isMeasured))}, ${onAny}) END)`
        : onAny;
    if (!isFilled) return [first];
    const began = dayOf(beginning, '<> 0');
    return [first, `coalesce(${began.onEventDay}, ${began.onAny})`];
  };
  return {
    /** Conditions on a row `a`, each true where another fact counts this. */
    conditions: (name: string, basis?: string): readonly string[] =>
      yields
        .filter(({ measures }) => measures === undefined || measures.includes(name))
        .map(({ fact: other, filled }) => {
          const days =
            basis === undefined
              ? daysOfMeasure(other, quote(name), filled.has(name))
              : daysOfResponses(other, name, basis, filled.has(name));
          const isSince = days.map((day) => `a.date >= ${fact.grain === 'month' ? monthOf(day) : day}`);
          return isSince.length === 1 ? isSince[0]! : `(${isSince.join(' AND ')})`;
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
