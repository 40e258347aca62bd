import { randomUUID } from 'node:crypto';
import type { DestinationSession, Field, RecordData, SchemaChange, TableSpec } from '../../../protocol/index.js';
import type { DestinationPlugin } from '../../destination.js';
import { doneBookmark, stage } from './loading.js';
import type { Probe } from './subject.js';

/** A run of slices, as JSON, for a process of its own: it dies where it is told to. */
export interface WriterTask {
  readonly connection: string;
  readonly table: TableSpec;
  /** Records by slice. An overwrite has one. */
  readonly slices: readonly (readonly RecordData[])[];
  /** A column that comes with the last slice. */
  readonly added?: Field;
  /** The named point at which the process ends as by `kill -9`, and at which of its occurrences, from 1 on. */
  readonly kill?: { readonly point: string; readonly nth: number };
}

/** A destination with a parsed configuration, where it can be connected to. */
export interface Reach {
  readonly plugin: DestinationPlugin;
  readonly config: unknown;
  readonly baseFolder: string;
}

/** What `startWriter` has its process do. */
export async function runWriterTask(reach: Reach, task: WriterTask): Promise<void> {
  const { kill } = task;
  let seen = 0;
  const probe: Probe = (point) => {
    if (kill === undefined || point !== kill.point || ++seen !== kill.nth) return;
    process.kill(process.pid, 'SIGKILL');
    // The signal comes when it comes; nothing may happen until then.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  };
  const session = await reach.plugin.connect(reach.config, {
    signal: new AbortController().signal,
    baseFolder: reach.baseFolder,
    probe,
  });
  try {
    await runSlices(session, task);
  } finally {
    await session.close();
  }
}

/** Goes on from the bookmarks, slice by slice, as the engine does. */
export async function runSlices(
  session: DestinationSession,
  { connection, table: given, slices, added }: WriterTask,
): Promise<void> {
  await session.raiseFence({ id: randomUUID(), connection });
  let table = given;
  const bookmarks = (await session.bookmarks(connection)).filter(({ stream }) => stream === table.stream);
  const done = new Set(bookmarks.map(({ partition }) => partition));
  await session.create(table);
  for (const [index, records] of slices.entries()) {
    const slice = `slice_${index}`;
    if (added !== undefined && index === slices.length - 1) {
      const changed = { ...table, fields: [...table.fields, added] };
      const present = (await session.describe(changed))?.fields ?? [];
      if (!present.some(({ name }) => name === added.name)) await session.evolve(changed, addition(added));
      table = changed;
    }
    const bookmark = doneBookmark(table.stream, slice, records.length);
    if (done.has(bookmark.partition)) continue;
    const half = Math.ceil(records.length / 2);
    const batches = [records.slice(0, half), records.slice(half)];
    const staged = await stage(session, table, batches, {
      slice,
      bookmarks: [bookmark],
      replacesAll: table.write === 'overwrite',
    });
    await staged.commit();
  }
}

export const addition = (...added: readonly Field[]): SchemaChange => ({
  added,
  removed: [],
  retyped: [],
  loosened: [],
});
