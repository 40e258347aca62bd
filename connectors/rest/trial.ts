import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { type BadRecord, ConnectorError, isConnectorError, toConnectorError, type Field } from '#sdk';
import { parseJson, systemClock, writeJson, type HttpClock } from '#sdk/http';
import { connect, warningsOf, type ConnectOptions } from './connected.js';
import type { State } from './cursors/cursor.js';
import { credentialsIn } from './credentials.js';
import { HIDDEN, redactor, standIns, type Redactor, type ShownExchange } from './redact.js';
import { Answer, Headers } from './requests/answer.js';
import type { Exchange } from './requests/api-client.js';
import { parsedOptions } from './rest.config.js';
import type { Sightings } from './streams/sightings.js';
import { fieldsOfSchema } from './schemas/fields.js';

export interface TrialOptions {
  /** What stands under `config` of the source. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly stream?: string;
  readonly limit: number;
  readonly state?: State;
  readonly signal: AbortSignal;
  readonly baseFolder: string;
  /** Told in a line each time that it waits for another attempt. */
  readonly onRetry?: (text: string) => void;
}

export interface Trial {
  readonly stream: string;
  readonly exchanges: readonly ShownExchange[];
  readonly records: readonly Readonly<Record<string, unknown>>[];
  /** What would be saved; nothing where the limit came first. */
  readonly state: State | null;
  /** What ended it before its time, or is wrong with what was read. */
  readonly fault: TrialFault | null;
  readonly warnings: readonly string[];
  /** Columns that the schema of the stream declares; null where it declares none. */
  readonly fields: readonly Field[] | null;
}

export interface TrialFault {
  readonly kind: ConnectorError['kind'];
  readonly message: string;
  readonly hint: string | null;
}

/** Reads a stream of a manifest until there are enough records, and tells all that went over the wire, without secrets. */
export async function tryStream(options: TrialOptions): Promise<Trial> {
  return (await trialOf(options, new Set())).trial;
}

interface Redacted {
  readonly trial: Trial;
  /** What took the secrets out. */
  readonly redact: Redactor;
}

/** The same; the secrets are gathered in a set, those of the configuration first. What it throws is without them too. */
async function trialOf(options: TrialOptions, secrets: Set<string>, more: Partial<ConnectOptions> = {}) {
  // Before all else, so that requests, records and a replay have the same in their place.
  for (const credential of credentialsIn(options.config['manifest_config'])) secrets.add(credential);
  try {
    return await readTrial(options, secrets, more);
  } catch (error) {
    throw options.signal.aborted ? error : withoutSecrets(error, redactor(secrets));
  }
}

/** A cause may hold what its error does not say, so it is none of this one. */
function withoutSecrets(error: unknown, { fault: text }: Redactor): ConnectorError {
  const { kind, message, details } = toConnectorError(error);
  const hint = details.hint === undefined ? {} : { hint: text(details.hint) };
  const shown = new ConnectorError(kind, text(message), { ...details, cause: undefined, ...hint });
  // A fault of ours is told with its place.
  shown.stack = text((error as Error | undefined)?.stack ?? '');
  return shown;
}

