import { z } from 'zod';
import { fromJsonText } from '../../../protocol/index.js';
import { ConnectorError } from '../../errors.js';
import { parseJson } from '../../http/json.js';
import {
  DESTINATION_SYNC_MODES,
  FAILURE_TYPES,
  LOG_LEVELS,
  STREAM_STATUSES,
  type AirbyteMessage,
  type ConfiguredCatalog,
  type Json,
} from './messages.js';

const json = z.record(z.string(), z.unknown());
/** What is given as null is not given: Python's programs write all that they have no value for. */
const given = <T extends z.ZodType>(type: T) =>
  z
    .union([type, z.null()])
    .optional()
    .transform((value) => value ?? undefined);

const descriptor = z.looseObject({ name: z.string(), namespace: given(z.string()) });
const path = z.array(z.string());
const stats = given(z.looseObject({ recordCount: given(z.number()) }));
const streamState = z.looseObject({ stream_descriptor: descriptor, stream_state: z.unknown().optional() });

const state = z.preprocess(
  // A state without a type is of the old kind, unless it says what the new kinds say.
  (value) => {
    const known = value as Json | null;
    if (typeof known !== 'object' || known === null || (known['type'] ?? undefined) !== undefined) return value;
    const type = known['stream'] ? 'STREAM' : known['global'] ? 'GLOBAL' : 'LEGACY';
    return { ...known, type };
  },
  z.discriminatedUnion('type', [
    z.looseObject({ type: z.literal('STREAM'), stream: streamState, sourceStats: stats }),
    z.looseObject({
      type: z.literal('GLOBAL'),
      global: z.looseObject({ shared_state: z.unknown().optional(), stream_states: z.array(streamState) }),
      sourceStats: stats,
    }),
    z.looseObject({ type: z.literal('LEGACY'), data: json, sourceStats: stats }),
  ]),
);

const stream = z.looseObject({
  name: z.string().min(1),
  namespace: given(z.string()),
  json_schema: json,
  supported_sync_modes: given(z.array(z.enum(['full_refresh', 'incremental']))).transform(
    (modes) => modes ?? ['full_refresh' as const],
  ),
  source_defined_cursor: given(z.boolean()),
  default_cursor_field: given(path),
  source_defined_primary_key: given(z.array(path)),
  is_resumable: given(z.boolean()),
});

const configured = z.looseObject({
  streams: z.array(
    z.looseObject({
      stream,
      sync_mode: z.enum(['full_refresh', 'incremental']),
      destination_sync_mode: z.enum(DESTINATION_SYNC_MODES),
      cursor_field: given(path),
      primary_key: given(z.array(path)),
      generation_id: given(z.number()),
      minimum_generation_id: given(z.number()),
    }),
  ),
});

const trace = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('ERROR'),
    error: z.looseObject({
      message: z.string(),
      internal_message: given(z.string()),
      failure_type: given(z.enum(FAILURE_TYPES)),
      stream_descriptor: given(descriptor),
    }),
  }),
  z.looseObject({
    type: z.literal('STREAM_STATUS'),
    stream_status: z.looseObject({ stream_descriptor: descriptor, status: z.enum(STREAM_STATUSES) }),
  }),
  z.looseObject({ type: z.literal('ESTIMATE'), estimate: json }),
  z.looseObject({ type: z.literal('ANALYTICS'), analytics: json }),
]);

/** By type: the key that holds the message, and what it must be. Records are looked at by hand, for there are millions. */
const FORMS: Readonly<Record<string, readonly [key: string, schema: z.ZodType]>> = {
  STATE: ['state', state],
  LOG: ['log', z.looseObject({ level: z.enum(LOG_LEVELS), message: z.string() })],
  TRACE: ['trace', trace],
  SPEC: ['spec', z.looseObject({ connectionSpecification: json })],
  CONNECTION_STATUS: [
    'connectionStatus',
    z.looseObject({ status: z.enum(['SUCCEEDED', 'FAILED']), message: given(z.string()) }),
  ],
  CATALOG: ['catalog', z.looseObject({ streams: z.array(stream) })],
  CONTROL: [
    'control',
    z.looseObject({ type: z.literal('CONNECTOR_CONFIG'), connectorConfig: z.looseObject({ config: json }) }),
  ],
};

