import { setTimeout as wait } from 'node:timers/promises';
import { keepDays } from '../../report/index.js';
import { dialectOf, type SqlDialect } from '../../destinations/sql/index.js';
import type { DirtyMark, EventListener, FieldType, SqlSession } from '../protocol/index.js';
import { ConnectorError, toConnectorError } from '../sdk/index.js';
import type { StreamRetentionSettings } from '../settings/index.js';
import { whoAmI } from './account.js';
import { ageQuarantine } from './aged-quarantine.js';
import type { Configuration } from './configuration.js';
import { columnsOf } from './comparison.js';
import { tableOf } from './erasure.js';
import type { Installation } from './installation.js';
import { bringMartsUpToDate, factsOf, marksOf, reportDestination } from './marts.js';
import { changeRows } from './row-changes.js';

export interface RetainedStream {
  readonly connection: string;
  readonly stream: string;
  readonly table: string;
  readonly by: string;
  /** The first day that is kept. */
  readonly keptFrom: string;
  /** Rows that are older. */
  readonly rows: number;
  /** Rows without a day, which stay. */
  readonly undated: number;
  /** Rows that are older, and stay since no run has loaded them: they were in the table before it was adopted. */
  readonly adopted: number;
  /** Records in quarantine that came last before that day. */
  readonly quarantined: number;
}

export interface RetentionWish {
  /** Absent: all. */
  readonly connection?: string | undefined;
  readonly isDry: boolean;
  /** True: only streams of which a day more is to go than when it was last done. */
  readonly onlyDue: boolean;
  readonly by: 'command line' | 'host';
  readonly now: Date;
  readonly signal: AbortSignal;
  readonly on: EventListener;
  readonly note: (text: string) => void;
}

/** The first day that is kept, by the project's calendar: of months whole ones. */
export function firstKeptDay(keep: string, timeZone: string, now: Date): string {
  const today = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(now);
  const day = new Date(`${today}T00:00:00Z`);
  const count = Number.parseInt(keep, 10);
  if (keep.endsWith('mo')) day.setUTCMonth(day.getUTCMonth() - count, 1);
  else day.setUTCDate(day.getUTCDate() - count);
  return day.toISOString().slice(0, 10);
}

const DAYS: ReadonlySet<FieldType> = new Set<FieldType>(['date', 'timestamp', 'timestamptz']);

/** Rows before a day, as each fact that is made of them reckons its days; a row that one of them counts later stays. */
export function olderThan(
  { dayOf, quote, literal }: SqlDialect,
  {
    by,
    type,
    marks,
    timeZone,
    keptFrom,
  }: {
    readonly by: string;
    readonly type: FieldType;
    readonly marks: readonly DirtyMark[];
    readonly timeZone: string;
    readonly keptFrom: string;
  },
): string {
  const ways = marks.flatMap(({ day }) =>
    day !== null && 'column' in day ? [{ zone: day.timeZone ?? 'UTC', writtenIn: day.writtenIn }] : [],
  );
  const all = ways.length === 0 ? [{ zone: timeZone, writtenIn: undefined }] : ways;
  const days = all.map(({ zone, writtenIn }) => dayOf(`t.${quote(by)}`, type as 'date', zone, writtenIn));
  return [...new Set(days)].map((day) => `${day} < CAST(${literal(keptFrom)} AS date)`).join(' AND ');
}

/** What the configuration says of streams whose rows are not kept for ever. */
export function retainedStreams(
  { settings }: Pick<Configuration, 'settings'>,
  connection?: string,
): readonly ({ readonly connection: string; readonly stream: string } & StreamRetentionSettings)[] {
  return Object.entries(settings.connections)
    .filter(([name]) => connection === undefined || name === connection)
    .flatMap(([name, { streams }]) =>
      Object.entries(streams).flatMap(([stream, { retention }]) =>
        retention === undefined ? [] : [{ connection: name, stream, ...retention }],
      ),
    );
}

/**
 * Deletes the rows that are older than their stream is kept, each table one transaction under the fence, and then what is as old in
 * quarantine; or only counts them.
 * Before that the marts are brought up to date, and the days of before stay in them as they are from then on: so neither they
 * nor a month that was released changes. What a full refresh or a backfill reads again goes the next time. Throws `locked` while
 * the connection runs.
 */