async function readTrial(
  options: TrialOptions,
  secrets: Set<string>,
  more: Partial<ConnectOptions>,
): Promise<Redacted> {
  const exchanges: Exchange[] = [];
  const config = parsedOptions(options.config);
  const source = await connect(config, {
    signal: options.signal,
    baseFolder: options.baseFolder,
    isAttended: true,
    ...(options.onRetry === undefined ? {} : { onRetry: (text) => options.onRetry!(redactor(secrets).fault(text)) }),
    onExchange: (exchange) => exchanges.push(exchange),
    onSecret: (secret) => secrets.add(secret),
    ...more,
  });
  try {
    const streams = await source.streams();
    const name = options.stream ?? streams.keys().next().value;
    const stream = name === undefined ? undefined : streams.get(name);
    if (stream === undefined)
      throw new ConnectorError('config', `The manifest has no stream "${name ?? ''}".`, {
        hint: `It has: ${[...streams.keys()].join(', ')}.`,
      });
    const records: Readonly<Record<string, unknown>>[] = [];
    const bad: BadRecord[] = [];
    let state: State | null = null;
    const sightings = stream.sightings();
    let fault: ConnectorError | undefined;
    try {
      for await (const step of stream.read({ state: options.state, sightings })) {
        if (step.kind === 'state') state = step.state;
        else {
          for (const record of step.page.records) records.push(record);
          for (const one of step.page.bad) bad.push(one);
          state = null;
          if (records.length >= options.limit) break;
        }
      }
      fault = sightings.fault();
    } catch (error) {
      // What went over the wire is what tells why.
      if (!isConnectorError(error) || options.signal.aborted) throw error;
      fault = error.details.cause === UNRECORDED ? unmet(error, sightings) : error;
      state = null;
    }
    const fields = fault === undefined ? (fieldsOfSchema(await stream.schema(), stream.primaryKey) ?? null) : null;
    // Only now: an answer holds the token of a login before it is known for one.
    const redact = redactor(secrets);
    const shown: ShownExchange[] = [];
    // One after the other: each may be large once it is unpacked.
    for (const exchange of exchanges) shown.push(await redact.exchange(exchange, config.max_response_bytes));
    const trial = {
      stream: stream.name,
      exchanges: shown,
      records: redact.value(records.slice(0, options.limit)) as Trial['records'],
      state: redact.value(state) as State | null,
      fault:
        fault === undefined
          ? null
          : {
              kind: fault.kind,
              message: redact.fault(fault.message),
              hint: fault.details.hint === undefined ? null : redact.fault(fault.details.hint),
            },
      warnings: [
        ...warningsOf(source.manifest),
        ...stream.unread(options.state ?? {}),
        ...sightings.warnings(),
        ...unreadable(stream.name, bad),
      ].map(redact.text),
      fields,
    };
    return { trial, redact };
  } finally {
    await source.close();
  }
}

function unreadable(stream: string, [first, ...others]: readonly BadRecord[]): readonly string[] {
  if (first === undefined) return [];
  const count = others.length === 0 ? 'one of its records' : `${others.length + 1} of its records`;
  return [
    `Stream "${stream}": ${count} cannot be read, and would go to quarantine: ${first.detail}. Look at the \`decoder\` of the manifest.`,
  ];
}

/** Why an answer is missing in a replay: its recording does not have it. */
const UNRECORDED = new Error('not recorded');

/** Where a place of the manifest was not met, that is why something else is asked for than was recorded. */
function unmet(unrecorded: ConnectorError, sightings: Sightings): ConnectorError {
  const found = sightings.fault();
  const message = found?.message ?? sightings.warnings()[0];
  if (message === undefined) return unrecorded;
  const hint = found?.details.hint ?? 'Correct the manifest.';
  return new ConnectorError('source', message, { hint: `${hint} What it asks for then was not recorded.` });
}

interface Recording {
  readonly config: Readonly<Record<string, unknown>>;
  readonly stream: string;
  readonly limit: number;
  readonly given_state: State | null;
  readonly now: string;
  readonly records: readonly Readonly<Record<string, unknown>>[];
  readonly state: State | null;
  readonly fault?: TrialFault | null;
}

/** Reads a stream and keeps what went over the wire, and what came of it, in a folder; no secret is written. */
export async function recordTrial(options: TrialOptions, folder: string): Promise<Trial> {
  // Before the API is asked, so that nothing is read for a folder that cannot be.
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new ConnectorError('config', `"${folder}" is no folder that a recording can be kept in.`, {
      cause,
      hint: 'Name another one by `--record`.',
    });
  });
  const now = systemClock.now();
  const { trial, redact } = await trialOf(options, new Set(), { clock: standing(now) });
  trial.exchanges.forEach(assertShown);
  const secrets = Object.values((options.config['secrets'] ?? {}) as Record<string, string>);
  const recording: Recording = {
    config: {
      ...options.config,
      // Beside each other they can be moved, or be read on another machine.
      ...manifestFrom(options, folder),
      secrets: Object.fromEntries(
        standIns(secrets).map((standIn, at) => [Object.keys(options.config['secrets'] ?? {})[at]!, standIn]),
      ),
    },
    stream: trial.stream,
    limit: options.limit,
    given_state: options.state ?? null,
    now: now.toISOString(),
    // As the answers that they come from are kept.
    records: redact.named(trial.records) as Records,
    state: trial.state,
    fault: trial.fault,
  };
  await keep(join(folder, 'recording.json'), [redact.value(recording)]);
  await keep(join(folder, 'exchanges.jsonl'), trial.exchanges);
  return trial;
}

