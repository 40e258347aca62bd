import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Script, ScriptedAnswer, SeenRequest } from '../../../support/scripted-api.js';
import { read } from './reading.js';

const NOW = '2024-03-10T12:00:00Z';
let folder: string;
let seen: SeenRequest[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-waits-'));
  seen = [];
});
afterEach(() => rm(folder, { recursive: true }));

const stream = (name: string, requester: string) => `  - name: ${name}
    type: DeclarativeStream
    retriever:
      type: SimpleRetriever
      requester: { type: HttpRequester, url_base: "{{ config['endpoint'] }}", ${requester} }
      record_selector: { type: RecordSelector, extractor: { type: DpathExtractor, field_path: [data] } }
`;

const page = { body: { data: [{ id: 1 }] } };

async function waitsOf(streams: string, script: Script, config: object = {}): Promise<readonly number[]> {
  const manifest = join(folder, 'm.yaml');
  const head = 'version: 7.0.0\ntype: DeclarativeSource\ncheck: { type: CheckStream, stream_names: [a] }\nstreams:\n';
  await writeFile(manifest, `${head}${streams}`);
  const kept: Script = (asked, before) => {
    seen.push(asked);
    return script(asked, before);
  };
  return (await read({ manifest, script: kept, config: { ...config }, now: NOW })).waits;
}

const first =
  (...answers: readonly ScriptedAnswer[]): Script =>
  (_asked, before) =>
    answers[before.length] ?? page;
const busy = (headers: Record<string, string>, body: object = {}) => ({ status: 429, headers, body });
const minutes = (count: number) => busy({ 'retry-after': String(count * 60) });

describe('a wait that the API asks for', () => {
  const plain = stream('a', 'path: a');

  test('is made up to 65 minutes', async () => {
    expect(await waitsOf(plain, first(minutes(64)))).toEqual([64 * 60_000]);
    expect(await waitsOf(plain, first(minutes(65)))).toEqual([65 * 60_000]);
    expect(await waitsOf(plain, first(minutes(40), minutes(25)))).toEqual([40 * 60_000, 25 * 60_000]);
  });

  test.each([
    ['longer', [minutes(66)], 3960],
    ['longer with those before', [minutes(40), minutes(26)], 1560],
  ])('is not made where it is %s, and whoever asks again knows when', async (_how, answers, seconds) => {
    await expect(waitsOf(plain, first(...answers))).rejects.toMatchObject({
      kind: 'rate_limit',
      message: expect.stringContaining(`to be asked again in ${seconds} s`),
      details: { retryAfterMs: seconds * 1000 },
    });
    expect(seen).toHaveLength(answers.length);
  });
});

describe('a wait by `max_waiting_time_in_seconds`', () => {
  const by = (strategy: string) =>
    stream('a', `path: a, error_handler: { type: DefaultErrorHandler, backoff_strategies: [${strategy}] }`);
  const start = Date.parse(NOW) / 1000;
  const header = 'type: WaitTimeFromHeader, header: x-wait';
  const until = 'type: WaitUntilTimeFromHeader, header: x-until';
  const body = `type: WaitTimeFromResponse, wait_time_in_seconds: "{{ response['wait'] }}"`;
  const most = 'max_waiting_time_in_seconds: 600';
  const ofConfig = `max_waiting_time_in_seconds: "{{ config['most'] }}"`;

  test.each<[string, string, string, ScriptedAnswer, number]>([
    ['of a header', header, most, busy({ 'x-wait': '599' }), 599],
    ['of a header, as the configuration says', header, ofConfig, busy({ 'x-wait': '599' }), 599],
    ['of a header, without a limit', header, '', busy({ 'x-wait': '601' }), 601],
    ['until a time', until, most, busy({ 'x-until': String(start + 599) }), 599],
    ['until a time, at least', `${until}, min_wait: 30`, most, busy({ 'x-until': String(start + 5) }), 30],
    ['at least, without a time', `${until}, min_wait: 30`, most, busy({}), 30],
    ['of a body', body, most, busy({}, { wait: 599 }), 599],
  ])('is made where it is shorter: %s', async (_of, strategy, limit, answer, seconds) => {
    const limited = limit === '' ? strategy : `${strategy}, ${limit}`;
    const waits = await waitsOf(by(`{ ${limited} }`), first(answer), { most: 600 });
    expect(waits).toEqual([seconds * 1000]);
  });

  test.each<[string, string, string, ScriptedAnswer]>([
    ['of a header', header, most, busy({ 'x-wait': '600' })],
    ['of a header, as the configuration says', header, ofConfig, busy({ 'x-wait': '600' })],
    ['until a time', until, most, busy({ 'x-until': String(start + 600) })],
    ['until a time, at least', `${until}, min_wait: 600`, most, busy({ 'x-until': String(start + 5) })],
    ['of a body', body, most, busy({}, { wait: 600 })],
  ])('is a fault at once where it is not: %s', async (_of, strategy, limit, answer) => {
    await expect(waitsOf(by(`{ ${strategy}, ${limit} }`), first(answer), { most: 600 })).rejects.toMatchObject({
      kind: 'rate_limit',
      message: expect.stringContaining('asks to wait 600 s, and the manifest allows less than 600 s'),
      details: { retryAfterMs: 600_000, hint: expect.stringContaining('`max_waiting_time_in_seconds`') },
    });
    expect(seen).toHaveLength(1);
  });
});
