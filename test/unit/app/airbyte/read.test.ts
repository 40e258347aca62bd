import { Writable } from 'node:stream';
import { messageWriter } from '../../../../core/app/airbyte/message-writer.js';
import { catalogOf, readMessages } from '../../../../core/app/airbyte/read.js';
import { SavedState, type OpenSource, type SourceStream } from '../../../../core/protocol/index.js';
import { ConnectorError } from '../../../../core/sdk/index.js';
import type { AirbyteState } from '../../../../core/sdk/wire/airbyte/index.js';
import { configuredCatalog, messagesOf } from '../../../support/airbyte-protocol.js';

/** Three records, a state after each; `failsAt` breaks off there. */
function members(failsAt?: number): SourceStream {
  return {
    kind: 'stateful',
    catalog: {
      name: 'members',
      summary: '',
      fields: [
        { name: 'id', type: 'integer', nullable: false },
        { name: 'email', type: 'string', nullable: true, personal: true },
        { name: 'score', type: 'integer', nullable: true },
      ],
      primaryKey: ['id'],
      cursor: 'id',
      syncModes: ['full_refresh', 'incremental'],
    },
    async *read({ state }) {
      for (let id = ((state as { at: number } | undefined)?.at ?? 0) + 1; id <= 3; id += 1) {
        if (id === failsAt) throw new ConnectorError('auth', 'The key the-secret is refused.');
        yield [{ id, email: `m${id}@example.org`, score: id }];
        yield new SavedState({ at: id });
      }
    },
  };
}

async function read(stream: SourceStream, states: readonly AirbyteState[] = []) {
  const streams = { members: stream };
  const source: OpenSource = {
    check: async () => undefined,
    streams: async () => streams,
    close: async () => undefined,
  };
  let stdout = '';
  const into = new Writable({
    write(bytes, _encoding, done) {
      stdout += String(bytes);
      done();
    },
  });
  const messages = messageWriter(into, (text) => text.replaceAll('the-secret', '***'));
  const catalog = configuredCatalog([{ type: 'CATALOG', catalog: catalogOf(streams) }], () => 'incremental') as never;
  const isWhole = await readMessages({ source, catalog, states, messages, signal: new AbortController().signal });
  return { isWhole, said: messagesOf(stdout) };
}
const of = (said: readonly any[], type: string) => said.filter((message) => message.type === type);
const statuses = (said: readonly any[]) =>
  of(said, 'TRACE').map(({ trace }) => trace.stream_status?.status ?? trace.error);

test('what tells who a person is is not on offer and does not come, which is said', async () => {
  expect(Object.keys(catalogOf({ members: members() }).streams[0]!.json_schema['properties'] as object)).toEqual([
    'id',
    'score',
  ]);
  const { isWhole, said } = await read(members());
  expect(isWhole).toBe(true);
  expect(of(said, 'RECORD').map(({ record }) => record.data)).toEqual([1, 2, 3].map((id) => ({ id, score: id })));
  expect(of(said, 'LOG')).toEqual([
    {
      type: 'LOG',
      log: { level: 'WARN', message: 'Stream "members": "email" tell who a person is and are left out.' },
    },
  ]);
});

test('a stream that breaks off tells what it had, why, and goes on from there', async () => {
  const { isWhole, said } = await read(members(3));
  expect(isWhole).toBe(false);
  expect(statuses(said)).toEqual([
    'STARTED',
    'RUNNING',
    expect.objectContaining({
      failure_type: 'config_error',
      message: 'The key *** is refused.',
      stream_descriptor: { name: 'members' },
    }),
    'INCOMPLETE',
  ]);
  const [state] = of(said, 'STATE').map((message) => message.state);
  expect(state.sourceStats).toEqual({ recordCount: 2 });
  const later = await read(members(), [state]);
  expect(of(later.said, 'RECORD').map(({ record }) => record.data.id)).toEqual([3]);
});

test.each<[string, AirbyteState]>([
  [
    'of another source',
    { type: 'STREAM', stream: { stream_descriptor: { name: 'members' }, stream_state: { at: 2 } } },
  ],
  ['of the old kind', { type: 'LEGACY', data: { members: 2 } }],
])('a state %s is refused', async (_, state) => {
  await expect(read(members(), [state])).rejects.toThrow('is none that this source has handed out');
});
