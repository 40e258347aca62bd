import {
  dueState,
  ensureViews,
  lackingOf,
  listMonths,
  listReleases,
  publishMonth,
  restatedSince,
  rowsOfMonth,
  type Publication,
  type PublishOptions,
  type Release,
} from '../../report/index.js';
import type { SqlSession } from '../protocol/index.js';
import { ConnectorError, toConnectorError } from '../sdk/index.js';
import { probe, type Installation } from './installation.js';
import { factsOf, martsHeldBy, reportDestination } from './marts.js';
import { publishAside } from './publishing-thread.js';
import { sectionOptions } from './section-options.js';

export type PublicationRequest = Pick<PublishOptions, 'month' | 'as' | 'by' | 'incomplete'>;

/** Publishes one month, as it stands in the marts. */
export async function publish(
  installation: Installation,
  options: PublicationRequest,
  signal: AbortSignal,
): Promise<Publication> {
  return writing(installation, signal, (sql) => publishIn(installation, sql, options, signal));
}

/** Rows of a month by campaign, region and segment from which on it is published by a thread: that begins in some tenths of a second. */
const MOST_ROWS_HERE = 1_000;

async function publishIn(
  installation: Installation,
  sql: SqlSession,
  request: PublicationRequest,
  signal: AbortSignal,
): Promise<Publication> {
  const { configuration } = installation;
  const [held] = await martsHeldBy(installation);
  if (held !== undefined)
    throw new ConnectorError(
      'expectation',
      `${request.month} is not published: the last run of "${held}" broke an expectation.`,
      {
        connection: held,
        hint: `See \`tributary runs list ${held}\`; a run that passes lets marts and releases go on.`,
      },
    );
  const destination = reportDestination(configuration);
  const options = {
    ...request,
    ...sectionOptions(installation),
    now: new Date(),
    facts: factsOf(configuration),
    metadataSchema: await installation.metadataSchema(destination),
  };
  if ((await rowsOfMonth(sql, request.month)) <= MOST_ROWS_HERE) return publishMonth(sql, { ...options, probe });
  const { config, baseFolder } = await installation.destinationPlugin(destination);
  const { connector } = configuration.settings.destinations[destination]!;
  return publishAside({ reach: { connector, config, baseFolder }, options }, signal);
}

/** Creates the views for other programs, or brings them to this release; false where nothing was released yet. */
export function maintainViews(installation: Installation, signal: AbortSignal): Promise<boolean> {
  const { views } = installation.configuration.settings.report ?? {};
  return writing(installation, signal, (sql) =>
    ensureViews(sql, { readers: views?.readers ?? [], own: sectionOptions(installation).own }),
  );
}

/** Months that could not be published, and why. */
type Faults = ReadonlyMap<string, ConnectorError>;

/** A preliminary month is released at most so often. */
const PRELIMINARY_EVERY_MS = 20 * 3_600_000;

/**
 * Publishes what is due: months that were never released or are final by now, preliminary ones once a day, and final ones
 * whose figures moved. `known` is how the marts stood when this was last done, and `failed` the months that it did not come to; it
 * returns how they stand now. A month that cannot be published keeps no other one from it.
 */
export async function publishDue(
  installation: Installation,
  {
    known,
    failed: before,
    signal,
  }: { readonly known: string | undefined; readonly failed?: Faults | undefined; readonly signal: AbortSignal },
): Promise<{
  readonly built: string;
  readonly published: readonly Publication[];
  readonly held: readonly string[];
  readonly failed: Faults;
}> {
  return writing(installation, signal, async (sql) => {
    const failed = new Map<string, ConnectorError>();
    const months = (await martsHeldBy(installation)).length > 0 ? [] : await listMonths(sql);
    if (months.length === 0) return { built: '', published: [], held: [], failed };
    const { project, closeAfter } = sectionOptions(installation);
    const now = new Date();
    const newest = new Map((await listReleases(sql)).toReversed().map((release) => [release.month, release]));
    const [row] = await sql.query<{ started_at: unknown }>(
      'SELECT CAST(started_at AS text) AS started_at FROM report.builder',
    );
    const built = String(row?.started_at);
    const published: Publication[] = [];
    const held: string[] = [];
    const publishIfDue = async (month: string) => {
      const last = newest.get(month);
      let due = dueState(month, project.timezone, closeAfter, now);
      if (last?.state === 'preliminary' && due === 'final') {
        const lacking = await lackingOf(sql, { ...sectionOptions(installation), month, now });
        if (lacking.length > 0) {
          held.push(`${month} stays preliminary: ${lacking.join('; ')}`);
          due = 'preliminary';
        }
      }
      if (last !== undefined && !isDue(last, due, now, built !== known || before?.has(month) === true)) return;
      const publication = await publishIn(installation, sql, { month, as: 'due', by: 'schedule' }, signal);
      if (publication.isNew) published.push(publication);
    };
    for (const month of months.toReversed()) {
      signal.throwIfAborted();
      try {
        await publishIfDue(month);
      } catch (error) {
        if (signal.aborted) throw error;
        const fault = toConnectorError(error);
        // A database that is away is no fault of this month, and the others would find it away as well.
        if (fault.kind === 'transient') await writing(installation, signal, (another) => another.query('SELECT 1'));
        failed.set(month, fault);
      }
    }
    return { built, published, held, failed };
  });
}

