import { createHash, randomUUID } from 'node:crypto';
import type { EventListener, Field, SqlSession, TableSpec } from '../protocol/index.js';
import { ConnectorError } from '../sdk/index.js';
import { dialectOf } from '../../destinations/sql/index.js';
import { whoAmI } from './account.js';
import { columnsOf } from './comparison.js';
import { eraseQuarantined, type ErasedAside } from './erase-quarantine.js';
import type { Installation } from './installation.js';
import { crosswalkIn, memberColumns, memberTest, presentTokens } from './member-tokens.js';
import { marksOf } from './marts.js';
import { changeRows, type RowChange } from './row-changes.js';
import { streamRequests } from './stream-requests.js';
import { dropLeftVerification } from './verification-schema.js';

export interface ErasedStream extends ErasedAside {
  readonly connection: string;
  readonly stream: string;
  readonly table: string;
  /** Rows of the table that have one of the member's tokens in a tokenized or hashed column. */
  readonly rows: number;
}

export interface Erasure {
  /** How many tokens the member has had, over rotations of keys. */
  readonly tokens: number;
  /** Entries of the crosswalks of rotations. */
  readonly crosswalk: number;
  readonly streams: readonly ErasedStream[];
  /** Streams with a column of tokens or hashes whose destination takes nothing back. */
  readonly unreached: readonly { readonly connection: string; readonly stream: string; readonly destination: string }[];
  /** Streams of which no column tells a member, as `connection.stream`; their rows were not looked at. */
  readonly unsearched: readonly string[];
}

export interface ErasureWish {
  readonly token: string;
  /** `anonymise`: the rows stay, without what tells whose they are. */
  readonly how: 'look' | 'delete' | 'anonymise';
  readonly signal: AbortSignal;
  readonly on: EventListener;
  readonly note: (text: string) => void;
}

/**
 * Deletes or anonymises a member's rows, known by a token or hash, in every table of every connection that has a column of that
 * kind, and takes the member out of quarantines, crosswalks and what killed verifications have left; or only counts. Each connection
 * is one run under its fence, each table one transaction, with the marks from which the marts are rebuilt. Throws `locked` while a
 * run, a backfill or a verification of one goes on, whose tables may hold the member. Killed in between, it may be repeated. The
 * audit log gets the token's SHA-256, never the token.
 */
export async function eraseMember(installation: Installation, wish: ErasureWish): Promise<Erasure> {
  const { settings } = installation.configuration;
  const isDry = wish.how === 'look';
  const known = Object.entries(settings.connections).map(([connection, { protect, destination, streams }]) => ({
    connection,
    destination,
    streams: Object.keys(protect).filter((stream) => memberColumns(protect[stream]!).length > 0),
    others: Object.keys(streams).filter((stream) => memberColumns(protect[stream] ?? {}).length === 0),
  }));
  const concerned = known.filter(({ streams }) => streams.length > 0);
  if (concerned.length === 0)
    throw new ConnectorError('config', 'No stream has a column of tokens or hashes.', { hint: 'See `protect`.' });
  const speaksSql = new Map<string, boolean>();
  for (const name of new Set(concerned.map(({ destination }) => destination)))
    speaksSql.set(name, (await installation.destinationPlugin(name)).plugin.sql !== undefined);
  const reached = concerned.filter(({ destination }) => speaksSql.get(destination) === true);

  const sessions = new Map<string, SqlSession>();
  try {
    let tokens = presentTokens(settings, wish.token);
    const crosswalks = [];
    for (const destination of new Set(reached.map((each) => each.destination))) {
      const sql = await installation.sql(destination, { readOnly: false, signal: wish.signal });
      sessions.set(destination, sql);
      crosswalks.push(await crosswalkIn(sql, await installation.metadataSchema(destination)));
    }
    for (const { aliases } of crosswalks) tokens = await aliases(tokens);
    const unreached = concerned
      .filter((each) => !reached.includes(each))
      .flatMap(({ connection, destination, streams }) =>
        streams.map((stream) => ({ connection, stream, destination })),
      );
    const unsearched = known.flatMap(({ connection, others }) => others.map((stream) => `${connection}.${stream}`));
    const erased: ErasedStream[] = [];
    let crosswalk = 0;
    const soFar = (): Erasure => ({ tokens: tokens.size, crosswalk, streams: erased, unreached, unsearched });
    let at = '';
    try {
      for (const { connection, destination, streams } of reached) {
        at = connection;
        const own = { ...wish, connection, streams, tokens };
        erased.push(...(await eraseIn(installation, sessions.get(destination)!, own)));
      }
      at = 'crosswalks';
      for (const { forget } of crosswalks) crosswalk += await forget(tokens, isDry);
    } catch (error) {
      if (!isDry) await writeDown(installation, wish, soFar(), at);
      throw error;
    }
    if (!isDry) await writeDown(installation, wish, soFar(), null);
    return soFar();
  } finally {
    for (const sql of sessions.values()) await sql.close();
  }
}

