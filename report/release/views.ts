import type { SqlSession } from '#sdk';
import { dialectOf, type SqlDialect } from '../../destinations/sql/index.js';
import { columnsIn, NOTHING_OWN, presentIn, ratiosOf, sideOf, SIDES, sumsOf, type OwnFigures } from '../facts/own.js';
import { AMOUNTS, COUNTS, isUnshown, layoutOf, type Breakdown, type Layout, type Value } from './breakdowns.js';
import { ensureReleases, hasReleases } from './tables.js';

export interface ViewOptions {
  /** Roles of the database that may read the views and nothing else of the report. */
  readonly readers: readonly string[];
  /** Measures and dimensions of the user's own. */
  readonly own?: OwnFigures;
}

const LOCK_KEY = 0x7472_6976; // "triv"
/** Sides of the rates, which stand in the views as rates. */
const RATE_SIDES: readonly Value[] = ['opened_of_sent', 'sent_with_opens', 'responded_of_sent', 'sent_with_responses'];
const RATES = {
  open_rate: ['opened_of_sent', 'sent_with_opens'],
  response_rate: ['responded_of_sent', 'sent_with_responses'],
} as const satisfies Readonly<Record<string, readonly [Value, Value]>>;
const FIGURES = [...COUNTS, ...AMOUNTS].filter((name) => !RATE_SIDES.includes(name));

/** Not by LIKE, in which an underscore stands for any character. */
const hiddenBy =
  ({ contains }: SqlDialect) =>
  (name: Value) =>
    contains('c.hidden', `',${name},'`);

/** Of each month the newest release: one view a table that may be shown, and one of the releases. */
const viewsOf = (layout: Layout, dialect: SqlDialect): Readonly<Record<string, string>> => ({
  v_release: `SELECT r.month, r.version, r.state, r.published_at, r.published_by, r.moved, r.hidden,
       r.version = max(r.version) OVER (PARTITION BY r.month) AS is_newest
  FROM report.release r`,
  ...(dialect.name === 'postgres' ? findingsViews() : {}),
  ...Object.fromEntries(
    Object.keys(layout.breakdowns)
      // What may be shown of the others is decided by it.
      .filter((breakdown) => !isUnshown(breakdown))
      .map((breakdown) => [`v_${breakdown}`, viewOf(breakdown, layout, dialect)]),
  ),
});

