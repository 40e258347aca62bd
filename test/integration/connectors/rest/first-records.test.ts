import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../../../connectors/rest/connected.js';
import { restConfig } from '../../../../connectors/rest/rest.config.js';
import { checkManifest } from '../../../../connectors/rest/streams/check.js';
import { tryStream } from '../../../../connectors/rest/trial.js';
import { scriptedApi, type ScriptedApi } from '../../../support/scripted-api.js';

/** Who stops after the first records of a manifest hears the same of their answer as who reads on. */

const signal = new AbortController().signal;
let api: ScriptedApi;
let place: string;
beforeEach(async () => {
  api = await scriptedApi(() => rows);
  place = await mkdtemp(join(tmpdir(), 'tributary-first-'));
});
afterEach(async () => {
  await api.close();
  await rm(place, { recursive: true });
});

const ids = Array.from({ length: 20 }, (_, id) => ({ id }));
const rows = { body: { rows: ids, message: 'fine', meta: { next: null } } };
const extractor = (...field_path: string[]) => ({ type: 'DpathExtractor', field_path });
const ignores404 = {
  type: 'DefaultErrorHandler',
  response_filters: [{ type: 'HttpResponseFilter', action: 'IGNORE', http_codes: [404] }],
};
const requester = (path: string, more: object = {}) => ({ type: 'HttpRequester', url_base: api.url, path, ...more });
const byCursor = (cursor_value: string) => ({
  paginator: {
    type: 'DefaultPaginator',
    page_token_option: { type: 'RequestPath' },
    pagination_strategy: { type: 'CursorPagination', cursor_value },
  },
});

async function told(retriever: object) {
  const manifest = join(place, 'm.yaml');
  const stream = { type: 'DeclarativeStream', name: 'a', retriever };
  await writeFile(
    manifest,
    JSON.stringify({ version: '7.0.0', check: { stream_names: ['a'] }, streams: [stream, { ...stream, name: 'b' }] }),
  );
  const config = { manifest, allow: ['loopback'] };
  const tried = await tryStream({ config, limit: 10, signal, baseFolder: place });
  const read = await tryStream({ config, limit: 1000, signal, baseFolder: place });
  const checked: string[] = [];
  const connected = await connect(restConfig.parse(config), { signal, baseFolder: place, isAttended: true });
  await checkManifest(connected, (text) => checked.push(text));
  await connected.close();
  return { tried: tried.warnings, read: read.warnings, checked, records: tried.records.length };
}

const simple = (more: object, found: object = extractor('rows')) => ({
  type: 'SimpleRetriever',
  requester: requester('/rows'),
  record_selector: { extractor: found },
  ...more,
});

test('a place of paging that no answer has', async () => {
  const warnings = [expect.stringContaining('no answer has `metta.next`, which `cursor_value` names')];
  expect(await told(simple(byCursor('{{ response.metta.next }}')))).toEqual({
    tried: warnings,
    read: warnings,
    checked: warnings,
    records: 10,
  });
});

const none = { tried: [], read: [], checked: [], records: 10 };

test.each([
  ['one that is there', ['other', 'rows']],
  ['the other order', ['rows', 'other']],
])('of several places of the records one is enough: %s', async (_what, names) => {
  const extractors = names.map((name) => extractor(name));
  const found = { type: 'CombinedExtractor', mode: 'union', extractors };
  expect(await told(simple(byCursor('{{ response.meta.next }}'), found))).toEqual(none);
});

test('a slice that is ignored is not all that was asked for', async () => {
  api.script = ({ path }) => (path === '/rows/1' ? { status: 404 } : rows);
  const partition_router = { type: 'ListPartitionRouter', values: ['1', '2'], cursor_field: 'of' };
  const asked = requester('/rows/{{ stream_partition.of }}', { error_handler: ignores404 });
  expect(await told(simple({ requester: asked, partition_router }))).toEqual(none);
});

test('a part of a report that is ignored is not all of it', async () => {
  api.script = ({ path }) =>
    path === '/jobs'
      ? { body: { state: 'DONE', urls: [`${api.url}/1`, `${api.url}/2`] } }
      : path === '/1'
        ? { status: 404 }
        : { body: ids };
  const report = {
    type: 'AsyncRetriever',
    record_selector: { extractor: extractor() },
    status_mapping: { completed: ['DONE'], running: [], failed: [], timeout: [] },
    status_extractor: extractor('state'),
    download_target_extractor: extractor('urls'),
    creation_requester: requester('/jobs', { http_method: 'POST' }),
    polling_requester: requester('/jobs'),
    download_requester: {
      type: 'HttpRequester',
      url_base: '',
      path: '{{ download_target }}',
      error_handler: ignores404,
    },
  };
  expect(await told(report)).toEqual(none);
});