const keep = (path: string, lines: readonly unknown[]): Promise<void> =>
  writeFile(path, lines.map((line) => `${writeJson(line)}\n`).join('')).catch((cause: NodeJS.ErrnoException) => {
    throw new ConnectorError('config', `"${path}" cannot be written (${cause.code}).`, {
      cause,
      hint: 'Remove what stands there, or name another folder by `--record`.',
    });
  });

function assertShown({ method, url, answer_withheld: why }: ShownExchange): void {
  if (why === undefined) return;
  throw new ConnectorError(
    'config',
    `The answer to ${method} ${url} cannot be recorded, since it cannot be told whether secrets stand in it: ${why}`,
    { hint: 'Read it without `--record`, or ask the API for text, gzip or zip, or for less of it.' },
  );
}

export interface Replay {
  readonly stream: string;
  readonly records: number;
  /** How it ended, where that was by a fault, as it may be recorded. */
  readonly fault: string | null;
  /** What came out differently; empty: nothing. */
  readonly differences: readonly string[];
}

/** Reads a stream again from what was kept, without the network, and says what comes out differently. */
export async function replayTrial(folder: string, baseFolder: string, signal: AbortSignal): Promise<Replay> {
  const recording = await kept(join(folder, 'recording.json'), (text) => parseJson(text) as Recording);
  const answers = await kept(join(folder, 'exchanges.jsonl'), (text) => {
    const lines = text.split('\n').filter((line) => line !== '');
    const exchanges = lines.map((line) => JSON.parse(line) as ShownExchange);
    return Map.groupBy(exchanges, ({ method, url, body }) => keyOf(method, url, body));
  });
  // What stands for a secret is written as one, wherever the manifest puts it.
  const secrets = new Set([...Object.values((recording.config['secrets'] ?? {}) as Record<string, string>), HIDDEN]);
  let unrecorded: ConnectorError | undefined;
  const { trial, redact } = await trialOf(
    {
      config: { ...recording.config, ...manifestIn(recording.config, folder) },
      stream: recording.stream,
      limit: recording.limit,
      ...(recording.given_state === null ? {} : { state: recording.given_state }),
      baseFolder,
      signal,
    },
    secrets,
    {
      clock: { ...standing(new Date(recording.now)), sleep: () => Promise.resolve() },
      // What a replay gets is no token, and the next replay begins as this one does.
      ...(recording.config['tokens_file'] === undefined
        ? {}
        : { tokens: { exclusively: (_name, work) => work(undefined, () => Promise.resolve()) } }),
      answers: (request) => {
        const { method, url, headers, body } = request;
        const asked = redactor(secrets).asked({ method, url: url.href, headers, body });
        const key = keyOf(asked.method, asked.url, asked.body);
        const list = answers.get(key) ?? answers.get([...answers.keys()].find((one) => isAlike(one, key)) ?? '');
        const found = list !== undefined && list.length > 1 ? list.shift() : list?.[0];
        if (found === undefined) {
          unrecorded = new ConnectorError('source', `${asked.method} ${asked.url} was not recorded.`, {
            cause: UNRECORDED,
            hint: 'The manifest asks for something else than when it was recorded; record it again.',
          });
          throw unrecorded;
        }
        return new Answer(
          found.status,
          new Headers(found.answer_headers),
          Buffer.from(found.answer, found.answer_encoding ?? 'utf8'),
          request,
        );
      },
    },
  );
  if (unrecorded !== undefined) {
    const { message } = unrecorded as ConnectorError;
    const isFirst = trial.fault === null || trial.fault.message.includes(redact.fault(message));
    throw isFirst ? unrecorded : new ConnectorError('source', trial.fault!.message, { hint: trial.fault!.hint ?? '' });
  }
  const differences: string[] = [];
  const [found, wanted] = [redact.named(trial.records) as Records, redact.named(recording.records) as Records];
  if (writeJson(found) !== writeJson(wanted)) differences.push(firstDifference(found, wanted));
  if (writeJson(trial.state) !== writeJson(recording.state))
    differences.push(`the state ${writeJson(trial.state)}, and not ${writeJson(recording.state)}`);
  const then = recording.fault == null ? null : redact.fault(recording.fault.message);
  const now = trial.fault?.message ?? null;
  if (now !== then) differences.push(`it ends ${ending(now)}; the recording ends ${ending(then)}`);
  return { stream: trial.stream, records: trial.records.length, fault: now, differences };
}

