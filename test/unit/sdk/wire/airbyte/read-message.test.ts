import { readConfiguredCatalog, readMessage, readStates } from '../../../../../core/sdk/wire/airbyte/index.js';

const read = (value: unknown) => readMessage(JSON.stringify(value), 7);
const messageOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was thrown';
};

describe('a line of an Airbyte source', () => {
  test('keeps the digits of numbers that a double would round', () => {
    const line = `{"type":"RECORD","record":{"stream":"s","emitted_at":1,"data":{"big":9007199254740993,"money":12345678901234567890.12,"small":0.5}}}`;
    expect(readMessage(line, 1)).toMatchObject({
      record: { data: { big: 9007199254740993n, money: '12345678901234567890.12', small: 0.5 } },
    });
  });

  test('keeps the digits of integers in a state, which stay numbers', () => {
    const line = `{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"s"},"stream_state":{"lsn":9007199254740993,"at":1764432021.123456}}}}`;
    expect(readMessage(line, 1)).toMatchObject({
      state: { stream: { stream_state: { lsn: 9007199254740993n, at: 1764432021.123456 } } },
    });
  });

  test('takes what is null for what is not given', () => {
    expect(read({ type: 'RECORD', record: { stream: 's', namespace: null, data: {}, emitted_at: 1 } })).toEqual({
      type: 'RECORD',
      record: { stream: 's', data: {}, emitted_at: 1 },
    });
    const message = read({
      type: 'STATE',
      state: { type: 'STREAM', stream: { stream_descriptor: { name: 's', namespace: null } }, sourceStats: null },
    });
    expect(message).toMatchObject({ state: { stream: { stream_descriptor: { name: 's', namespace: undefined } } } });
  });

  test.each([
    [{ data: { at: 1 } }, 'LEGACY'],
    [{ type: null, data: { at: 1 } }, 'LEGACY'],
    [{ stream: { stream_descriptor: { name: 's' } } }, 'STREAM'],
    [{ global: { stream_states: [] } }, 'GLOBAL'],
  ])('knows a state without a type: %j', (state, type) => {
    expect(read({ type: 'STATE', state })).toMatchObject({ type: 'STATE', state: { type } });
  });

  test.each(['Loading ...', "{'a': 1}", '[1]', '17', '{"level":"info"}', '{"type":"NEW","new":{}}', '{"type":{}}'])(
    'that is none is left out: %s',
    (line) => {
      expect(readMessage(line, 1)).toBeUndefined();
    },
  );

  test.each([
    [
      '{"type":"RECORD","record":{"stream":"orders","da',
      'Line 7 of its output is a message that was cut off or damaged: it is no JSON.',
    ],
    ['{"type":"RECORD"}', 'Line 7 of its output is no RECORD of the protocol: `record` is missing.'],
    [
      '{"type":"RECORD","record":{"data":{}}}',
      'Line 7 of its output is no RECORD of the protocol: `record.stream` is missing.',
    ],
    [
      '{"type":"RECORD","record":{"stream":"s","data":[]}}',
      'Line 7 of its output is no RECORD of the protocol: `record.data` is no object.',
    ],
    [
      '{"type":"STATE","state":{"type":"STREAM"}}',
      'Line 7 of its output is no STATE of the protocol: `state.stream` is missing or of another type.',
    ],
    [
      '{"type":"TRACE","trace":{"type":"STREAM_STATUS","stream_status":{"stream_descriptor":{"name":"s"},"status":"DONE"}}}',
      'Line 7 of its output is no TRACE of the protocol: `trace.stream_status.status` is not as it must be.',
    ],
    [
      '{"type":"CATALOG","catalog":{"streams":[{"name":"s"}]}}',
      'Line 7 of its output is no CATALOG of the protocol: `catalog.streams.0.json_schema` is missing or of another type.',
    ],
  ])('that is damaged is refused by its place: %s', (line, message) => {
    expect(messageOf(() => readMessage(line, 7))).toBe(message);
  });
});

describe('the files that an Airbyte platform gives', () => {
  test('a configured catalog is refused where it is the one of `discover`', () => {
    const text = JSON.stringify({ streams: [{ name: 's', json_schema: {}, supported_sync_modes: ['full_refresh'] }] });
    expect(messageOf(() => readConfiguredCatalog(text))).toBe(
      'The catalog is no ConfiguredAirbyteCatalog: `catalog.streams.0.stream` is missing or of another type, `catalog.streams.0.sync_mode` is not as it must be, `catalog.streams.0.destination_sync_mode` is not as it must be.',
    );
  });

  const one = { type: 'STREAM', stream: { stream_descriptor: { name: 's' }, stream_state: { at: 1 } } };
  test.each([
    ['', []],
    ['[]', []],
    ['{}', []],
    [JSON.stringify([one]), [one]],
    [JSON.stringify([{ type: 'STATE', state: one }]), [one]],
    ['{"orders":{"at":1}}', [{ type: 'LEGACY', data: { orders: { at: 1 } } }]],
  ])('states come as lists, as messages or as one old object: %s', (text, states) => {
    expect(readStates(text)).toEqual(states);
  });

  test('what is no state is refused', () => {
    expect(messageOf(() => readStates('[{"type":"STREAM"}]'))).toBe(
      'The state is no AirbyteStateMessage: `[0].stream` is missing or of another type.',
    );
    expect(messageOf(() => readStates('{'))).toBe('The state is no JSON.');
  });
});
