import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Readable, Writable } from 'node:stream';
import { ConnectorError, type ErrorKind } from '../errors.js';
import { linesOf, MAX_LINE_BYTES } from './lines.js';

export interface ProcessOptions {
  /** Program and arguments as they are; no shell looks at them. */
  readonly command: readonly string[];
  /** All of its environment, but for `PATH`, the locale, the time zone and the folder for what is temporary, which are ours. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
  /** Ends it once it is aborted. */
  readonly signal: AbortSignal;
  /** Hears each line of its stderr, which may hold secrets: it goes through the scrubber before anybody reads it. */
  readonly onNote?: (line: string) => void;
  /** The longest line it may write to stdout. */
  readonly maxLineBytes?: number;
  /** It hangs when it has written nothing for so long, while it was waited for; absent: it may take any time. */
  readonly silenceMs?: number;
  /** From the asking (SIGTERM) to the killing (SIGKILL). */
  readonly graceMs?: number;
}

export interface RunningProcess {
  /** What it writes to stdout, read only as fast as it is taken. Throws where it ends otherwise than by exit code 0, or hangs. */
  readonly lines: AsyncIterable<readonly string[]>;
  /** Gives it lines on stdin; resolves when there is room for more. */
  write(lines: string): Promise<void>;
  /** Says on stdin that nothing follows. */
  endInput(): void;
  /** An error that says what happened, with the last lines of its stderr. */
  failure(what: string, kind?: ErrorKind): ConnectorError;
  /** Ends it with all that it has started; resolves when it is gone. May be repeated. */
  stop(): Promise<void>;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

const GRACE_MS = 5_000;
const KEPT_NOTES = 10;
const LONGEST_NOTE = 2_000;
const OURS = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];

/** Groups that are to go when this process does. */
const groups = new Set<number>();
let isWatching = false;

/** Starts a program in a process group of its own. What keeps it from starting is told by `lines`. */
export function startProcess(options: ProcessOptions): RunningProcess {
  const { command, signal, silenceMs, graceMs = GRACE_MS, maxLineBytes = MAX_LINE_BYTES } = options;
  const [program = '', ...parameters] = command;
  const name = basename(program);
  const ours = OURS.flatMap((key) => (process.env[key] === undefined ? [] : [[key, process.env[key]]]));
  const child: Child = spawn(program, parameters, {
    env: { ...(Object.fromEntries(ours) as Record<string, string>), ...options.environment },
    ...(options.folder === undefined ? {} : { cwd: options.folder }),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const notes: string[] = [];
  let heardAt = performance.now();
  let isSilent = false;
  let startFault: NodeJS.ErrnoException | undefined;
  const gone = new Promise<{ code: number | null; by: NodeJS.Signals | null }>((resolve) => {
    child.once('error', (error) => {
      startFault = error;
      if (child.pid === undefined) resolve({ code: null, by: null });
    });
    child.once('exit', (code, by) => {
      // What it has started and left behind would hold its pipes open.
      kill(child, 'SIGKILL');
      resolve({ code, by });
    });
  });
  follow(child, gone);
  // A program that does not read its input to the end has its reasons, which its exit tells.
  child.stdin.on('error', () => undefined);
  const noted = readNotes(child.stderr, (line) => {
    heardAt = performance.now();
    notes.push(line.slice(0, LONGEST_NOTE));
    if (notes.length > KEPT_NOTES) notes.shift();
    options.onNote?.(line);
  });

  const failure: RunningProcess['failure'] = (what, kind = 'source') => {
    const last = notes.length === 0 ? '' : ` It said last:\n${notes.join('\n')}`;
    return new ConnectorError(kind, `"${name}" ${what}.${last}`, {
      hint: 'Run the command by hand with the same configuration to see all that it says.',
    });
  };
  let stopping: Promise<void> | undefined;
  const stop = () =>
    (stopping ??= (async () => {
      signal.removeEventListener('abort', onAbort);
      kill(child, 'SIGTERM');
      const timer = setTimeout(() => kill(child, 'SIGKILL'), graceMs);
      await gone;
      clearTimeout(timer);
      child.stdout.destroy();
    })());
  const onAbort = () => void stop();
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });

  async function* chunks(): AsyncIterable<Uint8Array> {
    const iterator = child.stdout[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    for (;;) {
      heardAt = performance.now();
      const watch =
        silenceMs === undefined
          ? undefined
          : setInterval(
              () => {
                if (performance.now() - heardAt < silenceMs) return;
                isSilent = true;
                void stop();
              },
              Math.min(1_000, silenceMs / 4),
            );
      const step = await iterator
        .next()
        .catch(() => ({ done: true as const, value: undefined }))
        .finally(() => clearInterval(watch));
      if (step.done === true) return;
      yield step.value;
    }
  }
  async function* lines(): AsyncIterable<readonly string[]> {
    try {
      yield* linesOf(chunks(), `"${name}"`, maxLineBytes);
      const { code, by } = await gone;
      signal.throwIfAborted();
      await Promise.race([noted, sleep(graceMs, undefined, { ref: false })]);
      if (startFault !== undefined && child.pid === undefined) throw notStarted(program, startFault);
      if (isSilent) throw failure(`has written nothing for ${Math.round((silenceMs ?? 0) / 1000)} s and was ended`);
      if (by !== null) throw failure(`was ended by ${by}`);
      if (code !== 0) throw failure(`ended with exit code ${code}`);
    } finally {
      await stop();
    }
  }
  return {
    lines: lines(),
    async write(text) {
      if (child.stdin.destroyed || child.stdin.write(text)) return;
      await Promise.race([once(child.stdin, 'drain').catch(() => undefined), gone]);
    },
    endInput: () => void child.stdin.end(),
    failure,
    stop,
  };
}

function kill({ pid }: Child, by: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, by);
  } catch {
    // It is gone already.
  }
}

/** A process that ends takes its children along; one that is killed cannot, and they end when they write next. */
function follow({ pid }: Child, gone: Promise<unknown>): void {
  if (pid === undefined) return;
  groups.add(pid);
  void gone.then(() => groups.delete(pid));
  if (isWatching) return;
  isWatching = true;
  process.on('exit', () => {
    for (const group of groups) kill({ pid: group } as Child, 'SIGKILL');
  });
}

async function readNotes(stderr: Readable, take: (line: string) => void): Promise<void> {
  let rest = '';
  stderr.setEncoding('utf8');
  for await (const chunk of stderr as AsyncIterable<string>) {
    const lines = (rest + chunk).split(/\r?\n/);
    rest = (lines.pop() ?? '').slice(0, LONGEST_NOTE);
    for (const line of lines) if (line.trim() !== '') take(line);
  }
  if (rest.trim() !== '') take(rest);
}

function notStarted(program: string, error: NodeJS.ErrnoException): ConnectorError {
  const why =
    error.code === 'ENOENT' ? 'is not there' : error.code === 'EACCES' ? 'may not be run' : 'cannot be started';
  return new ConnectorError('config', `The program "${program}" ${why}.`, {
    cause: error,
    hint: '`command` is the program with its arguments, a list; a program that is not on PATH is named by its whole path.',
  });
}
