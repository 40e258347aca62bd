import type { SqlSession } from '#sdk';
import { dialectOf } from '../../destinations/sql/index.js';
import { AMOUNTS, BREAKDOWNS, COUNTS, DIMENSIONS, FINEST, type Breakdown, type Value } from './breakdowns.js';
import { hasReleases } from './tables.js';

export interface ViewOptions {
  /** Roles of the database that may read the views and nothing else of the report. */
  readonly readers: readonly string[];
}

const LOCK_KEY = 0x7472_6976; // "triv"
/** Sides of the rates, which stand in the views as rates. */
const SIDES: readonly Value[] = ['opened_of_sent', 'sent_with_opens', 'responded_of_sent', 'sent_with_responses'];
const RATES = {
  open_rate: ['opened_of_sent', 'sent_with_opens'],
  response_rate: ['responded_of_sent', 'sent_with_responses'],
} as const satisfies Readonly<Record<string, readonly [Value, Value]>>;
const FIGURES = [...COUNTS, ...AMOUNTS].filter((name) => !SIDES.includes(name));

const isHidden = (name: Value) => `c.hidden LIKE '%,${name},%'`;

/** Of each month the newest release: one view a table that may be shown, and one of the releases. */
export const VIEWS: Readonly<Record<string, string>> = {
  v_release: `SELECT r.month, r.version, r.state, r.published_at, r.published_by, r.moved, r.hidden,
       r.version = (SELECT max(l.version) FROM report.release l WHERE l.month = r.month) AS is_newest
  FROM report.release r`,
  ...Object.fromEntries(
    (Object.keys(BREAKDOWNS) as Breakdown[])
      // What may be shown of the others is decided by it.
      .filter((breakdown) => breakdown !== FINEST)
      .map((breakdown) => [`v_${breakdown}`, viewOf(breakdown)]),
  ),
};

function viewOf(breakdown: Breakdown): string {
  const dimensions: readonly string[] = BREAKDOWNS[breakdown];
  const figures = FIGURES.map((name) => `CASE WHEN ${isHidden(name)} THEN NULL ELSE c.${name} END AS ${name}`);
  const rates = Object.entries(RATES).flatMap(([rate, [part, whole]]) => {
    const hidden = `${isHidden(part)} OR ${isHidden(whole)}`;
    return [
      `CASE WHEN ${hidden} OR c.${whole} <= 0 THEN NULL ELSE CAST(c.${part} AS double precision) / c.${whole} END AS ${rate}`,
      `CASE WHEN ${hidden} THEN NULL ELSE c.${part} END AS ${part}`,
      `CASE WHEN ${hidden} THEN NULL ELSE c.${whole} END AS ${whole}`,
    ];
  });
  const named = [
    ...FIGURES.map((name) => `CASE WHEN ${isHidden(name)} THEN '${name} ' ELSE '' END`),
    ...Object.entries(RATES).map(
      ([rate, [part, whole]]) => `CASE WHEN ${isHidden(part)} OR ${isHidden(whole)} THEN '${rate} ' ELSE '' END`,
    ),
  ];
  // A date stands as text in the rows of a release, whose other dimensions are text too.
  const columns = dimensions.map((name) => (name === 'date' ? 'CAST(c.date AS date) AS date' : `c.${name}`));
  return `SELECT ${['c.month', 'l.version', 'l.state', 'l.published_at', ...columns, 'c.name', ...figures, ...rates].join(', ')},
       trim(${named.join(' || ')}) AS suppressed
  FROM (SELECT v.*, row_number() OVER (PARTITION BY v.month, ${DIMENSIONS.map((name) => `v.${name}`).join(', ')} ORDER BY v.version DESC) AS place
          FROM report.release_value v WHERE v.breakdown = '${breakdown}') c
  JOIN report.release l ON l.month = c.month AND l.version = (SELECT max(n.version) FROM report.release n WHERE n.month = c.month)
 WHERE c.place = 1 AND NOT c.is_gone`;
}

/**
 * Creates the views or brings them to this release, and gives each reader the right to them, which is taken from others. They read
 * with the rights of their owner, so that readers need none to what lies beneath. False where nothing was released yet.
 */
export async function ensureViews(sql: SqlSession, { readers }: ViewOptions): Promise<boolean> {
  if (!(await hasReleases(sql))) return false;
  const { name, lock, quote, literal } = dialectOf(sql);
  await sql.transaction(async (transaction) => {
    // Who reads a view for long shall not keep the host from its other work.
    if (name === 'postgres') await transaction.query(`SET LOCAL lock_timeout = '5s'`);
    await transaction.query(lock(LOCK_KEY));
    for (const [view, select] of Object.entries(VIEWS))
      await transaction.query(`CREATE OR REPLACE VIEW report.${view} AS ${select}`);
    const granted = await transaction.query<{ grantee: string; table_name: string }>(
      `SELECT grantee, table_name FROM information_schema.role_table_grants
        WHERE table_schema = 'report' AND privilege_type = 'SELECT' AND grantee <> current_user
          AND table_name IN (${Object.keys(VIEWS).map(literal).join(', ')})`,
    );
    for (const { grantee, table_name } of granted)
      if (!readers.includes(grantee))
        await transaction.query(`REVOKE SELECT ON report.${table_name} FROM ${quote(grantee)}`);
    for (const reader of readers) {
      await transaction.query(`GRANT USAGE ON SCHEMA report TO ${quote(reader)}`);
      for (const view of Object.keys(VIEWS))
        await transaction.query(`GRANT SELECT ON report.${view} TO ${quote(reader)}`);
    }
  });
  return true;
}
