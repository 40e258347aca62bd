import { randomUUID } from 'node:crypto';
import { posix } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ConnectorError,
  fromJsonText,
  isConnectorError,
  jsonText,
  type CommittedCheckpoint,
  type FileVersion,
  type RunIdentity,
} from '#sdk';
import type { WritableTransport } from '#sdk/files';
import { applied, EMPTY_STATE, type Change, type State } from './state.js';

/** Entries that are kept behind the newest; what they came to stands in the newest fence. */
const KEPT_ENTRIES = 1_000;
const NOTE = 'about-this-folder.txt';
const MOST_ATTEMPTS = 5;
const FIRST_PAUSE_MS = 500;

interface Entry {
  /** Tells entries of one number apart, where an answer was lost. */
  readonly id: string;
  readonly run: string;
  readonly at: string;
  readonly change: Change;
}

/**
 * What was committed, entry after entry, each a file whose number is its name. A file can be made only once, so of two runs
 * that want the next number one gets it, and the other has lost the connection: that is the fence, and the commit.
 */
export interface Log {
  readonly state: State;
  /** The number that the next entry gets. */
  readonly next: number;
  /** Reads what there is; the state is empty where nothing is. */
  read(): Promise<State>;
  /** What was committed, the newest first, as far back as entries are kept; those before a number. */
  commits(before?: number): AsyncIterable<CommittedCheckpoint>;
  /** Raises the epoch: every older run can add nothing any more. */
  raise(run: RunIdentity): Promise<bigint>;
  /** The error that says so, where another run has raised the epoch since; looked for at the place. */
  takenOver(): Promise<ConnectorError | undefined>;
  /** Adds an entry under the fence. It is there and counts, or the call fails and it never will. */
  add(change: Change): Promise<void>;
}

export function openLog(place: WritableTransport, folder: string, connection: string, signal: AbortSignal): Log {
  const home = posix.join(folder, connection, 'log');
  const nameOf = (number: number) => posix.join(home, `${String(number).padStart(8, '0')}.json`);
  let state = EMPTY_STATE;
  let last = 0;
  let files: FileVersion[] = [];
  let run: RunIdentity | undefined;

  async function entryAt(file: FileVersion): Promise<Entry> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of place.open(file, signal)) chunks.push(Uint8Array.from(chunk));
    try {
      return fromJsonText(Buffer.concat(chunks).toString('utf8')) as Entry;
    } catch (cause) {
      throw new ConnectorError('destination', `"${file.name}" in ${place.place} is no entry of a log of commits.`, {
        cause,
        hint: 'Somebody wrote to the folder of the state. Bring the file back, or move the whole folder away to begin anew.',
      });
    }
  }

  async function list(): Promise<void> {
    // A folder that is not there yet is made, so that a listing which fails says what is wrong.
    await place.claim(
      posix.join(home, NOTE),
      Buffer.from('Commits of Tributary. Do not change anything here.\n'),
      signal,
    );
    files = [];
    for await (const file of place.list(posix.join(home, '*.json'), signal)) files.push(file);
  }

  async function read(): Promise<State> {
    await list();
    const changes: Change[] = [];
    for (const file of files.toReversed()) {
      const { change } = await entryAt(file);
      changes.unshift(change);
      if (change.kind === 'fence') break;
    }
    state = changes.reduce(applied, EMPTY_STATE);
    last = numberOf(files.at(-1)?.name ?? '0');
    return state;
  }

  /** False where another entry has the number. */
  async function put(change: Change, by: RunIdentity): Promise<boolean> {
    const entry: Entry = { id: randomUUID(), run: by.id, at: new Date().toISOString(), change };
    const name = nameOf(last + 1);
    const content = Buffer.from(jsonText(entry) as string);
    const isThere = await persisting(`The commit "${name}"`, signal, async () => {
      if (await place.claim(name, content, signal)) return true;
      // An answer that was lost leaves an entry that is ours.
      const found = await place.stat(name, signal);
      return found !== undefined && (await entryAt(found)).id === entry.id;
    });
    if (!isThere) return false;
    last += 1;
    state = applied(state, change);
    return true;
  }

  return {
    get state() {
      return state;
    },
    get next() {
      return last + 1;
    },
    read,
    async *commits(before = Infinity) {
      await list();
      for (const file of files.toReversed()) {
        const number = numberOf(file.name);
        if (number >= before) continue;
        const { run: by, at: committedAt, change } = await entryAt(file);
        if (change.kind !== 'commit') continue;
        const { stream, slice, ledger, steps = {}, lineage, unsettled } = change;
        // The manifest comes last; a commit without a record has none.
        const target = unsettled.moves.at(-1)?.to ?? '';
        yield { number, run: by, stream, slice, target, ledger, steps, ...(lineage && { lineage }), committedAt };
      }
    },
    async raise(by) {
      for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
        const before = await read();
        const epoch = before.epoch + 1;
        if (!(await put({ kind: 'fence', state: { ...before, epoch, run: by.id } }, by))) continue;
        run = by;
        await refuseDoubles();
        for (const { name } of files.slice(0, -KEPT_ENTRIES)) await place.remove(name, signal);
        return BigInt(epoch);
      }
      throw locked(connection);
    },
    async takenOver() {
      // Whoever took over has taken the number after our last one.
      return (await place.stat(nameOf(last + 1), signal)) === undefined ? undefined : locked(connection);
    },
    async add(change) {
      if (run === undefined) throw new ConnectorError('internal', 'The fence has not been raised.');
      if (!(await put(change, run))) throw locked(connection);
    },
  };

  /** All rests on it that a name can be taken once, which some storages do not know. */
  async function refuseDoubles(): Promise<void> {
    if (await place.claim(posix.join(home, NOTE), Buffer.from('?\n'), signal))
      throw new ConnectorError('config', `${place.place} lets a file be made that is there already.`, {
        hint: 'Two runs could not be kept apart there. An S3-compatible storage must know `If-None-Match: *` of PutObject.',
      });
  }
}

const numberOf = (name: string) => Number(posix.basename(name, '.json'));

const locked = (connection: string) =>
  new ConnectorError('locked', `Another run of connection "${connection}" has taken over.`, {
    connection,
    hint: 'Nothing is wrong with what was delivered: this run has committed nothing since. See `tributary runs list`.',
  });

/**
 * Does again what a dropped connection has cut off. Where it does not come back in time nobody knows what happened, and nobody
 * may read the same again within the run: the next one goes on from the log, which tells.
 */
export async function persisting<T>(what: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!isConnectorError(error) || error.kind !== 'transient') throw error;
      if (attempt === MOST_ATTEMPTS)
        throw new ConnectorError('destination', `${what}: the place does not answer any more. ${error.message}`, {
          cause: error,
          hint: 'Run again once it is up: what was committed is delivered then, and the rest read again.',
        });
      await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1), undefined, { signal });
    }
  }
}