/** `interruptedAt`: the connection, or `crosswalks`, at which it ended without being whole; null where it is. */
async function writeDown(
  installation: Installation,
  { token, how }: ErasureWish,
  erasure: Erasure,
  interruptedAt: string | null,
): Promise<void> {
  const counts = (of: (stream: ErasedStream) => number) =>
    Object.fromEntries(erasure.streams.map((each) => [`${each.connection}.${each.stream}`, of(each)]));
  const { audit } = await installation.store();
  await audit.append({
    actor: whoAmI(),
    action: 'erase.done',
    object: `sha256:${createHash('sha256').update(token).digest('hex')}`,
    outcome: 'allowed',
    detail: {
      by: 'command line',
      how,
      rows: counts(({ rows }) => rows),
      quarantined: counts(({ quarantined }) => quarantined),
      sealed: counts(({ sealed }) => sealed),
      crosswalk: erasure.crosswalk,
      unreached: erasure.unreached.map(({ connection, stream }) => `${connection}.${stream}`),
      interrupted_at: interruptedAt,
    },
  });
}

interface ConnectionErasure extends ErasureWish {
  readonly connection: string;
  readonly streams: readonly string[];
  readonly tokens: ReadonlySet<string>;
}

async function eraseIn(
  installation: Installation,
  sql: SqlSession,
  { connection, streams, tokens, how, signal, on, note }: ConnectionErasure,
): Promise<readonly ErasedStream[]> {
  const { configuration } = installation;
  const { schema, destination, protect } = configuration.connection(connection);
  const isDry = how === 'look';
  const { quote, literal } = dialectOf(sql);
  const list = [...tokens].map(literal).join(', ');
  const found: RowChange[] = [];
  const counted = new Map<string, number>();
  for (const stream of streams) {
    const marks = marksOf(configuration, connection)(stream);
    const rules = protect[stream]!;
    const { spec, isNullable } = await tableOf(sql, { connection, stream, schema, marks }, Object.keys(rules));
    const there = new Set(spec.fields.map(({ name }) => name));
    const columns = memberColumns(rules).filter((column) => there.has(column));
    if (columns.length === 0) continue;
    const condition = `(${columns.map((column) => `t.${quote(column)} IN (${list})`).join(' OR ')})`;
    const [row] = await sql.query<{ n: number }>(
      `SELECT count(*) AS n FROM ${quote(schema)}.${quote(stream)} AS t WHERE ${condition}`,
    );
    counted.set(stream, Number(row?.n ?? 0));
    if (how !== 'anonymise') {
      found.push({ spec, condition });
      continue;
    }
    // One for all rows of the member, which stay those of one; made of nothing, so that nothing leads back.
    const [theirs, nobodys] = [literal(`erased_${randomUUID()}`), literal(`erased_${randomUUID()}`)];
    const set = Object.entries(rules).flatMap(([column, rule]) => {
      // What is generalised says of a person no more than Safe Harbor allows.
      if (typeof rule !== 'object' || rule.generalise !== undefined || !there.has(column)) return [];
      const otherwise = isNullable(column) ? 'NULL' : nobodys;
      const value = columns.includes(column)
        ? `CASE WHEN t.${quote(column)} IN (${list}) THEN ${theirs} ELSE ${otherwise} END`
        : otherwise;
      return [[column, value]];
    });
    found.push({ spec, condition, set: Object.fromEntries(set) as Record<string, string> });
  }
  if (!isDry) {
    const parts = await endedParts(installation, connection);
    const run = { connection, streams: [...streams], trigger: 'backfill', signal, on, note } as const;
    await dropLeftVerification(installation, sql, connection);
    // All of them: since they were counted a run may have brought more.
    const { outcome } = await changeRows(installation, run, found, parts);
    if (outcome.error !== undefined)
      throw new ConnectorError(outcome.error.kind, outcome.error.message, { ...outcome.error, connection });
    for (const { stream, ledger } of outcome.streams) counted.set(stream, ledger.deleted + ledger.updated);
  }
  const metadata = await installation.metadataSchema(destination);
  const erased: ErasedStream[] = [];
  for (const stream of streams) {
    const [{ recordSeal } = {}] = streamRequests(configuration, connection, [stream]);
    const isTheirs = memberTest(configuration.settings, protect[stream]!, tokens);
    const aside = { metadata, connection, stream, tokens, seal: recordSeal, isTheirs, isDry };
    const rows = counted.get(stream) ?? 0;
    erased.push({
      connection,
      stream,
      table: `${schema}.${stream}`,
      rows,
      ...(await eraseQuarantined(sql, aside)),
    });
  }
  return erased;
}

