import { deviationOf, type SqlSession } from '#sdk';
import { fitted } from '../statistics/seasonal.js';
import { addDays, daysBetween } from './calendar.js';
import type { Anomaly, Forecast } from './model.js';

const FIGURES = ['sent', 'opened', 'responded'] as const;
type Figure = (typeof FIGURES)[number];
type Day = Readonly<Record<Figure, number | null>> & { readonly date: string };

const WEEK = 7;
/** As many weeks before a day say what is usual on its weekday. */
const USUAL_WEEKS = 8;
const LEAST_WEEKS = 4;
const STRANGE = 5;

/** Weeks that a forecast learns from, and from each of so many later weeks it is tried on what followed. */
const LEARNED_WEEKS = 16;
const TRIALS = 12;
const PATHS = 400;
const LEAST_COVERAGE = 0.85;

export interface Outlook {
  readonly anomalies: readonly Anomaly[];
  readonly forecasts: readonly Forecast[];
}

/** What is unusual in the days of a month, and where a running one will end. */
export async function outlookOf(
  sql: SqlSession,
  span: { readonly first_day: string; readonly last_day: string; readonly through_day: string },
): Promise<Outlook> {
  const { first_day, last_day, through_day } = span;
  const back = (LEARNED_WEEKS + TRIALS + 5) * WEEK;
  const days = await countsByDay(sql, addDays(through_day, -back), through_day);
  const isRunning = through_day < last_day;
  return {
    anomalies: FIGURES.flatMap((figure) => anomaliesOf(days, figure).filter(({ date }) => date >= first_day)),
    forecasts: isRunning ? FIGURES.flatMap((figure) => forecastOf(days, figure, span) ?? []) : [],
  };
}

/** Only the counts: of so many days, without what the rates need. */
async function countsByDay(sql: SqlSession, first: string, last: string): Promise<readonly Day[]> {
  const within = `date BETWEEN '${first}' AND '${last}' AND NOT is_control`;
  const counted = await sql.query<{ date: string; sent: number | null; opened: number | null }>(
    `SELECT CAST(date AS text) AS date, CAST(sum(sent) AS bigint) AS sent, CAST(sum(opened) AS bigint) AS opened
       FROM report.campaign_daily WHERE ${within} GROUP BY date`,
  );
  const answered = await sql.query<{ date: string; responded: number | null }>(
    `SELECT CAST(date AS text) AS date, CAST(sum(responded) AS bigint) AS responded
       FROM report.response_daily WHERE ${within} AND is_primary GROUP BY date`,
  );
  const found = new Map<string, Readonly<Record<string, unknown>>>();
  for (const row of [...counted, ...answered]) found.set(row.date, { ...found.get(row.date), ...row });
  const count = (value: unknown) => (value === null || value === undefined ? null : Number(value));
  return daysBetween(first, last).map((date) => {
    const { sent, opened, responded } = found.get(date) ?? {};
    return { date, sent: count(sent), opened: count(opened), responded: count(responded) };
  });
}

/** Days whose count is far from what their weekday had in the weeks before, by median and median deviation. */
function anomaliesOf(days: readonly Day[], figure: Figure): readonly Anomaly[] {
  const byDate = new Map(days.map((day) => [day.date, day[figure]]));
  return days.flatMap(({ date, [figure]: value }) => {
    if (value === null) return [];
    const earlier = Array.from(
      { length: USUAL_WEEKS },
      (_, week) => byDate.get(addDays(date, -WEEK * (week + 1))) ?? null,
    );
    const known = earlier.filter((each) => each !== null);
    if (known.length < LEAST_WEEKS) return [];
    const { usual, deviations } = deviationOf(value, known);
    // Where mostly nothing happens, whatever happens is a campaign and no fault.
    return usual > 0 && deviations > STRANGE ? [{ date, figure, value, usual, weeks: known.length }] : [];
  });
}

