import { randomBytes } from 'node:crypto';
import { storageFault } from '../../../../connectors/s3/s3-errors.js';
import { s3Config, type S3Place } from '../../../../connectors/s3/s3.config.js';
import { s3 } from '../../../../connectors/s3/s3.source.js';
import { s3Transport } from '../../../../connectors/s3/s3.transport.js';
import { openBucket, type Bucket } from '../../../support/s3-bucket.js';

const files = [{ stream: 's', path: 'out/*.csv', format: 'csv' }];
const { signal } = new AbortController();
let bucket: Bucket;

beforeAll(async () => {
  bucket = await openBucket();
});
afterAll(() => bucket.close());

const transportTo = (options: Record<string, unknown> = {}) => {
  const transport = s3Transport(s3Config.parse({ ...bucket.config, ...options, files }));
  return Object.assign(transport, { [Symbol.dispose]: () => transport.close() });
};

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function checked(options: Record<string, unknown>): Promise<void> {
  const source = await s3.open(s3.config.parse({ ...bucket.config, ...options, files }), { signal, baseFolder: '/' });
  try {
    await source.check();
  } finally {
    await source.close();
  }
}

test('objects are listed by glob over many pages, with their ETag as version, and read whole or from an offset', async () => {
  const content = randomBytes(700_000);
  for (const key of [
    'out/a.csv',
    'out/b c&d.csv',
    'out/deep/e.csv',
    'out/.hidden.csv',
    'out/f.csv.gz',
    'out/g.csv',
    'other/h.csv',
    'out/[1].csv',
  ])
    await bucket.put(key, key === 'out/a.csv' ? content : 'id\n1\n');
  using transport = transportTo();
  const names = async (pattern: string) => (await all(transport.list(pattern, signal))).map(({ name }) => name);
  expect(await names('out/*.csv')).toEqual(['out/[1].csv', 'out/a.csv', 'out/b c&d.csv', 'out/g.csv']);
  expect(await names('**/*.csv')).toEqual([
    'other/h.csv',
    'out/[1].csv',
    'out/a.csv',
    'out/b c&d.csv',
    'out/deep/e.csv',
    'out/g.csv',
  ]);
  expect(await names('out/[1].csv')).toEqual(['out/[1].csv']);
  expect(await names('out/nothing*')).toEqual([]);
  const [file] = await all(transport.list('out/a.csv', signal));
  expect(file).toMatchObject({ bytes: 700_000, version: expect.stringMatching(/^[0-9a-f]{32}$/) });
  expect(await transport.stat('out/a.csv', signal)).toMatchObject({ name: 'out/a.csv', version: file!.version });
  expect(await transport.stat('out/none.csv', signal)).toBeUndefined();
  expect(Buffer.concat(await all(transport.open(file!, signal))).equals(content)).toBe(true);
  expect(Buffer.concat(await all(transport.open(file!, signal, 699_990))).equals(content.subarray(699_990))).toBe(true);
  await bucket.put('out/a.csv', 'id\n2\n');
  await expect(all(transport.open(file!, signal))).rejects.toMatchObject({
    kind: 'source',
    message: expect.stringContaining('was replaced'),
  });
});

test('moves over no other object, and deletes', async () => {
  await bucket.put('in/x y.csv', 'new');
  await bucket.put('done/old.csv', 'old');
  using transport = transportTo();
  await expect(transport.move('in/x y.csv', 'done/old.csv', signal)).rejects.toMatchObject({
    message: expect.stringContaining('exists already'),
  });
  await transport.move('in/x y.csv', 'done/x y.csv', signal);
  await transport.remove('done/old.csv', signal);
  await transport.remove('done/old.csv', signal);
  expect((await all(transport.list('{in,done}/*', signal))).map(({ name }) => name)).toEqual(['done/x y.csv']);
});

test('a missing bucket and a storage that is not there are told apart', async () => {
  await expect(checked({ bucket: 'no-such-bucket-here' })).rejects.toMatchObject({ kind: 'config' });
  await expect(checked({ endpoint: 'http://127.0.0.1:1' })).rejects.toMatchObject({ kind: 'transient' });
});

test('a right that the key lacks is told from a key that is none', () => {
  const faultOf = (name: string) => {
    const cause = Object.assign(new Error('no'), { name, $metadata: { httpStatusCode: 403 } });
    const { kind, details } = storageFault('File "a"', { bucket: 'b' } as S3Place, cause);
    return [kind, details.fault];
  };
  expect(faultOf('AccessDenied')).toEqual(['auth', 'permission']);
  for (const name of ['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'ExpiredToken'])
    expect(faultOf(name)).toEqual(['auth', undefined]);
});

test('what only our own server does: wrong credentials are refused, and a body that breaks off is read on', async () => {
  const own = await openBucket('own');
  try {
    await own.put('out/a.csv', randomBytes(900_000));
    const config = { ...own.config };
    await expect(checked({ ...config, secret_access_key: 'wrong' })).rejects.toMatchObject({
      kind: 'auth',
      message: expect.stringContaining('SignatureDoesNotMatch'),
    });
    await expect(checked({ ...config, access_key_id: 'nobody' })).rejects.toMatchObject({ kind: 'auth' });
    using transport = transportTo(config);
    const [file] = await all(transport.list('out/a.csv', signal));
    own.simulator!.breakAfter(400_000, 300_000);
    expect(Buffer.concat(await all(transport.open(file!, signal))).length).toBe(900_000);
    expect(own.simulator!.requests.filter((request) => request === 'GET out/a.csv').length).toBe(3);
    own.simulator!.breakAfter(0, 0, 0, 0);
    await expect(all(transport.open(file!, signal))).rejects.toMatchObject({ kind: 'transient' });
  } finally {
    await own.close();
  }
});

test('events of Braze Currents are found type by type, each in its folder, and a type without events has none', async () => {
  const root = 'currents/dataexport.prod-05.S3.integration.66f0c4e2a1b2c3d4e5f60718';
  const key = (type: string, hour: string) => `${root}/event_type=${type}/date=${hour}/481/prod-05/x.${type}+0+1.avro`;
  await bucket.put(key('users.messages.email.Send', '2026-11-01-05'), 'x');
  await bucket.put(key('users.messages.email.Send', '2026-11-01-06'), 'x');
  await bucket.put(key('users.messages.email.SendX', '2026-11-01-06'), 'x');
  const streams = ['email_sends', 'email_opens'];
  const config = { ...bucket.config, files: [{ preset: 'braze_currents', path: root, streams }] };
  const source = await s3.open(s3.config.parse(config), { signal, baseFolder: '/' });
  try {
    await source.check();
    const offered = await source.streams(() => undefined);
    const names = async (name: string) => {
      const stream = offered[name]!;
      return stream.kind === 'files' ? (await all(stream.list(signal))).map((file) => file.name) : [];
    };
    expect(await names('email_sends')).toEqual(
      ['2026-11-01-05', '2026-11-01-06'].map((hour) => key('users.messages.email.Send', hour)),
    );
    expect(await names('email_opens')).toEqual([]);
  } finally {
    await source.close();
  }
});