export async function applyRetention(
  installation: Installation,
  wish: RetentionWish,
): Promise<readonly RetainedStream[]> {
  const { configuration } = installation;
  const { settings } = configuration;
  if (wish.connection !== undefined) configuration.connection(wish.connection);
  const { retentions, audit } = await installation.store();
  const done: RetainedStream[] = [];
  for (const { connection, stream, by, keep, adopted: isAdoptedToo } of retainedStreams(
    configuration,
    wish.connection,
  )) {
    const { schema, destination } = settings.connections[connection]!;
    const timeZone = settings.project.timezone;
    const keptFrom = firstKeptDay(keep, timeZone, wish.now);
    if (wish.onlyDue && (await retentions.keptFrom(connection, stream)) === keptFrom) continue;
    const refuse = (message: string, hint: string): never => {
      throw new ConnectorError('config', message, { connection, stream, hint });
    };
    if ((await installation.destinationPlugin(destination)).plugin.sql === undefined)
      refuse(`Destination "${destination}" takes nothing back, so it has no retention.`, 'Delete old files there.');
    const sql = await installation.sql(destination, { readOnly: false, signal: wish.signal });
    try {
      const marks = marksOf(configuration, connection)(stream);
      const { spec } = await tableOf(sql, { connection, stream, schema, marks }, [by]);
      const isOurs = (await columnsOf(sql, spec)).has('_run_id');
      const table = `${schema}.${stream}`;
      const { type } = spec.fields.find(({ name }) => name === by) ?? {};
      // A table that nothing was loaded into is somebody else's.
      if (spec.fields.length === 0 || !isOurs) continue;
      if (type === undefined || !DAYS.has(type))
        refuse(
          `Column "${by}" of ${table} ${type === undefined ? 'is not there' : `is of type ${type}`}; it must be a day or a time.`,
          `Correct \`retention.by\`${type === undefined ? '' : ', or make it a date by `map: [{ cast: … }]`'}.`,
        );
      const dialect = dialectOf(sql);
      const older = olderThan(dialect, { by, type: type as FieldType, marks, timeZone, keptFrom });
      const condition = isAdoptedToo ? older : `${older} AND t._run_id IS NOT NULL`;
      const count = async (where: string) => {
        const [row] = await sql.query<{ n: number }>(
          `SELECT count(*) AS n FROM ${dialect.quote(schema)}.${dialect.quote(stream)} AS t WHERE ${where}`,
        );
        return Number(row?.n ?? 0);
      };
      const rows = await count(condition);
      const adopted = isAdoptedToo ? 0 : await count(`${older} AND t._run_id IS NULL`);
      const undated = await count(`t.${dialect.quote(by)} IS NULL`);
      if (!wish.isDry && rows > 0) {
        const facts = factsOf(configuration).filter(({ name }) => marks.some(({ fact }) => fact === name));
        if (facts.length > 0) await keepFigures(installation, { ...wish, facts, connection, stream, before: keptFrom });
        const run = { connection, streams: [stream], trigger: 'backfill', ...wish } as const;
        const { outcome } = await changeRows(installation, { ...run, connection }, [
          { spec: { ...spec, marks: [] }, condition },
        ]);
        if (outcome.error !== undefined)
          throw new ConnectorError(outcome.error.kind, outcome.error.message, { ...outcome.error, connection });
      }
      const metadata = await installation.metadataSchema(destination);
      const aged = { metadata, connection, stream, keptFrom, timeZone, isDry: wish.isDry };
      const quarantined = await ageQuarantine(sql, aged);
      if (!wish.isDry && rows + quarantined > 0)
        await audit.append({
          actor: whoAmI(),
          action: 'retention.done',
          object: `${connection}.${stream}`,
          outcome: 'allowed',
          detail: { by: wish.by, column: by, kept_from: keptFrom, rows, quarantined },
        });
      if (!wish.isDry) await retentions.note(connection, stream, keptFrom);
      done.push({ connection, stream, table, by, keptFrom, rows, undated, adopted, quarantined });
    } finally {
      await sql.close();
    }
  }
  return done;
}

/** Marks may come in between, from a run of another connection. */
const ATTEMPTS = 5;

async function keepFigures(
  installation: Installation,
  { signal, ...kept }: Pick<RetentionWish, 'signal'> & Parameters<typeof keepDays>[2],
): Promise<void> {
  const destination = reportDestination(installation.configuration);
  const metadata = await installation.metadataSchema(destination);
  const sql: SqlSession = await installation.sql(destination, { readOnly: false, signal });
  try {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const build = await bringMartsUpToDate(installation, signal);
      const waiting = build.facts.find(
        ({ fact, waitsFor }) => kept.facts.some(({ name }) => name === fact) && waitsFor !== undefined,
      );
      if ((build.heldBy ?? []).length > 0 || waiting !== undefined)
        throw new ConnectorError('destination', 'The marts wait, and so does retention, whose rows they are made of.', {
          hint:
            waiting === undefined
              ? `The last run of ${(build.heldBy ?? []).join(', ')} broke an expectation.`
              : `Fact "${waiting.fact}" waits for ${(waiting.waitsFor ?? []).join(', ')}.`,
        });
      if (await keepDays(sql, metadata, kept)) return;
    }
    throw new ConnectorError('transient', 'The marts got new marks again and again.', { hint: 'Repeat it.' });
  } finally {
    await sql.close();
  }
}

const FIRST_AFTER_MS = 20_000;
const EVERY_MS = 10 * 60_000;

/** Retention of a host, when a day more is to go; one host at a time. A fault is told, and tried again by the next look. */
export function startRetention(
  installation: Installation,
  note: (text: string) => void,
  firstAfterMs = FIRST_AFTER_MS,
): { close(): Promise<void> } {
  if (retainedStreams(installation.configuration).length === 0) return { close: async () => undefined };
  const closing = new AbortController();
  const { signal } = closing;
  const look = async () => {
    const { locks } = await installation.store();
    const release = await locks.take('retention');
    if (release === undefined) return;
    try {
      const wish = {
        isDry: false,
        onlyDue: true,
        by: 'host',
        now: new Date(),
        signal,
        on: () => undefined,
        note,
      } as const;
      for (const connection of new Set(retainedStreams(installation.configuration).map((each) => each.connection)))
        for (const { table, rows, keptFrom } of await applyRetention(installation, { ...wish, connection }).catch(told))
          if (rows > 0)
            note(`retention: ${rows.toLocaleString('en-US')} rows of ${table} before ${keptFrom} are deleted`);
    } finally {
      await release();
    }
  };
  const told = (error: unknown): readonly RetainedStream[] => {
    if (!signal.aborted) note(`retention waits: ${toConnectorError(error).message}`);
    return [];
  };
  const working = (async () => {
    for (let pause = firstAfterMs; !signal.aborted; pause = EVERY_MS) {
      await wait(pause, undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted) await look().catch(told);
    }
  })();
  return {
    async close() {
      closing.abort();
      await working;
    },
  };
}