const ending = (fault: string | null): string => (fault === null ? 'without a fault' : `with the fault "${fault}"`);

type Records = readonly Readonly<Record<string, unknown>>[];
const MOST_SHOWN = 60;

/** Where records come out differently first; a record that is longer than a line is not told whole. */
function firstDifference(now: Records, then: Records): string {
  const counts =
    now.length === then.length ? `of ${now.length} records` : `${now.length} records, and not ${then.length}:`;
  const at = then.findIndex((record, index) => writeJson(record) !== writeJson(now[index] ?? null));
  if (at < 0) return `${counts} the others are the same, and record ${then.length + 1} is new`;
  if (at >= now.length) return `${counts} the others are the same, and record ${at + 1} is missing`;
  const [found, wanted] = [now[at]!, then[at]!];
  const name = [...new Set([...Object.keys(wanted), ...Object.keys(found)])].find(
    (key) => shownValue(found, key, Infinity) !== shownValue(wanted, key, Infinity),
  );
  const what =
    name === undefined
      ? 'has its fields in another order'
      : `differs in \`${name}\`: ${shownValue(found, name)}, and not ${shownValue(wanted, name)}`;
  return `${counts} the first that comes out differently, record ${at + 1}, ${what}`;
}

function shownValue(record: Records[number], name: string, most = MOST_SHOWN): string {
  if (!Object.hasOwn(record, name)) return 'absent';
  const text = writeJson(record[name] ?? null);
  return text.length > most ? `${text.slice(0, most)} … (${text.length} characters)` : text;
}

const manifestFrom = ({ config, baseFolder }: TrialOptions, folder: string): object =>
  typeof config['manifest'] === 'string'
    ? { manifest: relative(resolve(folder), resolve(baseFolder, config['manifest'])) || config['manifest'] }
    : {};

/** Recordings hold the manifest from their own folder; older ones by its whole path. */
const manifestIn = ({ manifest }: Recording['config'], folder: string): object =>
  typeof manifest === 'string' && !isAbsolute(manifest) ? { manifest: resolve(folder, manifest) } : {};

const keyOf = (method: string, url: string, body: string | null): string => {
  const parsed = new URL(url);
  // What an address says already is not said again; of what is hidden that cannot be told, so it is once here.
  const query = new Set([...parsed.searchParams].map((pair) => new URLSearchParams([pair]).toString()));
  parsed.search = [...query].toSorted().join('&');
  return `${method} ${parsed.href} ${body ?? ''}`;
};

/** The same but for what is hidden in one of them alone: a short credential may be a word of the manifest too. */
const isAlike = (one: string, other: string): boolean => fits(one, other) || fits(other, one);

function fits(shown: string, text: string): boolean {
  const [first = '', ...parts] = shown.split(HIDDEN);
  const last = parts.pop();
  if (last === undefined || !text.startsWith(first)) return shown === text;
  let at = first.length;
  const isValue = (end: number) => end >= at && !/[&/?\s]/.test(text.slice(at, end));
  for (const part of parts) {
    const start = text.indexOf(part, at);
    if (!isValue(start)) return false;
    at = start + part.length;
  }
  return text.endsWith(last) && isValue(text.length - last.length);
}

async function kept<Kept>(path: string, read: (text: string) => Kept): Promise<Kept> {
  const hint = 'Make a recording by `tributary connectors try MANIFEST --record DIR`.';
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ConnectorError('config', `"${path}" cannot be read.`, { cause, hint });
  });
  try {
    return read(text);
  } catch {
    // The parser's own words quote what was recorded.
    throw new ConnectorError('config', `"${path}" is no part of a recording, or was cut off.`, { hint });
  }
}

/** The time of a recording stands still, so that a replay asks for the same days. */
const standing = (now: Date): HttpClock => ({ now: () => now, sleep: systemClock.sleep });
