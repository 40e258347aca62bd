import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { runConnection, type RunOutcome } from '../../../../core/engine/index.js';
import { planColumns } from '../../../../core/middleware/index.js';
import type {
  EngineEvent,
  Field,
  RecordData,
  SourceStream,
  SyncMode,
  WriteMode,
} from '../../../../core/protocol/index.js';
import { filesConfig, type FilesConfig } from '../../../../destinations/files/files.config.js';
import { files } from '../../../../destinations/files/files.destination.js';
import { openPlace } from '../../../../destinations/files/place.js';

const signal = new AbortController().signal;

/** A place to deliver to, and what is sent there. */
export interface Deliveries {
  /** One run of connection `out`. A `window` is a slice of stream `events`, `all` those of stream `members`. */
  run(sent: Sent): Promise<RunOutcome>;
  /** Files by their names below the folder, hidden ones left out. */
  read(): Promise<Readonly<Record<string, Buffer>>>;
  /** The manifests by name; each file that one names is there, of its size and its checksum. */
  manifests(): Promise<Readonly<Record<string, any>>>;
  /** Takes a file away, as whoever fetches it does. */
  take(name: string): Promise<void>;
  leftovers(): Promise<readonly string[]>;
  close(): void;
}

export interface Sent {
  readonly fields?: readonly Field[];
  /** Records by window of stream `events`: `from` and `to` are days. */
  readonly windows?: Readonly<Record<string, readonly RecordData[]>>;
  /** Records of stream `members`, which is read whole. */
  readonly all?: readonly RecordData[];
  readonly sync?: SyncMode;
  readonly write?: WriteMode;
  readonly onSchemaChange?: 'evolve' | 'freeze' | 'stop';
  readonly budget?: number;
  readonly replay?: boolean;
  readonly probe?: (point: string) => Promise<void> | void;
  readonly events?: EngineEvent[];
}

export const EVENT_FIELDS: readonly Field[] = [
  { name: 'id', type: 'integer', nullable: false },
  { name: 'day', type: 'date', nullable: false },
  { name: 'note', type: 'string', nullable: true },
];

export const day = (at: number) => `2026-03-${String(at).padStart(2, '0')}`;

export async function deliveries(options: unknown, baseFolder: string): Promise<Deliveries> {
  const config = filesConfig.parse(options);
  const place = await openPlace(config, { baseFolder, signal });
  let runs = 0;
  const list = async (pattern: string) => {
    const names: Record<string, Buffer> = {};
    for await (const file of place.list(posix.join(config.folder, pattern), signal)) {
      const chunks: Buffer[] = [];
      for await (const chunk of place.open(file, signal)) chunks.push(Buffer.from(chunk));
      names[posix.relative(config.folder, file.name)] = Buffer.concat(chunks);
    }
    return names;
  };
  return {
    async run(sent) {
      runs += 1;
      const id = `00000000-0000-4000-8000-${String(runs).padStart(12, '0')}`;
      const session = await files.connect(config, {
        signal,
        baseFolder,
        ...(sent.probe === undefined ? {} : { probe: sent.probe }),
      });
      const streams = streamsOf(sent);
      try {
        return await runConnection({
          run: { id, connection: 'out' },
          source: { check: async () => undefined, streams: async () => streams, close: async () => undefined },
          destination: session,
          schema: 'raw',
          streams: Object.keys(streams).map((name) => ({
            name,
            sync: sent.sync,
            write: sent.write,
            lookback: undefined,
            onSchemaChange: sent.onSchemaChange ?? 'evolve',
            planColumns: (fields, key) =>
              planColumns(
                fields,
                { stream: name, table: name, phi: false, map: [], expect: [], protect: {} } as never,
                key,
              ),
            marks: [],
          })),
          errorBudget: { records: sent.budget ?? 0, share: 1 },
          unstorableText: 'replace',
          // Today is read once it is over.
          startedAt: new Date(
            Date.parse(
              Object.keys(sent.windows ?? {})
                .toSorted()
                .at(-1) ?? '2026-04-01',
            ) +
              36 * 3_600_000,
          ),
          fullRefresh: false,
          ...(sent.replay === true ? { replay: true } : {}),
          signal,
          clock: {
            now: () => new Date('2026-04-01T12:00:00Z'),
            sleep: async () => undefined,
            id: () => `${runs}-${Math.random()}`,
            random: () => 0,
          },
          on: (event) => sent.events?.push(event as EngineEvent),
          probe: () => undefined,
        });
      } finally {
        await session.close();
      }
    },
    read: () => list('**/*'),
    async manifests() {
      const all = await list('**/*');
      const found = Object.entries(all).filter(([name]) => name.endsWith('manifest.json'));
      return Object.fromEntries(
        found.map(([name, text]) => {
          const manifest = JSON.parse(text.toString());
          for (const file of manifest.files) {
            const bytes = all[posix.join(posix.dirname(name), file.name)];
            expect([file.name, bytes?.length]).toEqual([file.name, file.bytes]);
            expect(createHash('sha256').update(bytes!).digest('hex')).toBe(file.sha256);
          }
          return [name, manifest];
        }),
      );
    },
    take: (name) => place.remove(posix.join(config.folder, name), signal),
    close: () => place.close(),
    leftovers: async () => Object.keys(await list('.tributary/out/staging/*_*')),
  };
}

function streamsOf({ windows, all, fields = EVENT_FIELDS }: Sent): Readonly<Record<string, SourceStream>> {
  const catalog = (name: string) => ({
    name,
    summary: '',
    fields,
    primaryKey: ['id'],
    syncModes: ['incremental' as const],
  });
  const days = Object.keys(windows ?? {}).toSorted();
  return {
    ...(windows === undefined
      ? {}
      : {
          events: {
            kind: 'incremental',
            catalog: { ...catalog('events'), cursor: 'day' },
            cursor: { field: 'day', start: days[0] ?? day(1), window: '1d' },
            async *read({ slice }) {
              yield windows[slice.from] ?? [];
            },
          } satisfies SourceStream,
        }),
    ...(all === undefined
      ? {}
      : {
          members: {
            kind: 'full_refresh',
            catalog: catalog('members'),
            async *read() {
              yield all;
            },
          } satisfies SourceStream,
        }),
  };
}

export type { FilesConfig };
