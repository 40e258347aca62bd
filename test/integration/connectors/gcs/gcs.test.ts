import { randomBytes } from 'node:crypto';
import { gcsConfig } from '../../../../connectors/gcs/gcs.config.js';
import { gcs } from '../../../../connectors/gcs/gcs.source.js';
import { gcsTransport } from '../../../../connectors/gcs/gcs.transport.js';
import { openGcsBucket, type GcsBucket } from '../../../support/gcs-bucket.js';

const files = [{ stream: 's', path: 'out/*.csv', format: 'csv' }];
const { signal } = new AbortController();

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const one = async function* (content: Uint8Array) {
  yield content;
};

describe.each(['best', 'own'] as const)('a bucket of the %s emulator', (kind) => {
  let bucket: GcsBucket;
  beforeAll(async () => {
    bucket = await openGcsBucket(kind);
  });
  afterAll(() => bucket.close());
  const transport = (options: Record<string, unknown> = {}) =>
    gcsTransport(gcsConfig.parse({ ...bucket.config, ...options, files }));

  test('objects are listed by glob over pages, with their generation as version, and read whole or from an offset', async () => {
    const content = randomBytes(700_000);
    for (const name of ['out/a.csv', 'out/b c.csv', 'out/deep/e.csv', 'out/.hidden.csv', 'out/f.csv.gz', 'other/h.csv'])
      await bucket.put(name, name === 'out/a.csv' ? content : 'id\n1\n');
    const place = transport();
    const names = async (pattern: string) => (await all(place.list(pattern, signal))).map(({ name }) => name);
    expect(await names('out/*.csv')).toEqual(['out/a.csv', 'out/b c.csv']);
    expect(await names('**/*.csv')).toEqual(['other/h.csv', 'out/a.csv', 'out/b c.csv', 'out/deep/e.csv']);
    expect(await names('out/nothing*')).toEqual([]);
    const [file] = await all(place.list('out/a.csv', signal));
    expect(file).toMatchObject({ bytes: 700_000, version: expect.stringMatching(/^\d+$/) });
    expect(await place.stat('out/a.csv', signal)).toEqual(file);
    expect(await place.stat('out/none.csv', signal)).toBeUndefined();
    expect(Buffer.concat(await all(place.open(file!, signal))).equals(content)).toBe(true);
    expect(Buffer.concat(await all(place.open(file!, signal, 699_990))).equals(content.subarray(699_990))).toBe(true);
  });

  test('a large object is written in pieces, moved and deleted', async () => {
    const place = transport();
    const content = randomBytes(9 << 20);
    await place.write('new/large', one(content), signal);
    await place.write('new/empty', one(new Uint8Array(0)), signal);
    expect(await place.stat('new/empty', signal)).toMatchObject({ bytes: 0 });
    await place.move('new/large', 'new/moved', signal);
    const moved = await place.stat('new/moved', signal);
    expect(Buffer.concat(await all(place.open(moved!, signal))).equals(content)).toBe(true);
    expect(await place.stat('new/large', signal)).toBeUndefined();
    await place.remove('new/moved', signal);
    await place.remove('new/moved', signal);
  });

  test('a bucket that is not there and a storage that does not answer are told apart', async () => {
    const check = async (options: Record<string, unknown>) => {
      const config = gcs.config.parse({ ...bucket.config, ...options, files });
      await (await gcs.open(config, { signal, baseFolder: '/' })).check();
    };
    await expect(check({ bucket: 'no-such-bucket' })).rejects.toMatchObject({ kind: 'config' });
    await expect(check({ endpoint: 'http://127.0.0.1:1' })).rejects.toMatchObject({ kind: 'transient' });
  });
});

describe('what only our own simulator does', () => {
  let bucket: GcsBucket;
  beforeAll(async () => {
    bucket = await openGcsBucket('own');
  });
  afterAll(() => bucket.close());
  const transport = () => gcsTransport(gcsConfig.parse({ ...bucket.config, files }));

  test('a body that breaks off is read on from where it was, and a version that was replaced is refused', async () => {
    const content = randomBytes(50_000);
    await bucket.put('out/a.csv', content);
    const place = transport();
    const file = (await place.stat('out/a.csv', signal))!;
    bucket.simulator!.breakAfter(10_000, 20_000);
    expect(Buffer.concat(await all(place.open(file, signal))).equals(content)).toBe(true);
    await bucket.put('out/a.csv', 'other');
    await expect(all(place.open(file, signal))).rejects.toMatchObject({ kind: 'source' });
  });

  test('a name is taken once, a move replaces nothing, and a busy storage is asked again', async () => {
    const place = transport();
    expect(await place.claim('log/1', Buffer.from('a'), signal)).toBe(true);
    expect(await place.claim('log/1', Buffer.from('b'), signal)).toBe(false);
    await bucket.put('x', '1');
    await expect(place.move('x', 'log/1', signal)).rejects.toThrow('exists already');
    await place.replace('x', 'log/1', signal);
    bucket.simulator!.failWith(503, 429);
    expect(await place.stat('log/1', signal)).toMatchObject({ bytes: 1 });
    bucket.simulator!.failWith(403);
    await expect(place.stat('log/1', signal)).rejects.toMatchObject({ kind: 'auth', details: { fault: 'permission' } });
  });

  test('a credential that is none is told', async () => {
    const config = gcsConfig.parse({ bucket: 'exports', credentials: 'nonsense', files });
    await expect(gcsTransport(config).stat('x', signal)).rejects.toThrow('no key of a service account');
    expect(gcsConfig.safeParse({ bucket: 'exports', credentials: '{}', anonymous: true, files }).success).toBe(false);
  });
});
