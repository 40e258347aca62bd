import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { openGcsBucket } from '../../../support/gcs-bucket.js';
import { openBucket } from '../../../support/s3-bucket.js';
import { startSshServer } from '../../../support/ssh-server.js';
import { day, deliveries, type Deliveries } from './deliveries.js';

interface Place {
  readonly config: Readonly<Record<string, unknown>>;
  readonly baseFolder: string;
  close(): Promise<void>;
}

const PLACES: Readonly<Record<string, () => Promise<Place>>> = {
  'a folder': async () => {
    const baseFolder = mkdtempSync(join(tmpdir(), 'tributary-files-'));
    return {
      config: { local: true },
      baseFolder,
      close: async () => rmSync(baseFolder, { recursive: true }),
    };
  },
  'an SSH server': async () => {
    const server = await startSshServer();
    mkdirSync(join(server.folder, 'in'));
    server.handOver('in');
    return { config: { sftp: server.login }, baseFolder: '/', close: () => server.close() };
  },
  'a bucket': async () => {
    const bucket = await openBucket();
    return { config: { s3: bucket.config }, baseFolder: '/', close: () => bucket.close() };
  },
  'a bucket of Google': async () => {
    const bucket = await openGcsBucket();
    return { config: { gcs: bucket.config }, baseFolder: '/', close: () => bucket.close() };
  },
  "a bucket of our own simulator of Google's": async () => {
    const bucket = await openGcsBucket('own');
    return { config: { gcs: bucket.config }, baseFolder: '/', close: () => bucket.close() };
  },
  'a bucket of our own simulator': async () => {
    const bucket = await openBucket('own');
    return { config: { s3: bucket.config }, baseFolder: '/', close: () => bucket.close() };
  },
};

const WINDOWS = {
  [day(1)]: [
    { id: 1, day: day(1), note: 'a, "quoted"' },
    { id: 2, day: day(1), note: null },
  ],
  [day(2)]: [],
  [day(3)]: [{ id: 3, day: day(3), note: '' }],
};

describe.each(Object.entries(PLACES))('files in %s', (name, open) => {
  let place: Place;
  let folders = 0;
  const opened: Deliveries[] = [];
  beforeAll(async () => {
    place = await open();
  });
  afterAll(async () => {
    for (const out of opened) out.close();
    await place.close();
  });
  const at = async (options: Record<string, unknown>): Promise<Deliveries> => {
    const out = await deliveries({ ...place.config, format: 'csv', ...options }, place.baseFolder);
    opened.push(out);
    return out;
  };
  const deliver = (options: Record<string, unknown> = {}): Promise<Deliveries> => {
    folders += 1;
    return at({ folder: `in/${folders}`, ...options });
  };

  test('each window is a file with a manifest, and a run that has nothing new adds none', async () => {
    const out = await deliver({ control_totals: ['id'] });
    const outcome = await out.run({ windows: WINDOWS });
    expect(outcome).toMatchObject({ state: 'succeeded', ledger: { read: 3, staged: 3, inserted: 3 } });
    expect(Object.fromEntries(Object.entries(await out.read()).map(([name, text]) => [name, text.toString()]))).toEqual(
      {
        'events/events_000002_001.csv': 'id,day,note\n1,2026-03-01,"a, ""quoted"""\n2,2026-03-01,\n',
        'events/events_000004_001.csv': 'id,day,note\n3,2026-03-03,""\n',
        'events/events_000002.manifest.json': expect.any(String),
        'events/events_000004.manifest.json': expect.any(String),
      },
    );
    const manifests = await out.manifests();
    expect(manifests['events/events_000002.manifest.json']).toMatchObject({
      manifest: 1,
      connection: 'out',
      stream: 'events',
      slice: '2026-03-01..2026-03-02',
      write: 'append',
      records: 2,
      totals: { id: '3' },
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'day', type: 'date' },
        { name: 'note', type: 'string' },
      ],
      files: [{ name: 'events_000002_001.csv', records: 2, totals: { id: '3' } }],
    });
    const names = Object.keys(await out.read());
    expect((await out.run({ windows: WINDOWS })).state).toBe('succeeded');
    expect(Object.keys(await out.read())).toEqual(names);
    expect(await out.leftovers()).toEqual([]);
  });

  test('a stream that is written anew replaces its file, and its manifest last', async () => {
    const out = await deliver({ file_name: '{stream}', compression: 'gzip' });
    const content = async () => gunzipSync((await out.read())['members.csv.gz']!).toString();
    await out.run({ all: [{ id: 1, day: day(1), note: 'first' }] });
    expect(await content()).toContain('first');
    const second = await out.run({
      all: [
        { id: 1, day: day(1), note: 'second' },
        { id: 2, day: day(1), note: 'second' },
      ],
    });
    expect(second.ledger).toMatchObject({ inserted: 2, deleted: 1 });
    expect(await content()).not.toContain('first');
    expect(Object.values(await out.manifests())).toMatchObject([{ records: 2, write: 'overwrite' }]);
    expect((await out.run({ all: [] })).ledger).toMatchObject({ inserted: 0, deleted: 2 });
    expect(await content()).toBe('id,day,note\n');
  });

  // All points in the place that is fastest.
  const points = name === 'a folder' ? ['after_staging', 'before_commit', 'after_commit'] : [];
  test.each([...points, 'mid_delivery'])(
    'a run that stands still at %s while another takes over delivers nothing twice and loses nothing',
    async (point) => {
      const out = await deliver({ compression: 'zstd' });
      const { promise: held, resolve: free } = Promise.withResolvers<void>();
      const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
      let times = 0;
      const zombie = out.run({
        windows: WINDOWS,
        probe: (passed) => {
          if (passed !== point || (times += 1) > 1) return undefined;
          reach();
          return held;
        },
      });
      await reached;
      expect((await out.run({ windows: WINDOWS })).state).toBe('succeeded');
      const before = await out.read();
      free();
      const late = await zombie;
      expect(late.error?.kind ?? late.state).toBe('locked');
      expect(Object.keys(await out.read()).toSorted()).toEqual(Object.keys(before).toSorted());
      const named = Object.entries(await out.manifests()).flatMap(([, { files }]) =>
        files.map(({ name }: any) => name),
      );
      const lines = named.flatMap((name) =>
        zstdDecompressSync(before[`events/${name}`]!).toString().trimEnd().split('\n').slice(1),
      );
      expect(lines.map((line) => line[0]).toSorted()).toEqual(['1', '2', '3']);
      expect(await out.leftovers()).toEqual([]);
    },
  );

  test('what was fetched and taken away is not missed', async () => {
    const out = await deliver();
    await out.run({ windows: { [day(1)]: WINDOWS[day(1)]! } });
    for (const name of Object.keys(await out.read())) await out.take(name);
    expect((await out.run({ windows: WINDOWS })).state).toBe('succeeded');
    expect(Object.values(await out.manifests())).toMatchObject([{ records: 1 }]);
  });

  test('a name that somebody else has taken is left alone, and nothing counts as delivered', async () => {
    const out = await deliver();
    const same = await at({ folder: `in/${folders}`, state_folder: `state/${folders}` });
    await out.run({ windows: WINDOWS });
    const outcome = await same.run({ windows: WINDOWS });
    expect(outcome.error).toMatchObject({ kind: 'destination', message: expect.stringContaining('already') });
    expect(Object.keys(await out.read())).toHaveLength(4);
  });
});
