/**
 * A source that speaks the Airbyte protocol, small and scriptable: `config` says how much there is and what goes wrong. It is run as a
 * program, `node airbyte-source.mjs VERB --config FILE ...`, and notes its calls in the file of `AIRBYTE_CALLS`.
 */
import { appendFileSync, readFileSync } from 'node:fs';

const [verb, ...rest] = process.argv.slice(2);
const option = (name) => {
  const at = rest.indexOf(`--${name}`);
  return at < 0 ? undefined : JSON.parse(readFileSync(rest[at + 1], 'utf8'));
};
const config = option('config') ?? {};
const catalog = option('catalog');
const state = option('state');
if (process.env.AIRBYTE_CALLS !== undefined)
  appendFileSync(
    process.env.AIRBYTE_CALLS,
    `${JSON.stringify({ verb, config, state, streams: catalog?.streams.map((one) => [one.stream.name, one.sync_mode]) })}\n`,
  );

const now = 1_700_000_000_000;
const say = (message) => process.stdout.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`);
const trace = (type, content) => say({ type: 'TRACE', trace: { type, emitted_at: now, ...content } });
const fail = (failure, message, internal) =>
  trace('ERROR', { error: { message, internal_message: internal, failure_type: failure } });

const PROPERTIES = {
  id: { type: 'integer' },
  name: { type: ['null', 'string'] },
  amount: { type: ['null', 'number'] },
  big: { type: ['null', 'integer'] },
  updated_at: { type: 'string', format: 'date-time', airbyte_type: 'timestamp_with_timezone' },
  tags: { type: ['null', 'array'] },
};
const STREAMS = [
  {
    name: 'orders',
    json_schema: { type: 'object', properties: PROPERTIES },
    supported_sync_modes: ['full_refresh', 'incremental'],
    source_defined_cursor: true,
    default_cursor_field: ['updated_at'],
    source_defined_primary_key: [['id']],
  },
  {
    name: 'countries',
    json_schema: { type: 'object', properties: PROPERTIES },
    supported_sync_modes: ['full_refresh'],
  },
  {
    name: 'visits',
    namespace: 'web',
    json_schema: { type: 'object', properties: PROPERTIES },
    supported_sync_modes: ['full_refresh', 'incremental'],
    is_resumable: true,
  },
];

const verbs = {
  spec() {
    say({
      type: 'SPEC',
      spec: {
        protocol_version: '0.18.0',
        connectionSpecification: {
          type: 'object',
          required: ['credentials'],
          properties: {
            count: { type: 'integer', minimum: 0 },
            credentials: {
              type: 'object',
              oneOf: [
                {
                  required: ['kind', 'api_key'],
                  properties: { kind: { const: 'key' }, api_key: { type: 'string', airbyte_secret: true } },
                },
                {
                  required: ['kind', 'refresh_token'],
                  properties: { kind: { const: 'oauth' }, refresh_token: { type: 'string', airbyte_secret: true } },
                },
              ],
            },
          },
        },
      },
    });
  },
  check() {
    if (config.refuses) return fail('config_error', `The key ${config.credentials.api_key} is not known.`);
    say({
      type: 'CONNECTION_STATUS',
      connectionStatus: config.down ? { status: 'FAILED', message: 'It is down.' } : { status: 'SUCCEEDED' },
    });
  },
  discover() {
    say({ type: 'CATALOG', catalog: { streams: STREAMS } });
  },
  async read() {
    if (config.rotates)
      say({
        type: 'CONTROL',
        control: {
          type: 'CONNECTOR_CONFIG',
          emitted_at: now,
          connectorConfig: {
            config: {
              ...config,
              credentials: { kind: 'oauth', refresh_token: `${config.credentials.refresh_token}+` },
            },
          },
        },
      });
    for (const { stream, sync_mode: sync } of catalog.streams) await readStream(stream, sync);
  },
};

async function readStream({ name, namespace }, sync) {
  const descriptor = { name, ...(namespace === undefined ? {} : { namespace }) };
  const status = (text) => trace('STREAM_STATUS', { stream_status: { stream_descriptor: descriptor, status: text } });
  const { count = 10, per_state: perState = 4, fault, fault_at: faultAt = 6, kind = 'STREAM', extra = '' } = config;
  const last = Array.isArray(state) ? (state[0].global ?? state[0].stream) : state;
  const from = (sync === 'incremental' && (last?.stream_state ?? last?.shared_state ?? last)?.at) || 0;
  let sent = 0;
  const saved = (at) => {
    const inner = { stream_descriptor: descriptor, stream_state: { at } };
    const forms = {
      STREAM: { type: 'STREAM', stream: inner },
      GLOBAL: { type: 'GLOBAL', global: { shared_state: { at }, stream_states: [inner] } },
      LEGACY: { data: { at } },
    };
    say({
      type: 'STATE',
      state: { ...forms[kind], sourceStats: { recordCount: fault === 'miscounts' ? sent + 1 : sent } },
    });
    sent = 0;
  };
  if (config.statuses !== false) status('STARTED');
  if (fault === 'chatter') say("Loading the model ...\n{'a': 1}\n[1, 2]\n");
  for (let id = from + 1; id <= count; id += 1) {
    if (id === faultAt && fault !== undefined) {
      if (fault === 'hangs') await new Promise((resolve) => setTimeout(resolve, 600_000));
      if (fault === 'cut') say('{"type":"RECORD","record":{"stream":"orders","da');
      if (fault === 'exits') {
        process.stderr.write(`Traceback: no more of ${config.credentials.api_key}\n`);
        process.exit(3);
      }
      if (fault.endsWith('_error')) {
        if (config.log !== undefined) {
          say({ type: 'LOG', log: { level: 'DEBUG', message: 'Nothing to see.' } });
          say({ type: 'LOG', log: { level: 'FATAL', message: config.log } });
          process.stderr.write(`Last of all, ${config.credentials.api_key}\n`);
        }
        fail(fault, 'It went wrong.', `with ${config.credentials.api_key}`);
        process.exit(1);
      }
      if (fault === 'stops') return;
      if (fault === 'other') say({ type: 'RECORD', record: { stream: 'others', data: { id: 1 }, emitted_at: now } });
      if (fault === 'incomplete') return status('INCOMPLETE');
    }
    const data = `{"id":${id},"name":"n${id}${extra}","amount":12345678901234567890.12,"big":9007199254740993,"updated_at":"2026-03-01T00:00:${String(id % 60).padStart(2, '0')}","tags":["a",${id}]}`;
    say(
      `{"type":"RECORD","record":{"stream":"${name}",${namespace === undefined ? '' : `"namespace":"${namespace}",`}"data":${data},"emitted_at":${now}}}`,
    );
    sent += 1;
    if (sync === 'incremental' && id % perState === 0) saved(id);
  }
  saved(Math.max(count, from));
  if (config.statuses !== false) status('COMPLETE');
}

await verbs[verb]();
