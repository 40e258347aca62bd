import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { ask } from '../support/host.js';
import { stopTestServer } from '../support/postgres.js';
import { startReceiver, type Receiver } from '../support/receiver.js';
import { newProject, type Project } from './project.js';

/** A secret, a header of the receiver, identifiers of a member in path, query and record, and what an API says in an error. */
const CANARIES = ['canary-key-5d1e', 'canary-header-77aa', 'M-4711-canary', 'canary@member.test', 'canary-note'];
const [KEY, HEADER, MEMBER, EMAIL, NOTE] = CANARIES as [string, string, string, string, string];

const PLUGIN = `import { ConnectorError, defineSource, secret } from 'tributary/sdk';
import { bearer, httpClient } from 'tributary/sdk/http';
import { z } from 'zod';
const row = z.object({ id: z.string(), day: z.iso.date(), note: z.string(), sent: z.int() });
export const clinic = defineSource({
  name: 'clinic', summary: 'An API.',
  config: z.strictObject({ endpoint: z.url(), api_key: secret('key') }),
  connect: ({ config, signal }) => ({ config, http: httpClient({ baseUrl: config.endpoint, auth: bearer(config.api_key), signal, random: () => 0 }) }),
  check: async () => undefined,
  close: ({ http }) => http.close(),
  streams: (kind) => ({
    visits: kind.fullRefresh({ summary: '', primaryKey: ['id'], schema: row,
      read: async function* ({ client: { http } }) { yield await http.get('/v1/members/${MEMBER}/visits', { email: '${EMAIL}' }); } }),
    broken: kind.fullRefresh({ summary: '', primaryKey: ['id'], schema: row,
      read: async function* ({ client: { config } }) { throw new ConnectorError('source', 'It said: ' + config.api_key); } }),
  }),
});
`;

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: Record<string, unknown>;
  readonly status: { readonly code?: number; readonly message?: string };
  readonly seconds: number;
}

let api: Server;
let refusals = 1;
let receiver: Receiver;
let project: Project;
let env: Record<string, string>;

beforeAll(async () => {
  api = createServer((_, response) => {
    if (refusals-- > 0) response.writeHead(503).end();
    else
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify([{ id: MEMBER, day: '2026-03-01', note: NOTE, sent: 1 }]));
  }).listen(0, '127.0.0.1');
  await once(api, 'listening');
  receiver = await startReceiver();
  const port = (api.address() as AddressInfo).port;
  project = await newProject(`sources:
  clinic: { connector: ./clinic.ts, config: { endpoint: "http://127.0.0.1:${port}", api_key: "\${env:KEY}" } }
connections:
  daily: { source: clinic, destination: warehouse, schema: raw, streams: { visits: {}, broken: {} } }
report:
  destination: warehouse
  facts: [ { from: daily.visits, as: { date: day, campaign_id: id, channel: { const: email }, sent: sent } } ]
`);
  await project.write('clinic.ts', PLUGIN);
  env = {
    KEY,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_HEADERS: `x-team=${HEADER}`,
  };
});
afterAll(async () => {
  await receiver?.close();
  api?.close();
  await project?.remove();
  await stopTestServer();
});

const spansOf = (bodies: readonly { readonly body: string }[]): Span[] =>
  bodies.flatMap(({ body }) =>
    JSON.parse(body).resourceSpans.flatMap(({ scopeSpans }: any) =>
      scopeSpans.flatMap(({ spans }: any) =>
        spans.map(({ attributes, startTimeUnixNano, endTimeUnixNano, ...span }: any) => ({
          ...span,
          seconds: Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e9,
          attributes: Object.fromEntries(
            attributes.map(({ key, value }: any) => [key, Object.values(value as object)[0]]),
          ),
        })),
      ),
    ),
  );