/** The parts of backfills that did not end well, and may have left staging tables. Throws `locked` while one is on its way. */
async function endedParts(installation: Installation, connection: string): Promise<readonly string[]> {
  const { backfills } = await installation.store();
  const all = await backfills.list(connection, 1_000);
  const running = all.find(({ state }) => state === 'running');
  if (running !== undefined)
    throw new ConnectorError(
      'locked',
      `A backfill of connection "${connection}" is on its way, which may hold the member.`,
      {
        connection,
        hint: `Wait until it has ended, or \`tributary backfill ${connection} --cancel ${running.id}\`.`,
      },
    );
  const left = all.flatMap(({ parts }) => parts.filter(({ state }) => state !== 'succeeded'));
  return [...new Set(left.map(({ from, to }) => `${from}..${to}`))];
}

/** A stream's table as it is; columns have the names that the configuration gives them. Without any where there is no table. */
export async function tableOf(
  sql: SqlSession,
  { stream, ...rest }: Pick<TableSpec, 'connection' | 'stream' | 'schema' | 'marks'>,
  names: readonly string[],
): Promise<{ readonly spec: TableSpec; readonly isNullable: (column: string) => boolean }> {
  const { literal, storedName, shownName } = dialectOf(sql);
  const base = { ...rest, stream, name: stream, key: [], keySources: [], fromFiles: false, write: 'merge' as const };
  const inMarks = rest.marks.flatMap(({ day, campaign }) =>
    [day, campaign].flatMap((each) => (each !== null && 'column' in each ? [each.column] : [])),
  );
  const called = new Map([...names, ...inMarks].map((name) => [shownName(storedName(name)), name]));
  const columns = await columnsOf(sql, { ...base, fields: [] });
  const fields = [...columns].flatMap(([name, type]): Field[] =>
    type === undefined ? [] : [{ name: called.get(name) ?? name, type, nullable: true }],
  );
  const bound = await sql.query<{ name: string }>(
    `SELECT column_name AS name FROM information_schema.columns WHERE table_schema = ${literal(storedName(rest.schema))}
        AND table_name = ${literal(storedName(stream))} AND is_nullable = 'NO'`,
  );
  const notNull = new Set(bound.map(({ name }) => shownName(name)));
  return { spec: { ...base, fields }, isNullable: (column) => !notNull.has(shownName(storedName(column))) };
}
