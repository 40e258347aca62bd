import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { ConnectorError } from '#sdk';

/** Fast rather than small: the files are read once, and the faster half of the levels loses a tenth in size. */
export const GZIP = { level: 3, chunkSize: 1 << 18, memLevel: 9 };

/** What waits to be packed lies in so many blocks, of all files together; when they are out, whoever writes waits. */
const BLOCKS = 8;
/** A batch and the row that filled it. */
export const BLOCK_BYTES = (1 << 20) + (1 << 16);

/** `file` is a number that no other file has had; `pack` takes the memory of the block along, and `forget` comes before `fd` is closed. */
export type Task =
  | { readonly doing: 'open'; readonly file: number; readonly fd: number }
  | { readonly doing: 'pack'; readonly file: number; readonly block: Uint8Array<ArrayBuffer> }
  | { readonly doing: 'end' | 'forget'; readonly file: number };

export interface Answer {
  /** The size of the file by now. */
  readonly written: number;
  /** Of the block, whether it was packed or not. */
  readonly memory?: ArrayBuffer;
  /** What the system said where the file could not be written. */
  readonly fault?: string;
}

/**
 * A thread that packs into files which this one has opened. It does one task after the other, without a turn of an event loop in
 * between, and this one need not be there for it: see decision 21.
 */
export interface PackingThread {
  /** A block to be filled, once there is one. Rejects only where the thread is gone, as does `ask`. */
  block(): Promise<ArrayBuffer>;
  ask(task: Task): Promise<Answer>;
  /** Afterwards nothing is written any more. */
  stop(): Promise<void>;
}

/** Built, and where a test runs the sources, whose types Node leaves out. */
const [BUILT, SOURCE] = ['./packing.worker.js', './packing.worker.ts'].map((place) =>
  fileURLToPath(new URL(place, import.meta.url)),
) as [string, string];

interface Asked {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** It begins with the first task, since many a run loads nothing. */
export function packingThread(): PackingThread {
  let thread: Worker | undefined;
  let gone: Error | undefined;
  let made = 0;
  const spare: ArrayBuffer[] = [];
  const asked: Asked[] = [];
  const wake: (() => void)[] = [];
  const wakeAll = () => {
    for (const each of wake.splice(0)) each();
  };
  const end = (cause?: Error) => {
    gone ??= new ConnectorError(
      'internal',
      `Snowflake: the thread that packs load files ended${cause === undefined ? '' : `: ${cause.message}`}.`,
      { hint: 'Nothing was committed; run again, with more memory if that is what it lacked.', cause },
    );
    for (const { reject } of asked.splice(0)) reject(gone);
    wakeAll();
  };
  const begin = () => {
    const begun = new Worker(existsSync(BUILT) ? BUILT : SOURCE, { workerData: GZIP, execArgv: [] });
    begun.on('message', (answer: Answer) => {
      if (answer.memory !== undefined) spare.push(answer.memory);
      asked.shift()?.resolve(answer);
      if (asked.length === 0) begun.unref();
      wakeAll();
    });
    begun.once('error', end);
    begun.once('exit', () => end());
    return begun;
  };
  return {
    async block() {
      for (;;) {
        if (gone !== undefined) throw gone;
        const block = spare.pop();
        if (block !== undefined) return block;
        if (made < BLOCKS) {
          made += 1;
          return new ArrayBuffer(BLOCK_BYTES);
        }
        await new Promise<void>((resolve) => wake.push(resolve));
      }
    },
    async ask(task) {
      if (gone !== undefined) throw gone;
      thread ??= begin();
      thread.postMessage(task, task.doing === 'pack' ? [task.block.buffer] : []);
      thread.ref();
      return new Promise((resolve, reject) => asked.push({ resolve, reject }));
    },
    async stop() {
      await thread?.terminate();
      end();
    },
  };
}