/** Undefined where the figure is not measured. */
function forecastOf(
  days: readonly Day[],
  figure: Figure,
  {
    first_day,
    last_day,
    through_day,
  }: { readonly first_day: string; readonly last_day: string; readonly through_day: string },
): Forecast | undefined {
  const first = days.findIndex((day) => day[figure] !== null);
  if (first < 0) return undefined;
  const since = days.slice(first);
  const strange = new Set(anomaliesOf(days, figure).map(({ date }) => date));
  const series: Series = {
    came: since.map((day) => day[figure]),
    // A day out of the way says nothing of those to come.
    learned: since.map((day) => (strange.has(day.date) ? null : day[figure])),
  };
  const own = days.filter(({ date }) => date >= first_day).flatMap((day) => day[figure] ?? []);
  const soFar = own.reduce((sum, value) => sum + value, 0);
  const steps = daysBetween(addDays(through_day, 1), last_day).length;
  const base = { figure, so_far: soFar };
  const trials = trialsOf(series, steps);
  if (trials === undefined)
    return { ...base, withheld: 'too_little_history', value: null, low: null, high: null, trials: null };
  const isBetter = trials.error < trials.naive_error && trials.coverage >= LEAST_COVERAGE;
  if (!isBetter) return { ...base, withheld: 'no_better_than_last_week', value: null, low: null, high: null, trials };
  const { value, low, high } = aheadOf(series.learned, steps);
  return { ...base, withheld: null, value: soFar + value, low: soFar + low, high: soFar + high, trials };
}

interface Series {
  readonly came: readonly (number | null)[];
  readonly learned: readonly (number | null)[];
}

type Trials = NonNullable<Forecast['trials']>;

/** How far off the forecast of as many days would have been a week ago, two weeks ago and so on, beside last week's days again. */
function trialsOf({ came: values, learned }: Series, steps: number): Trials | undefined {
  const errors: number[] = [];
  const naive: number[] = [];
  let covered = 0;
  for (let trial = 0; trial < TRIALS; trial++) {
    const until = values.length - steps - trial * WEEK;
    if (until < LEARNED_WEEKS * WEEK) break;
    const known = values.slice(0, until);
    const came = sumOf(values.slice(until, until + steps));
    const { value, low, high } = aheadOf(learned.slice(0, until), steps);
    errors.push(Math.abs(value - came));
    naive.push(Math.abs(sumOf(lastWeekAgain(known, steps)) - came));
    if (low <= came && came <= high) covered++;
  }
  if (errors.length < TRIALS) return undefined;
  return {
    count: TRIALS,
    error: sumOf(errors) / TRIALS,
    naive_error: sumOf(naive) / TRIALS,
    coverage: covered / TRIALS,
  };
}

const lastWeekAgain = (known: readonly (number | null)[], steps: number): readonly (number | null)[] =>
  Array.from({ length: steps }, (_, step) => known[known.length - WEEK + (step % WEEK)] ?? null);

const sumOf = (values: readonly (number | null)[]): number =>
  values.reduce<number>((sum, value) => sum + (value ?? 0), 0);

/** The sum of the days to come with an interval of 95 %, from paths along which the errors of the past come again by chance. */
function aheadOf(values: readonly (number | null)[], steps: number) {
  const model = fitted(values, WEEK);
  const { residuals } = model;
  // The first two weeks are what it starts from.
  const errors = residuals.slice(2 * WEEK);
  const random = sequence(values.length);
  const next = () => errors[Math.floor(random() * errors.length)] ?? 0;
  const atLeastZero = (path: readonly number[]) => sumOf(path.map((value) => Math.max(0, value)));
  const sums = Array.from({ length: PATHS }, () => atLeastZero(model.path(steps, next))).toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sums[Math.round(share * (PATHS - 1))]!);
  return { value: Math.round(atLeastZero(model.forecast(steps))), low: at(0.025), high: at(0.975) };
}

/** Numbers from 0 to 1, always the same ones: a page that is asked for twice says the same. */
function sequence(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
