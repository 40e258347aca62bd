import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import avro, { type Schema } from 'avsc';
import { folder, openOnly, recordsOf, streamOf } from './stream-support.js';

const COLUMNS = {
  send_id: { type: 'integer', in_file: ['SendID', 'JobID'] },
  member: { type: 'string', in_file: 'SubscriberKey', missing: '', personal: true },
  url: { type: 'string', in_file: 'URL', clean: 'query' },
  reason: { type: 'string', clean: 'addresses' },
  occurrence: { type: 'integer', number_unless: 'member' },
} as const;

async function read(name: string, content: string | Uint8Array, spec: Record<string, unknown> = {}) {
  using place = folder();
  writeFileSync(join(place.path, name), content);
  const stream = await streamOf(place.path, {
    only_columns: true,
    columns: COLUMNS,
    primary_key: ['send_id', 'member', 'occurrence'],
    ...spec,
  });
  const open = await openOnly(stream);
  try {
    return { catalog: stream.catalog, fields: open.fields, records: await recordsOf(open), open };
  } finally {
    await open.close();
  }
}

describe('a stream that reads only its columns', () => {
  test('takes them from CSV by the names of the file, whatever their capital letters, and lets go of the rest', async () => {
    const { catalog, fields, records } = await read(
      'a.csv',
      'EmailAddress,jobid,SUBSCRIBERKEY,Url,reason\na@b.org,7,m1,https://x.org/f?m=m1#a,"no <a@b.org>, gone"\nc@d.org,8,,,\n',
    );
    expect(records).toEqual([
      { send_id: '7', member: 'm1', url: 'https://x.org/f', reason: 'no <***>, gone', occurrence: 0 },
      { send_id: '8', member: '', url: null, reason: null, occurrence: 1 },
    ]);
    expect(fields.map(({ name }) => name)).toEqual(Object.keys(COLUMNS));
    expect(catalog.fields.find(({ name }) => name === 'member')).toEqual({
      name: 'member',
      type: 'string',
      nullable: false,
      personal: true,
    });
  });

  test('numbers records that nothing tells apart, each file from 1', async () => {
    const { records } = await read('a.csv', 'SendID,SubscriberKey\n1,\n1,\n2,\n1,m\n1,m\n1,\n');
    expect(records.map((record) => (record as { occurrence: number }).occurrence)).toEqual([1, 2, 1, 0, 0, 3]);
  });

  test('a column that the file lacks is none of its fields; a file with none of them is refused', async () => {
    const { fields } = await read('a.csv', 'SendID,SubscriberKey\n1,m\n');
    expect(fields.map(({ name }) => name)).toEqual(['send_id', 'member', 'occurrence']);
    await expect(read('a.csv', 'Other;Names\n1;2\n')).rejects.toMatchObject({ kind: 'schema' });
  });

  test('a record that cannot be read shows nothing of itself', async () => {
    const csv = await read('a.csv', 'SendID,SubscriberKey\n1,m,extra\n2,"secret" x\n3,m\n');
    expect(csv.records).toMatchObject(['!ragged_row', '!text_after_quote', { send_id: '3' }]);
    const { open } = await read('a.jsonl', '', { format: 'jsonl' });
    expect('push' in open.scanner && open.scanner.push(Buffer.from('{"secret": 1\n'))).toEqual([
      { reason: 'invalid_json', detail: 'The line is not JSON.', payload: {} },
    ]);
  });

  test('reaches into objects and into text that holds one', async () => {
    const columns = { plan: { type: 'string', in_file: 'properties.plan' }, id: 'string' };
    const { records } = await read(
      'a.jsonl',
      '{"id":"1","properties":{"plan":"a","x":1}}\n{"id":"2","properties":"{\\"plan\\":\\"b\\"}"}\n{"id":"3","properties":"no"}\n',
      { format: 'jsonl', columns, primary_key: ['id'] },
    );
    expect(records).toEqual([
      { plan: 'a', id: '1' },
      { plan: 'b', id: '2' },
      { plan: null, id: '3' },
    ]);
  });

  test('takes them from Avro, and a column that its schema lacks is none of its fields', async () => {
    const schema = { type: 'record', name: 'E', fields: ['id', 'email'].map((name) => ({ name, type: 'string' })) };
    const encoder = new avro.streams.BlockEncoder(schema as Schema);
    const chunks: Buffer[] = [];
    encoder.on('data', (chunk: Buffer) => chunks.push(chunk));
    encoder.end({ id: '1', email: 'a@b.org' });
    await new Promise((resolve) => encoder.on('end', resolve));
    const { fields, records } = await read('a.avro', Buffer.concat(chunks), {
      format: 'avro',
      columns: { id: 'string', time: { type: 'timestamptz', format: 'epoch_seconds' } },
      primary_key: ['id'],
    });
    expect(records).toEqual([{ id: '1', time: null }]);
    expect(fields.map(({ name }) => name)).toEqual(['id']);
  });

  test('what only such a stream knows is refused elsewhere', async () => {
    await expect(read('a.csv', 'SendID\n1\n', { only_columns: false })).rejects.toMatchObject({
      kind: 'config',
      message: 'Stream "s": column "send_id" says what only `only_columns` knows.',
    });
    await expect(read('a.csv', '1\n', { header: false })).rejects.toMatchObject({ kind: 'config' });
  });
});