/** A line that begins like an object: what is then no JSON is a message that was cut or damaged, and no chatter. */
const BEGINS_LIKE_A_MESSAGE = /^\s*\{\s*"/;

/**
 * The message that a line holds, the `number`th of `of`; undefined for a line that is none, such as what a library prints. Integers beyond 2^53 come as
 * `bigint`; decimals that a double would round come as text in records, and rounded elsewhere, as their own program would read
 * them. Throws a `source` error, without anything of the line, where a message is damaged or lacks what its type needs.
 */
export function readMessage(line: string, number: number, of = 'its output'): AirbyteMessage | undefined {
  const broken = (what: string) => brokenLine(number, of, what);
  let value: unknown;
  try {
    value = parseJson(line);
  } catch {
    if (BEGINS_LIKE_A_MESSAGE.test(line)) throw broken('is a message that was cut off or damaged: it is no JSON');
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { type } = value as Json;
  if (type === 'RECORD') return recordOf(value as Json, broken);
  const form = typeof type === 'string' && Object.hasOwn(FORMS, type) ? FORMS[type] : undefined;
  if (form === undefined) return undefined;
  const [key, schema] = form;
  const read = schema.safeParse((fromJsonText(line) as Json)[key]);
  if (!read.success) throw broken(`is no ${String(type)} of the protocol: ${faultsOf(read.error, key)}`);
  return { type, [key]: read.data } as unknown as AirbyteMessage;
}

function recordOf(message: Json, broken: (what: string) => ConnectorError): AirbyteMessage {
  const record = message['record'] as Json | null | undefined;
  if (typeof record !== 'object' || record === null) throw broken('is no RECORD of the protocol: `record` is missing');
  const { stream: name, data, namespace } = record;
  if (typeof name !== 'string') throw broken('is no RECORD of the protocol: `record.stream` is missing');
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw broken('is no RECORD of the protocol: `record.data` is no object');
  if (namespace === null) delete (record as Record<string, unknown>)['namespace'];
  return message as unknown as AirbyteMessage;
}

const faultsOf = ({ issues }: z.ZodError, key: string) =>
  issues
    .slice(0, 3)
    .map(
      ({ path: at, code }) =>
        `\`${[key, ...at.map(String)].join('.')}\` is ${code === 'invalid_type' ? 'missing or of another type' : 'not as it must be'}`,
    )
    .join(', ');

const brokenLine = (number: number, of: string, what: string) =>
  new ConnectorError('source', `Line ${number} of ${of} ${what}.`, {
    fault: 'integrity',
    hint: 'Run the program by hand and look at that line; another version of it may do better.',
  });

/** A configured catalog, as `--catalog` gives it. Throws a `config` error that names what is wrong in it. */
export function readConfiguredCatalog(text: string): ConfiguredCatalog {
  let value: unknown;
  try {
    value = fromJsonText(text);
  } catch (cause) {
    throw new ConnectorError('config', 'The catalog is no JSON.', { cause, hint: 'Give a ConfiguredAirbyteCatalog.' });
  }
  const read = configured.safeParse(value);
  if (read.success) return read.data as unknown as ConfiguredCatalog;
  throw new ConnectorError(
    'config',
    `The catalog is no ConfiguredAirbyteCatalog: ${faultsOf(read.error, 'catalog')}.`,
    {
      hint: 'Each entry of `streams` has `stream`, `sync_mode` and `destination_sync_mode`; `discover` alone gives no such catalog.',
    },
  );
}

/**
 * The states of a file of `--state`: a list of them, or one object of the old kind, which is then one `LEGACY` state. Throws a
 * `config` error where it is neither.
 */
export function readStates(text: string): readonly Extract<AirbyteMessage, { type: 'STATE' }>['state'][] {
  const refuse = (what: string, cause?: unknown) =>
    new ConnectorError('config', `The state ${what}.`, {
      cause,
      hint: 'Give a list of AirbyteStateMessage, `[]` for none.',
    });
  let value: unknown;
  try {
    value = fromJsonText(text.trim() === '' ? '[]' : text);
  } catch (cause) {
    throw refuse('is no JSON', cause);
  }
  if (typeof value !== 'object' || value === null) throw refuse('is no list of states');
  const list = Array.isArray(value) ? value : Object.keys(value).length === 0 ? [] : [{ type: 'LEGACY', data: value }];
  return list.map((one: unknown, at) => {
    // Some platforms keep whole messages.
    const inner = (one as Json | null)?.['type'] === 'STATE' ? (one as Json)['state'] : one;
    const read = state.safeParse(inner);
    if (!read.success) throw refuse(`is no AirbyteStateMessage: ${faultsOf(read.error, `[${at}]`)}`);
    return read.data as never;
  });
}