function viewOf(breakdown: Breakdown, { own, breakdowns, dimensions: all }: Layout, dialect: SqlDialect): string {
  const { quote } = dialect;
  const isHidden = hiddenBy(dialect);
  const dimensions = breakdowns[breakdown]!;
  const figures = FIGURES.map((name) => `CASE WHEN ${isHidden(name)} THEN NULL ELSE c.${name} END AS ${name}`);
  const rates = Object.entries(RATES).flatMap(([rate, [part, whole]]) => {
    const hidden = `${isHidden(part)} OR ${isHidden(whole)}`;
    return [
      `CASE WHEN ${hidden} OR c.${whole} <= 0 THEN NULL ELSE CAST(c.${part} AS double precision) / c.${whole} END AS ${rate}`,
      `CASE WHEN ${hidden} THEN NULL ELSE c.${part} END AS ${part}`,
      `CASE WHEN ${hidden} THEN NULL ELSE c.${whole} END AS ${whole}`,
    ];
  });
  const bounds = Object.entries(RATES).flatMap(([rate, [part, whole]]) => wilsonOf(dialect, rate, part, whole));
  const named = [
    ...FIGURES.map((name) => `CASE WHEN ${isHidden(name)} THEN '${name} ' ELSE '' END`),
    ...Object.entries(RATES).map(
      ([rate, [part, whole]]) => `CASE WHEN ${isHidden(part)} OR ${isHidden(whole)} THEN '${rate} ' ELSE '' END`,
    ),
  ];
  const ownBounds = ratiosOf(own)
    .filter(({ kind }) => kind === 'percent')
    .flatMap((ratio) => wilsonOf(dialect, ratio.name, sideOf(ratio, 'of'), sideOf(ratio, 'per')));
  const ownNamed = sumsOf(own).map(({ name }) => `CASE WHEN ${isHidden(name)} THEN '${name} ' ELSE '' END`);
  // They come last, so that the columns before them stay where they were.
  const ownColumns = [
    ...sumsOf(own).map(
      ({ name }) => `CASE WHEN ${isHidden(name)} THEN NULL ELSE c.${quote(name)} END AS ${quote(name)}`,
    ),
    ...ratiosOf(own).flatMap((ratio) => {
      const [of, per] = SIDES.map((side) => sideOf(ratio, side)) as [string, string];
      const hidden = `${isHidden(of)} OR ${isHidden(per)}`;
      ownNamed.push(`CASE WHEN ${hidden} THEN '${ratio.name} ' ELSE '' END`);
      return [
        `CASE WHEN ${hidden} OR c.${quote(per)} <= 0 THEN NULL ELSE CAST(c.${quote(of)} AS double precision) / CAST(c.${quote(per)} AS double precision) END AS ${quote(ratio.name)}`,
        ...[of, per].map((side) => `CASE WHEN ${hidden} THEN NULL ELSE c.${quote(side)} END AS ${quote(side)}`),
      ];
    }),
  ];
  const last = [...bounds, ...ownColumns, ...ownBounds].map((column) => `, ${column}`);
  // A date stands as text in the rows of a release, whose other dimensions are text too.
  const columns = dimensions.map((name) => (name === 'date' ? 'CAST(c.date AS date) AS date' : `c.${quote(name)}`));
  return `SELECT ${['c.month', 'l.version', 'l.state', 'l.published_at', ...columns, 'c.name', ...figures, ...rates].join(', ')},
       trim(${[...named, ...ownNamed].join(' || ')}) AS suppressed${last.join('')}
  FROM (SELECT v.*, row_number() OVER (PARTITION BY v.month, ${all.map((name) => `v.${quote(name)}`).join(', ')} ORDER BY v.version DESC) AS place
          FROM report.release_value v WHERE v.breakdown = '${breakdown}') c
  JOIN (SELECT month, max(version) AS version FROM report.release GROUP BY month) n ON n.month = c.month
  JOIN report.release l ON l.month = n.month AND l.version = n.version
 WHERE c.place = 1 AND NOT c.is_gone`;
}

/** Of 95 %, as the report has it; null where the rate is hidden, or none. */
function wilsonOf(dialect: SqlDialect, rate: string, part: Value, whole: Value): readonly string[] {
  const { quote } = dialect;
  const isHidden = hiddenBy(dialect);
  const [some, all] = [`c.${quote(part)}`, `c.${quote(whole)}`];
  const [z2, n] = [1.959963984540054 ** 2, `CAST(${all} AS double precision)`];
  const p = `(${some} / ${n})`;
  const half = `sqrt(${z2} * (${p} * (1 - ${p}) / ${n} + ${z2} / (4 * ${n} * ${n})))`;
  const bound = (sign: string) => `((${p} + ${z2} / (2 * ${n}) ${sign} ${half}) / (1 + ${z2} / ${n}))`;
  const none = `${isHidden(part)} OR ${isHidden(whole)} OR ${all} <= 0 OR ${some} > ${all} OR ${some} < 0`;
  return [
    `CASE WHEN ${none} THEN NULL WHEN ${some} = 0 THEN 0 ELSE ${bound('-')} END AS ${quote(`${rate}_low`)}`,
    `CASE WHEN ${none} THEN NULL WHEN ${some} = ${all} THEN 1 ELSE ${bound('+')} END AS ${quote(`${rate}_high`)}`,
  ];
}

