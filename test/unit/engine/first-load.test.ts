import { expect, it } from '@jest/globals';
import { runConnection } from '../../../core/engine/index.js';
import { planColumns } from '../../../core/middleware/index.js';
import type { DestinationSession, SourceStream } from '../../../core/protocol/index.js';
import { jsonLinesScanner } from '../../../core/sdk/files/jsonl.scanner.js';
import { noticingLate } from '../../../core/sdk/files/late-fields.js';
import { emptyStore, memoryDestination } from './memory-destination.js';

/** A stream of one file that is listed with so many bytes. */
function oneFile(bytes: number, isPacked: boolean): SourceStream {
  const fields = [{ name: 'id', type: 'string', nullable: false }] as const;
  return {
    kind: 'files',
    catalog: { name: 'items', summary: '', fields, primaryKey: ['id'], syncModes: ['incremental'] },
    isInferred: false,
    async *list() {
      yield { name: 'a', bytes, modifiedAt: '2026-03-01T00:00:00Z', version: '1' };
    },
    open: async () => ({
      scanner: noticingLate(jsonLinesScanner({ maxRecordBytes: 100 }), fields, ['id']),
      fields,
      isPacked,
      parsing: { nulls: [], quotedNulls: false, formats: {}, trueTexts: [], falseTexts: [] },
      chunks: (async function* () {
        yield Buffer.from('{"id":"a"}\n');
      })(),
      identity: () => ({ checksum: '', bytes }),
      close: async () => undefined,
    }),
  };
}

function load(stream: SourceStream, destination: DestinationSession, wishes: { readonly adopt?: boolean } = {}) {
  return runConnection({
    run: { id: '00000000-0000-4000-8000-000000000000', connection: 'test' },
    source: {
      check: async () => undefined,
      streams: async () => ({ items: stream }),
      close: async () => undefined,
    },
    destination,
    schema: 'raw',
    streams: [
      {
        name: 'items',
        sync: undefined,
        write: undefined,
        lookback: undefined,
        onSchemaChange: 'evolve',
        planColumns: (own, key) => planColumns(own, { stream: 'items', map: [], expect: [], protect: {} }, key),
        marks: [],
        ...wishes,
      },
    ],
    errorBudget: { share: 1, records: 1000 },
    unstorableText: 'replace',
    startedAt: new Date('2026-03-06T12:00:00Z'),
    fullRefresh: false,
    signal: new AbortController().signal,
    clock: {
      now: () => new Date('2026-03-06T12:00:00Z'),
      sleep: async () => undefined,
      id: () => 'checkpoint',
      random: () => 0.5,
    },
    on: () => undefined,
    probe: () => undefined,
  });
}

const GIB = 2 ** 30;
it.each([
  [8 * GIB, false, true],
  [8 * GIB + 1, false, false],
  [GIB / 10, true, true],
  [GIB, true, false],
])('a file of %d bytes, packed: %s, is loaded directly: %s', async (bytes, isPacked, expected) => {
  const destination = memoryDestination(emptyStore(), () => undefined);
  const direct: boolean[] = [];
  const outcome = await load(oneFile(bytes, isPacked), {
    ...destination,
    open(table, slice, isDirect) {
      direct.push(isDirect);
      return destination.open(table, slice, isDirect);
    },
  });
  expect(outcome).toMatchObject({ state: 'succeeded', ledger: { inserted: 1 } });
  expect(direct).toEqual([expected]);
});

it('a destination without tables that others make says so to a stream that is to adopt one', async () => {
  const destination = memoryDestination(emptyStore(), () => undefined);
  expect(await load(oneFile(1, false), destination, { adopt: true })).toMatchObject({
    state: 'failed',
    error: { kind: 'config', message: expect.stringContaining('has no tables to adopt') },
  });
});