function isDue(last: Release, due: 'preliminary' | 'final', now: Date, mayHaveMoved: boolean): boolean {
  if (last.state === 'preliminary' && due === 'final') return true;
  if (!mayHaveMoved) return false;
  return last.state !== 'preliminary' || now.getTime() - Date.parse(last.published_at) >= PRELIMINARY_EVERY_MS;
}

const FIRST_AFTER_MS = 60_000;
const EVERY_MS = 5 * 60_000;

/** The publisher of a host. */
export interface Publishing {
  close(): Promise<void>;
}

/** Publishes what is due while the host runs; nothing where there is no report. `note` hears of each publication and fault. */
export function startPublishing(
  installation: Installation,
  note: (text: string) => void,
  /** Done after each look, for what follows from releases. */
  thereafter: (signal: AbortSignal) => Promise<void>,
): Publishing {
  if (installation.configuration.settings.report === undefined) return { close: async () => undefined };
  const closing = new AbortController();
  let known: string | undefined;
  let failed: Faults | undefined;
  /** Once a process is enough. */
  let hasViews = false;
  let told: ReadonlySet<string> = new Set();
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> = Promise.resolve();
  const work = async () => {
    try {
      const found = await publishDue(installation, { known, failed, signal: closing.signal });
      ({ built: known, failed } = found);
      for (const { release } of found.published)
        note(`${release.month} is published: version ${release.version}, ${release.state}`);
      const faults = [...found.failed].map(([month, { message }]) => `${month} cannot be published: ${message}`);
      const texts = [...found.held, ...faults];
      for (const text of texts.filter((one) => !told.has(one))) note(text);
      told = new Set(texts);
      await thereafter(closing.signal);
    } catch (error) {
      if (!closing.signal.aborted) note(`months cannot be published or mailed: ${toConnectorError(error).message}`);
    }
    try {
      hasViews ||= await maintainViews(installation, closing.signal);
    } catch (error) {
      if (!closing.signal.aborted) note(`the views of the report wait: ${toConnectorError(error).message}`);
    }
  };
  const turn = (after: number) => {
    timer = setTimeout(() => {
      working = work().then(() => {
        if (!closing.signal.aborted) turn(EVERY_MS);
      });
    }, after).unref();
  };
  turn(FIRST_AFTER_MS);
  return {
    async close() {
      closing.abort();
      clearTimeout(timer);
      await working;
    },
  };
}

const DAY_MS = 86_400_000;
const PATIENCE_MS = 10_000;

/** Months that were restated within a day, for those who are to be told. */
export async function restatedNow(installation: Installation, now: Date): Promise<readonly Release[]> {
  const { configuration } = installation;
  if (configuration.settings.report === undefined) return [];
  const sql = await installation.sql(reportDestination(configuration), {
    readOnly: true,
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  try {
    return await restatedSince(sql, new Date(now.getTime() - DAY_MS));
  } finally {
    await sql.close();
  }
}

async function writing<T>(
  installation: Installation,
  signal: AbortSignal,
  work: (sql: SqlSession) => Promise<T>,
): Promise<T> {
  const sql = await installation.sql(reportDestination(installation.configuration), { readOnly: false, signal });
  try {
    return await work(sql);
  } finally {
    await sql.close();
  }
}