/** What follows from the figures stands in the section of a release; only PostgreSQL is asked for what is in its JSON. */
const findingsViews = (): Readonly<Record<string, string>> => {
  const newest = `(SELECT r.month, r.version, CAST(r.section AS jsonb) AS section FROM report.release r
     WHERE r.version = (SELECT max(n.version) FROM report.release n WHERE n.month = r.month)) s`;
  const each = (list: string) => `CROSS JOIN LATERAL jsonb_array_elements(coalesce(${list}, '[]'))`;
  const text = (of: string, name: string, as = name) => `${of}->>'${name}' AS ${as}`;
  const number = (path: string, as: string) => `CAST(${path} AS double precision) AS ${as}`;
  const channel = `coalesce(e->>'channel', '') AS channel`;
  const campaign = ['source', 'campaign_id', 'name', 'verdict'].map((name) => text('e', name)).join(', ');
  return {
    v_experiment_arm: `SELECT s.month, s.version, ${campaign}, ${text('a', 'variant_id')}, ${text('a', 'name', 'variant_name')},
       CAST(a->>'is_control' AS boolean) AS is_control, CAST(a->>'members' AS bigint) AS members, CAST(a->>'responded' AS bigint) AS responded,
       ${number(`a->'rate'->>'value'`, 'rate')}, ${number(`a->'rate'->>'low'`, 'rate_low')}, ${number(`a->'rate'->>'high'`, 'rate_high')}, ${channel}
  FROM ${newest} ${each(`s.section->'experiments'`)} e ${each(`e->'arms'`)} a`,
    v_experiment_comparison: `SELECT s.month, s.version, ${campaign}, ${text('c', 'variant_id')}, ${text('c', 'base_variant_id')},
       ${['value', 'low', 'high'].map((side) => number(`c->'difference'->>'${side}'`, side === 'value' ? 'difference' : `difference_${side}`)).join(', ')},
       ${['p_value', 'adjusted_p_value', 'detectable'].map((name) => number(`c->>'${name}'`, name)).join(', ')}, ${text('c', 'test')}, ${channel}
  FROM ${newest} ${each(`s.section->'experiments'`)} e ${each(`e->'comparisons'`)} c`,
    v_forecast: `SELECT s.month, s.version, ${text('f', 'figure')}, ${['so_far', 'value', 'low', 'high'].map((name) => number(`f->>'${name}'`, name)).join(', ')}, ${text('f', 'withheld')}
  FROM ${newest} ${each(`s.section->'forecasts'`)} f`,
  };
};

/**
 * Creates the views or brings them to this release, and gives each reader the right to them, which is taken from others. They read
 * with the rights of their owner, so that readers need none to what lies beneath. False where nothing was released yet.
 */
export async function ensureViews(sql: SqlSession, { readers, own }: ViewOptions): Promise<boolean> {
  if (!(await hasReleases(sql))) return false;
  const dialect = dialectOf(sql);
  const { name, lock, literal, storedName, role, grantedView, currentRole, tableGrants } = dialect;
  const layout = layoutOf(await presentIn(sql, dialect, own ?? NOTHING_OWN));
  await ensureReleases(sql, dialect, layout);
  const views = viewsOf(layout, dialect);
  await sql.transaction(async (transaction) => {
    // Who reads a view for long shall not keep the host from its other work.
    if (name === 'postgres') await transaction.query(`SET LOCAL lock_timeout = '5s'`);
    await transaction.query(lock(LOCK_KEY));
    for (const [view, select] of Object.entries(views)) await replaceView(transaction, dialect, view, select);
    const granted = await transaction.query<{ grantee: string; table_name: string }>(
      `SELECT grantee, table_name FROM ${tableGrants}
        WHERE table_schema = ${literal(storedName('report'))} AND privilege_type = 'SELECT' AND grantee <> ${currentRole}
          AND table_name IN (${Object.keys(views)
            .map((view) => literal(storedName(view)))
            .join(', ')})`,
    );
    for (const { grantee, table_name } of granted)
      if (!readers.some((reader) => storedName(reader) === grantee))
        await transaction.query(`REVOKE SELECT ON ${grantedView} report.${table_name} FROM ${role(grantee)}`);
    for (const reader of readers) {
      await transaction.query(`GRANT USAGE ON SCHEMA report TO ${role(reader)}`);
      for (const view of Object.keys(views))
        await transaction.query(`GRANT SELECT ON ${grantedView} report.${view} TO ${role(reader)}`);
    }
  });
  return true;
}

/** A view that loses a column, such as a measure that is configured no more, must go before it comes again. */
async function replaceView(sql: SqlSession, dialect: SqlDialect, view: string, select: string): Promise<void> {
  const { createView } = dialect;
  const columnsOf = async (name: string) => [...(await columnsIn(sql, dialect, name)).keys()];
  const before = await columnsOf(view);
  if (before.length > 0) {
    await sql.query(createView('report.v_next', select));
    const after = await columnsOf('v_next');
    await sql.query('DROP VIEW report.v_next');
    if (before.some((name, index) => after[index] !== name)) await sql.query(`DROP VIEW report.${view}`);
  }
  await sql.query(createView(`report.${view}`, select));
}