test('a run is sent as one tree of spans, which holds no secret and nothing of a member', async () => {
  const end = await project.run(['sync', 'daily', '--json'], { env });
  expect(end.code).toBe(7);
  const { data } = JSON.parse(end.stdout);
  expect(receiver.received[0]!.headers).toMatchObject({ 'x-team': HEADER, 'content-type': 'application/json' });
  const spans = spansOf(receiver.received);
  const parentOf = ({ parentSpanId }: Span) => spans.find(({ spanId }) => spanId === parentSpanId)?.name;
  const shown = spans.map((span) => [span.name, parentOf(span)]);
  expect(shown).toEqual(
    expect.arrayContaining([
      ['run', undefined],
      ['fence', 'run'],
      ['stream', 'run'],
      ['slice', 'stream'],
      ['GET /v1/members/{}/visits', 'slice'],
      ['checkpoint', 'slice'],
      ['marts', 'run'],
    ]),
  );
  const [root] = spans.filter(({ name }) => name === 'run') as [Span];
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([root.traceId]));
  expect(root.attributes).toMatchObject({
    'tributary.run.id': data.run,
    'tributary.connection': 'daily',
    'tributary.state': 'partial',
  });
  const requests = spans.filter(({ name }) => name.startsWith('GET'));
  expect(requests.map(({ attributes }) => attributes)).toMatchObject([
    { 'http.response.status_code': 503, 'server.address': '127.0.0.1' },
    { 'http.response.status_code': 200, 'http.request.resend_count': 1 },
  ]);
  const slices = spans.filter(({ name }) => name === 'slice').map(({ attributes, status }) => [attributes, status]);
  expect(slices).toMatchObject([
    [{ 'tributary.stream': 'visits', 'tributary.rows.inserted': 1 }, { code: 0 }],
    [
      { 'tributary.stream': 'broken', 'error.type': 'source' },
      { code: 2, message: 'It said: ***' },
    ],
  ]);
  // The pause between the attempts belongs to the slice, not to a request.
  const [slice] = spans.filter(({ name }) => name === 'slice') as [Span];
  expect(slice.seconds).toBeGreaterThan(requests.reduce((sum, { seconds }) => sum + seconds, 0));
  const sent = receiver.received.map(({ body }) => body).join();
  expect(CANARIES.filter((canary) => sent.includes(canary))).toEqual([]);
  expect(await project.data(['runs', 'show', data.run], { env })).toMatchObject({ trace_id: root.traceId });
});

test.each([
  ['refuses', 'http/protobuf', 'application/x-protobuf'],
  ['is silent', 'http/json', undefined],
])('a receiver that %s holds no run up', async (_, protocol, type) => {
  const before = receiver.received.length;
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  receiver.answer(403, `no ${KEY}`);
  const endpoint = type ? receiver.url : `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const began = Date.now();
  const { code, stderr } = await project.run(['sync', 'daily', '--stream', 'visits'], {
    env: {
      ...env,
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
    },
  });
  receiver.answer(200);
  silent.closeAllConnections();
  silent.close();
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('traces cannot be sent') });
  expect(stderr).not.toContain(KEY);
  expect(Date.now() - began).toBeLessThan(15_000);
  if (type === undefined) return;
  const [refused] = receiver.received.slice(before);
  expect(refused!.headers['content-type']).toBe(type);
  expect(CANARIES.filter((canary) => refused!.body.includes(canary))).toEqual([]);
});

test('what the environment asks and we cannot do is told', async () => {
  const { code, stderr } = await project.run(['sync', 'daily'], {
    env: { ...env, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
  });
  expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining('Write http/protobuf or http/json') });
});

test('a request to the host goes on with the trace of its caller, also in the log', async () => {
  const before = receiver.received.length;
  const log = { TRIBUTARY_LOG_LEVEL: 'info' };
  const host = project.start(['serve', '--port', '0', '--no-worker', '--json'], { env: { ...env, ...log } });
  const [line] = (await once(createInterface({ input: host.child.stdout! }), 'line')) as [string];
  const { url } = (JSON.parse(line) as { data: { url: string } }).data;
  const [traceId, caller] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
  const headers = { traceparent: `00-${traceId}-${caller}-01` };
  await ask(`${url}/api/runs/${MEMBER}?email=${EMAIL}`, { headers });
  host.child.kill('SIGTERM');
  const { code, stderr } = await host.ended;
  expect(code).toBe(0);
  const spans = spansOf(receiver.received.slice(before));
  const [span] = spans.filter((one) => one.traceId === traceId);
  expect(span).toMatchObject({
    name: 'GET /api/runs/:id',
    parentSpanId: caller,
    attributes: { 'http.response.status_code': 404 },
  });
  const lines = stderr.split('\n').flatMap((text) => (text.startsWith('{') ? [JSON.parse(text)] : []));
  expect(lines).toContainEqual(
    expect.objectContaining({ message: 'request', trace_id: traceId, span_id: span!.spanId }),
  );
  expect(CANARIES.filter((canary) => JSON.stringify(spans).includes(canary))).toEqual([]);
});
