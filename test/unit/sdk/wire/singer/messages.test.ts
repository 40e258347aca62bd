import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { BadRecord } from '../../../../../core/protocol/index.js';
import {
  batchRecords,
  chosen,
  readCatalog,
  readMessage,
  recordReader,
  writeMessage,
} from '../../../../../core/sdk/wire/singer/index.js';

describe('messages', () => {
  it('keep the digits of their numbers there and back', () => {
    const line =
      '{"type":"RECORD","stream":"s","record":{"big":-9007199254740993,"float":0.1,"price":1234567890.12345678901}}';
    const message = readMessage(line, 'line 1');
    expect(message).toMatchObject({ record: { big: -9007199254740993n, float: 0.1, price: '1234567890.12345678901' } });
    expect(writeMessage({ type: 'STATE', value: { at: 9007199254740993n } })).toBe(
      '{"type":"STATE","value":{"at":9007199254740993}}\n',
    );
  });

  it('of a schema have a key, an empty one where none is said', () => {
    expect(readMessage('{"type":"SCHEMA","stream":"s","schema":{},"key_properties":null}', '')).toMatchObject({
      key_properties: [],
    });
    expect(readMessage('  ', '')).toBeUndefined();
  });

  it.each([
    ['starting up', 'line 7 of its output is no JSON; it begins with: starting up.'],
    ['{"type":"RECORD","stream":"s","record":{"ssn":"123-45-6789"', 'line 7 of its output is no JSON.'],
    ['[1]', 'line 7 of its output is no JSON object.'],
    ['{"record":{}}', 'line 7 of its output is an object without `type`.'],
    ['{"type":"HELLO"}', 'line 7 of its output is a message of the unknown type "HELLO".'],
    ['{"type":"RECORD","record":{}}', 'is a RECORD message whose `stream` is not the name of a stream.'],
    ['{"type":"RECORD","stream":"s","record":[]}', 'is a RECORD message whose `record` is not an object.'],
    ['{"type":"STATE"}', 'is a STATE message without `value`.'],
    [
      '{"type":"SCHEMA","stream":"s","schema":{},"key_properties":"id"}',
      'whose `key_properties` is not a list of names.',
    ],
    ['{"type":"ACTIVATE_VERSION","stream":"s","version":"a"}', 'whose `version` is not a whole number.'],
    ['{"type":"BATCH","stream":"s","encoding":{},"manifest":"f"}', 'whose `manifest` is not a list of addresses.'],
  ])('are refused without what they hold: %s', (line, words) => {
    expect(() => readMessage(line, 'line 7')).toThrow(words);
  });
});

describe('records', () => {
  it('have instants of UTC where no zone is said, and are else left as they are', () => {
    const read = recordReader([
      { name: 'at', type: 'timestamptz', nullable: true },
      { name: 'text', type: 'string', nullable: true },
    ]);
    const ats = [
      '2026-01-02T03:04:05',
      '2026-01-02 03:04',
      '2026-01-02T03:04:05Z',
      '2026-01-02T03:04:05+02:00',
      '2026-01-02',
      'soon',
      null,
    ];
    expect(ats.map((at) => read({ at, text: '2026-01-02T03:04:05' })['at'])).toEqual([
      '2026-01-02T03:04:05Z',
      '2026-01-02 03:04Z',
      '2026-01-02T03:04:05Z',
      '2026-01-02T03:04:05+02:00',
      '2026-01-02',
      'soon',
      null,
    ]);
    const same = { text: '2026-01-02T03:04:05' };
    expect(read(same)).toBe(same);
  });
});

describe('files of BATCH messages', () => {
  const read = async (encoding: { format: string; compression?: string }, manifest: readonly string[]) => {
    const records: unknown[] = [];
    for await (const page of batchRecords({ type: 'BATCH', stream: 's', encoding, manifest })) records.push(...page);
    return records;
  };
  const folderWith = async (name: string, content: string | Uint8Array) => {
    const folder = await mkdtemp(join(tmpdir(), 'tributary-batch-'));
    await writeFile(join(folder, name), content);
    return { folder, address: pathToFileURL(join(folder, name)).href };
  };

  it('are read line by line and deleted, a bad line is a bad record', async () => {
    const { folder, address } = await folderWith('a b.jsonl.gz', gzipSync('{"id":9007199254740993}\nno\n\n{"id":2}'));
    const records = await read({ format: 'jsonl', compression: 'gzip' }, [address]);
    expect(records).toEqual([{ id: 9007199254740993n }, expect.any(BadRecord), { id: 2 }]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('that end too early are refused and stay', async () => {
    const { folder, address } = await folderWith('cut.gz', gzipSync('{"id":1}\n'.repeat(1000)).subarray(0, 40));
    await expect(read({ format: 'jsonl', compression: 'gzip' }, [address])).rejects.toThrow(
      /cannot be read to its end: unexpected end of file/,
    );
    expect(await readdir(folder)).toEqual(['cut.gz']);
  });

  it.each([
    [{ format: 'parquet' }, 'file:///a', 'has files of the format "parquet"'],
    [{ format: 'jsonl', compression: 'zstd' }, 'file:///a', 'has files that are packed by "zstd"'],
    [{ format: 'jsonl' }, 's3://bucket/a', 'names the file "s3://bucket/a", which is not local'],
    [{ format: 'jsonl' }, 'file:///nowhere/a', 'names the file "/nowhere/a", which cannot be read to its end'],
  ])('are refused by name: %j %s', async (encoding, address, words) => {
    await expect(read(encoding, [address])).rejects.toThrow(words);
  });
});

describe('catalogs', () => {
  it('are chosen from in every place where taps look', () => {
    const [entry] = readCatalog(
      {
        streams: [
          {
            tap_stream_id: 'db-orders',
            stream: 'orders',
            schema: { properties: { id: {}, secret: {}, note: {} } },
            metadata: [
              { breadcrumb: [], metadata: { inclusion: 'available' } },
              { breadcrumb: ['properties', 'secret'], metadata: { inclusion: 'unsupported' } },
            ],
          },
        ],
      },
      'it',
    );
    expect(chosen(entry!, true, { method: 'INCREMENTAL', replicationKey: 'id' })).toEqual({
      tap_stream_id: 'db-orders',
      stream: 'orders',
      replication_method: 'INCREMENTAL',
      replication_key: 'id',
      schema: { selected: true, properties: { id: {}, secret: {}, note: {} } },
      metadata: [
        {
          breadcrumb: [],
          metadata: {
            inclusion: 'available',
            selected: true,
            'replication-method': 'INCREMENTAL',
            'replication-key': 'id',
          },
        },
        { breadcrumb: ['properties', 'secret'], metadata: { inclusion: 'unsupported' } },
        { breadcrumb: ['properties', 'id'], metadata: { selected: true } },
        { breadcrumb: ['properties', 'note'], metadata: { selected: true } },
      ],
    });
  });

  it.each([
    [{}, 'The catalog of it has no list `streams`.'],
    [{ streams: [3] }, 'has at place 1 what is no stream.'],
    [{ streams: [{ schema: {} }] }, 'has at place 1 a stream without a name.'],
    [{ streams: [{ stream: 'a' }] }, 'has a stream "a" without a schema.'],
  ])('are refused by name: %j', (value, words) => {
    expect(() => readCatalog(value, 'it')).toThrow(words);
  });
});
