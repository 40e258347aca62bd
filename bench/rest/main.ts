import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../connectors/rest/connected.js';
import { restConfig } from '../../connectors/rest/rest.config.js';

/** Records a second of one manifest from one server, ours beside the Python reference where `.ci/run` has put it. */
const PYTHON = 'node_modules/.cache/airbyte-cdk/bin/python';
const PAGE = 1000;
const pages = Number(process.argv[2] ?? 50);

const MANIFEST = `version: 7.0.0
type: DeclarativeSource
check: { type: CheckStream, stream_names: [items] }
streams:
  - type: DeclarativeStream
    name: items
    primary_key: id
    retriever:
      type: SimpleRetriever
      requester: { type: HttpRequester, url_base: "{{ config['endpoint'] }}", path: /items }
      record_selector: { type: RecordSelector, extractor: { type: DpathExtractor, field_path: [data] }, record_filter: { type: RecordFilter, condition: "{{ record['sent'] > 10 }}" } }
      paginator: { type: DefaultPaginator, page_token_option: { type: RequestOption, inject_into: request_parameter, field_name: offset }, pagination_strategy: { type: OffsetIncrement, page_size: ${PAGE} } }
    transformations: [{ type: AddFields, fields: [{ type: AddedFieldDefinition, path: [upper], value: "{{ record['name'] | upper }}" }] }]
    schema_loader: { type: InlineSchemaLoader, schema: { type: object, properties: { id: { type: integer } } } }
`;

const rows = Array.from({ length: PAGE }, (_, id) => ({
  id,
  name: `Campaign ${id}`,
  region: 'North',
  sent: id * 3,
  opened: id,
  day: '2024-03-01',
  tags: ['x', 'y'],
}));
const full = JSON.stringify({ data: rows });
const few = JSON.stringify({ data: rows.slice(0, 20) });
const server = createServer(({ url }, response) => {
  if (url?.startsWith('/parents') === true || url?.startsWith('/slices') === true) {
    const body = url.startsWith('/parents') ? JSON.stringify({ data: rows.slice(0, SLICES) }) : few;
    setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end(body), ANSWER_MS);
    return;
  }
  const offset = Number(new URL(url ?? '/', 'http://api').searchParams.get('offset') ?? 0);
  response.writeHead(200, { 'content-type': 'application/json' }).end(offset < pages * PAGE ? full : '{"data":[]}');
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const folder = await mkdtemp(join(tmpdir(), 'tributary-bench-'));
const manifest = join(folder, 'items.yaml');
await writeFile(manifest, MANIFEST);

async function ours(): Promise<number> {
  const started = performance.now();
  const config = restConfig.parse({ manifest, manifest_config: { endpoint }, allow: ['loopback'] });
  const source = await connect(config, { signal: new AbortController().signal, baseFolder: folder });
  let records = 0;
  for (const stream of (await source.streams()).values())
    for await (const step of stream.read({ state: undefined }))
      if (step.kind === 'page') records += step.page.records.length;
  await source.close();
  return records / ((performance.now() - started) / 1000);
}

const SLICES = 200;
const ANSWER_MS = 20;

/** Records of many short slices, from an API that takes its time for each: as a manifest's `concurrency_level` has it. */
async function sliced(level: number): Promise<number> {
  const started = performance.now();
  const api = {
    endpoint,
    concurrency: level,
    streams: {
      parents: { path: '/parents', records: 'data', primary_key: 'id' },
      slices: {
        path: '/slices/{parent}',
        records: 'data',
        primary_key: 'id',
        for_each: { stream: 'parents', field: 'id', as: 'parent' },
      },
    },
  };
  const source = await connect(restConfig.parse({ api, allow: ['loopback'] }), {
    signal: new AbortController().signal,
    baseFolder: folder,
  });
  let records = 0;
  const stream = (await source.streams()).get('slices')!;
  for await (const step of stream.read({ state: undefined, isConcurrent: true }))
    if (step.kind === 'page') records += step.page.records.length;
  await source.close();
  return records / ((performance.now() - started) / 1000);
}

/** From the job to its result: the interpreter and its modules are loaded before. */
async function reference(): Promise<number> {
  const child = spawn(PYTHON, ['test/support/declarative-reference.py'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const job = `${JSON.stringify({ manifest, config: { endpoint } })}\n`;
  const result = async () => {
    let text = '';
    child.stdin.write(job);
    for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
      text += String(chunk);
      const line = /^RESULT (.*)\n/m.exec(text)?.[1];
      if (line !== undefined) return (JSON.parse(line) as { records: { items: unknown[] } }).records.items.length;
    }
    throw new Error('The reference ended.');
  };
  const begun = performance.now();
  const first = await result();
  const between = performance.now();
  await result();
  child.kill();
  const seconds = Math.min(performance.now() - between, between - begun) / 1000;
  return first / seconds;
}

try {
  const speeds = [await ours(), await ours(), await ours()].toSorted((a, b) => a - b);
  const own = speeds[1]!;
  process.stdout.write(`rest: ${Math.round(own)} records/s of ${pages * PAGE}\n`);
  const alone = await sliced(1);
  const told = [];
  for (const level of [4, 8, 16]) told.push(`${level} at once ${((await sliced(level)) / alone).toFixed(1)} times`);
  process.stdout.write(
    `${SLICES} slices of an API that answers after ${ANSWER_MS} ms: ${Math.round(alone)} records/s one after the other; ${told.join(', ')}\n`,
  );
  if (existsSync(PYTHON)) {
    const other = await reference();
    process.stdout.write(
      `reference (airbyte-cdk): ${Math.round(other)} records/s; ratio ${(own / other).toFixed(1)}\n`,
    );
  } else process.stdout.write('Without airbyte-cdk (see .ci/run) there is nothing to compare with.\n');
} finally {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
}
