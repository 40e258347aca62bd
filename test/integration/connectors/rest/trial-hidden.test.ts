import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordTrial, replayTrial, tryStream } from '../../../../connectors/rest/trial.js';
import { runCli } from '../../../support/cli.js';
import { scriptedApi, type ScriptedApi } from '../../../support/scripted-api.js';

const signal = new AbortController().signal;
let api: ScriptedApi;
let place: string;
beforeEach(async () => {
  api = await scriptedApi(() => ({}));
  place = await mkdtemp(join(tmpdir(), 'tributary-hidden-'));
});
afterEach(async () => {
  await api.close();
  await rm(place, { recursive: true });
});

interface Given {
  /** More of the requester. */
  readonly requester?: string;
  readonly path?: string;
  readonly decoder?: string;
  readonly config?: object;
}

const BASIC = `authenticator: { type: BasicHttpAuthenticator, username: "{{ config['user'] }}", password: "{{ config['pw'] }}" }`;

async function options({ requester = BASIC, path = '[rows]', decoder = '{ type: JsonDecoder }', config }: Given = {}) {
  const file = join(place, 'm.yaml');
  await writeFile(
    file,
    `version: 7.0.0
check: { stream_names: [a] }
streams:
  - type: DeclarativeStream
    name: a
    retriever:
      requester: { type: HttpRequester, url_base: URL, path: /rows, ${requester} }
      record_selector: { extractor: { field_path: ${path} } }
      decoder: ${decoder}
`.replaceAll('URL', api.url),
  );
  return { config: { manifest: file, allow: ['loopback'], ...config }, limit: 10, signal, baseFolder: place };
}

const secretly = (pw: string, user = 'ann') => ({ secrets: { user, pw } });

/** What is kept, once the recording was read again. */
async function keptOf(given: Awaited<ReturnType<typeof options>>) {
  const folder = join(place, 'kept');
  const trial = await recordTrial(given, folder);
  expect(await replayTrial(folder, place, signal)).toMatchObject({
    records: trial.records.length,
    differences: [],
  });
  const [recording, exchanges] = await Promise.all(
    ['recording.json', 'exchanges.jsonl'].map((name) => readFile(join(folder, name), 'utf8')),
  );
  return { trial, recording: recording!, exchanges: exchanges! };
}

test('fields behind a byte order mark are hidden by their names, and the mark stays', async () => {
  api.script = () => ({ body: Buffer.from('\ufeff{"rows":[{"id":1,"session_token":"of-a-visit"}]}') });
  const { exchanges, trial } = await keptOf(await options({ config: secretly('p4ssw0rd') }));
  expect(trial.records).toEqual([{ id: 1, session_token: 'of-a-visit' }]);
  expect(JSON.parse(exchanges).answer).toBe('\ufeff{"rows":[{"id":1,"session_token":"***"}]}');
});

test.each([
  ['a=b&access_token=of-a-visit', 'a=b&access_token=***'],
  ['a=b&access_token=of-a-visit\n', 'a=b&access_token=***\n'],
  ['a=b\r\nsession=1\ntoken=of-a-visit\nNo token, x=1', 'a=b\r\nsession=***\ntoken=***\nNo token, x=1'],
  ['refresh_token=of-a-visit&scope=repo,gist\n', 'refresh_token=***&scope=repo,gist\n'],
  [
    '<u>https://a.example/f?x=1&amp;Security-Token=of-a-visit&amp;y=1</u>',
    '<u>https://a.example/f?x=1&amp;Security-Token=***&amp;y=1</u>',
  ],
  ['<e>a=1 at https://a.example/?access_token=of-a-visit</e>', '<e>a=1 at https://a.example/?access_token=***</e>'],
  [
    'id,url\n1,https://a.example/?a=1,https://b.example/?sig=of-a-visit\n',
    'id,url\n1,https://a.example/?a=1,https://b.example/?sig=***\n',
  ],
  ['https://a.example/?keyword=shoes&page_token=2\n', 'https://a.example/?keyword=shoes&page_token=2\n'],
  ['Failed: access_token="of-a-visit" is over.', 'Failed: access_token="***" is over.'],
  ["Wrong (password = 'of a visit').", "Wrong (password = '***')."],
  [
    'Refused: refresh_token=<of-a-visit>, accessKey=of,a-visit, next.',
    'Refused: refresh_token=<***>, accessKey=***, next.',
  ],
  ['Invalid token: it is over', 'Invalid token: it is over'],
  ['/login?user%5Bpassword%5D=of-a-visit&tokens[0]=of-a-visit', '/login?user%5Bpassword%5D=***&tokens[0]=***'],
  ['user=x&password=48213, token="48213"', 'user=x&password=***, token="***"'],
  ['<e><token><![CDATA[of-a-visit]]></token><Key>a/b.csv</Key></e>', '<e><token>***</token><Key>a/b.csv</Key></e>'],
  [
    '<e><password>\n <![CDATA[of-a]visit]]>\n</password><key>of-a-visit</key></e>',
    '<e><password>***</password><key>***</key></e>',
  ],
  [
    '<m><![CDATA[Bad]]> login</m><password>of-a-visit</password><d><![CDATA[x]]></d>',
    '<m><![CDATA[Bad]]> login</m><password>***</password><d><![CDATA[x]]></d>',
  ],
  [
    '<t><![CDATA[No]]><b/></t><token><![CDATA[of-a-]]><![CDATA[visit]]></token>',
    '<t><![CDATA[No]]><b/></t><token>***</token>',
  ],
  ['<password>a>of-a-visit</password><e><token>of-a-visit', '<password>***</password><e><token>***'],
  ['<password>x<![CDATA[of-a]]>b<![CDATA[visit]]> </password>', '<password>***</password>'],
  [`<e>${'<![CDATA[a]]>\n \n '.repeat(40)}<b/></e>`, `<e>${'<![CDATA[a]]>\n \n '.repeat(40)}<b/></e>`],
  ['Refused: user[password]=of-a-visit&x[]=1', 'Refused: user[password]=***&x[]=1'],
  ['Refused: pwd=it\'s-of-a-visit, "secret"=>"of-a-visit"', 'Refused: pwd=***, "secret"=>"***"'],
  ['Cut {"token":"a\\"of-a-visit","x":1', 'Cut {"token":"***","x":1'],
  ['{"of":"{\\"token\\": \\"a\\\\\\"of-a-visit\\"}", cut', '{"of":"{\\"token\\": \\"***\\"}", cut'],
  ['<e><session_token of="x">of-a-visit</session_token></e>', '<e><session_token of="x">***</session_token></e>'],
  ['primary_key=a, max_tokens=4096, session_start=now', 'primary_key=a, max_tokens=4096, session_start=now'],
  ['{"of": "{\\"AWSAccessKeyId\\": \\"of-a-visit\\", cut', '{"of": "{\\"AWSAccessKeyId\\": \\"***\\", cut'],
  [
    '{"error":"token=of-a-visit is over","n":12345678901234567890}',
    '{"error":"token=*** is over","n":12345678901234567890}',
  ],
])('what an answer says of a fault has no value whose name tells that it is secret: %j', async (body, shown) => {
  api.script = () => ({ status: 400, body: Buffer.from(body) });
  const { exchanges, fault } = await tryStream(await options({ config: secretly('p4ssw0rd') }));
  expect(exchanges[0]!.answer).toBe(shown);
  expect(JSON.stringify(fault)).not.toContain('of-a-visit');
});

test.each([
  '',
  'error_handler: { response_filters: [{ http_codes: [400], action: FAIL, error_message: "It says {{ response.error }}" }] }',
])('a fault that tells a value behind its name is kept and read again without it: %s', async (handler) => {
  api.script = () => ({ status: 400, body: { error: 'token="of-a-visit" is over' } });
  const { trial, recording, exchanges } = await keptOf(
    await options({ requester: `${BASIC}${handler && `, ${handler}`}`, config: secretly('p4ssw0rd') }),
  );
  expect(trial.fault!.message).toContain('token="***" is over');
  expect(recording + exchanges).not.toContain('of-a-visit');
});

test.each([
  ['access_token=of-a-visit&accessKey=of-a-visit', 'access_token=***&accessKey=***'],
  ['a=b\naccess_token=of-a-visit\n', 'a=b\naccess_token=***\n'],
])('an answer that is a form has none either: %j', async (body, shown) => {
  api.script = () => ({ body: Buffer.from(body) });
  expect((await tryStream(await options({ config: secretly('p4ssw0rd') }))).exchanges[0]!.answer).toBe(shown);
});

test.each([
  ['CsvDecoder', 'id,landing,n\n1,https://x.example/u?c=5&campaign_key=north,7\n2,https://x.example/?token=abcd,8\n'],
  ['CsvDecoder', 'tag,n,day\ncampaign_key=north,5,2025-01-01\nutm=1,6,2025-01-02\n'],
  ['CsvDecoder', 'id,annual_note,n\n1,"a\nb",7\n2,the passwords=2 of today,8\n'],
  ['XmlDecoder', '<feed><row at="token=x">a key=b</row></feed>'],
])('rows come out the same when they are read again: %s %j', async (decoder, body) => {
  api.script = () => ({ body: Buffer.from(body) });
  const given = await options({ path: '[]', decoder: `{ type: ${decoder} }`, config: secretly('p4ssw0rd') });
  expect(JSON.parse((await keptOf(given)).exchanges).answer).toBe(body);
});

test('an answer in Latin-1 hides fields by their names, and secrets as UTF-8 has them, and is shown', async () => {
  const secret = 'pä/s3cret';
  const text = (name: string, token: string, echo: string) =>
    `{"message":"${name} \\u20ac","session_token":"${token}","echo":"${echo}"}`;
  const inBytes = Buffer.from(secret).toString('latin1');
  api.script = () => ({ status: 400, body: Buffer.from(text('Schlüssel', 'of-a-visit', inBytes), 'latin1') });
  const given = await options({ config: secretly(secret) });
  const { exchanges } = await keptOf(given);
  expect(JSON.parse(exchanges)).toMatchObject({
    answer: text('Schlüssel', '***', '***'),
    answer_encoding: 'latin1',
  });
  const csv = Buffer.from(`id,name\n1,Björn ${secret}\n`, 'latin1');
  for (const [body, shown] of [
    [csv, 'id,name\n1,Björn ***\n'],
    [Buffer.from([0xff, 3, 1, 2]), '(4 bytes'],
  ] as const) {
    api.script = () => ({ body });
    await writeFile(join(place, 'o.yaml'), JSON.stringify({ ...given.config, manifest: undefined }));
    const { stdout } = await runCli(['connectors', 'try', 'm.yaml', '--options', 'o.yaml'], { cwd: place });
    expect(stdout).toContain(`  < 200 ${shown}`);
  }
});

describe('what the open options call a credential', () => {
  const asking = `request_parameters: { k: "{{ config['k'] or config['api_token'] }}", since: "{{ config['session_start'] }}" }`;
  const rows = () => ({ body: { rows: [{ id: 1, of: 'x pl41n-t0ken' }] } });

  test.each([
    ['api_token', 'pl41n-t0ken'],
    ['accessToken', 'pl41n-t0ken'],
    ['Client-Secret', 'pl41n-t0ken'],
    ['password', 'pl41n-t0ken'],
    ['api_key', 4815162342],
  ])('is hidden wherever it stands, and its recording can be read again: %s', async (name, value) => {
    api.script = () => ({ body: { rows: [{ id: 1, of: `x ${value}` }] } });
    const requester = asking.replace("config['api_token']", `config['${name}']`);
    const config = { manifest_config: { [name]: value, of: { [name]: value }, session_start: '2024-01-01' } };
    const { trial, recording, exchanges } = await keptOf(await options({ requester, config }));
    expect(recording + exchanges + JSON.stringify(trial)).not.toMatch(/pl41n-t0ken|4815162342/);
    expect(trial.exchanges[0]!.url).toBe(`${api.url}/rows?k=***&since=2024-01-01`);
  });

  test('is none where it is an address, a day or a switch, or its name tells of something else', async () => {
    api.script = ({ path }) =>
      path === '/login' ? { body: { access_token: 'f3tched-t0ken', expires_in: 3600 } } : rows();
    const open = {
      token_url: `${api.url}/login`,
      session: '2024-01-01',
      token: 'true',
      session_start: '2024-01-01',
      token_type: 'bearer-like',
      max_tokens: 100,
      secret: { name: 'of-a-thing' },
      next_token: 'from-here',
    };
    const { recording } = await keptOf(
      await options({
        requester: `authenticator: { type: OAuthAuthenticator, token_refresh_endpoint: "{{ config['token_url'] }}", client_id: a-client, client_secret: "{{ config['pw'] }}", refresh_token: "{{ config['user'] }}" }`,
        config: { manifest_config: open, ...secretly('cl13nt-s3cret', 'r3fresh') },
      }),
    );
    expect(JSON.parse(recording).config.manifest_config).toEqual(open);
  });
});

test.each([{ manifest_config: { password: 'rows' } }, secretly('rows')])(
  'a recording is read again where a short credential is a word of the manifest too: %j',
  async (config) => {
    api.script = ({ path }) => ({ body: { rows: [{ id: path }] } });
    const requester = `request_parameters: { k: "{{ config['password'] or config['pw'] }}", what: rows }`;
    const { exchanges } = await keptOf(await options({ requester, config }));
    expect(JSON.parse(exchanges).url).toBe(`${api.url}/***?k=***&what=***`);
  },
);

test('a recording whose address tells what is hidden by now is read again', async () => {
  api.script = () => ({ body: { rows: [{ id: 1 }] } });
  const given = await options({ requester: `request_parameters: { k: x }`, config: secretly('p4ssw0rd') });
  await keptOf(given);
  const [recording, exchanges] = [join(place, 'kept/recording.json'), join(place, 'kept/exchanges.jsonl')];
  await writeFile(
    recording,
    (await readFile(recording, 'utf8')).replace('"config":{', '"config":{"manifest_config":{"access_key":"x-t0ken"},'),
  );
  await writeFile(exchanges, (await readFile(exchanges, 'utf8')).replace('k=x', 'k=x-t0ken'));
  await writeFile(
    given.config.manifest,
    (await readFile(given.config.manifest, 'utf8')).replace('k: x', `k: "{{ config['access_key'] }}"`),
  );
  expect(await replayTrial(join(place, 'kept'), place, signal)).toMatchObject({ records: 1, differences: [] });
});

test('names of fields lose long secrets alone, and stay apart', async () => {
  api.script = () => ({
    body: { api_rows: [{ id: 1, api_a: 1, by: { 'key-aaaaaa': 1, 'key-bbbbbb': 2, '***': 3 }, of: 'api key-aaaaaa' }] },
  });
  const config = { secrets: { user: 'api', pw: 'key-aaaaaa', other: 'key-bbbbbb' } };
  const { trial, recording, exchanges } = await keptOf(await options({ path: '[api_rows]', config }));
  expect(trial.records).toEqual([{ id: 1, api_a: 1, by: { '***': 1, '*** (2)': 2, '*** (3)': 3 }, of: '*** ***' }]);
  expect(recording + exchanges).not.toMatch(/key-[ab]/);
});

test.each([
  [
    'a table',
    '{ type: CsvDecoder }',
    'id,api_calls,token,url\n1,of api,t,https://x.example?a=1\n2,b,t,c\n',
    [
      { id: '1', api_calls: 'of ***', token: 't', url: 'https://x.example?a=1' },
      { id: '2', api_calls: 'b', token: 't', url: 'c' },
    ],
  ],
  [
    'XML',
    '{ type: XmlDecoder }',
    '<api_rows><row api_id="api">of api</row></api_rows>',
    [{ api_rows: { row: { '@api_id': '***', '#text': 'of ***' } } }],
  ],
])('names of %s do so too, and its rows stay', async (_what, decoder, body, records) => {
  api.script = () => ({ body: Buffer.from(body) });
  const given = await options({ path: '[]', decoder, config: secretly('p4ssw0rd', 'api') });
  const { trial } = await keptOf(given);
  expect(trial.records).toEqual(records);
});

test('many marks before letters take no time, and a secret may have them itself', async () => {
  const secret = 'a\\\\\\\\\\\\b';
  const cut = `{"rows":${JSON.stringify([JSON.stringify(secret)]).slice(0, -1)}`;
  api.script = () => ({
    status: 400,
    body: Buffer.from(`${cut} ${'\\'.repeat(1_000_000)} \\u0061${'\\'.repeat(500)}`),
  });
  const { exchanges } = await tryStream(await options({ config: secretly(secret, 'api') }));
  expect(exchanges[0]!.answer).toContain('\\"***\\"');
}, 20_000);

/** How writers of JSON write letters that others leave. */
const escaped = (letters: RegExp, isUpper: boolean) => (text: string) =>
  text.replace(letters, (letter) => {
    const digits = letter.charCodeAt(0).toString(16).padStart(4, '0');
    return `\\u${isUpper ? digits.toUpperCase() : digits}`;
  });

describe.each([
  ['.NET', escaped(/[+<>&'ä]/g, true)],
  ['Gson', escaped(/[=<>&']/g, false)],
  ['all letters', escaped(/[a-zA-Z0-9+=/](?=[^"]*"})/g, true)],
])('a secret in JSON within JSON is hidden as %s writes it', (_who, written) => {
  const secret = 'Ab+cd/äf123==';
  const nested = written(JSON.stringify({ echo: secret }));

  test('within a text, with fields that are hidden by their names', async () => {
    const deep = JSON.stringify({ nested, session_token: 'of-a-visit' });
    api.script = () => ({ body: { rows: [{ id: 1, nested, deep, plain: '{ "a": 1 }' }] } });
    const { trial, exchanges } = await keptOf(await options({ config: secretly(secret) }));
    expect(trial.records[0]).toMatchObject({ nested: '{"echo":"***"}', plain: '{ "a": 1 }' });
    expect(JSON.parse(JSON.parse(exchanges).answer).rows[0].deep).toBe(
      '{"nested":"{\\"echo\\":\\"***\\"}","session_token":"***"}',
    );
  });

  test('where the answer is cut off', async () => {
    api.script = () => ({ body: JSON.stringify({ rows: [{ id: 1, nested }] }).slice(0, -2) });
    const { exchanges } = await tryStream(await options({ config: secretly(secret) }));
    expect(exchanges[0]!.answer).toContain('\\"echo\\":\\"***\\"');
  });
});

test('what of a secret that is JSON stands in an answer as a text is hidden', async () => {
  const secret = JSON.stringify({ type: 'of-a-service', private_key: 'a-k3y-of-it' });
  api.script = () => ({ body: { rows: [{ id: 1, echo: secret }] } });
  const { exchanges, recording } = await keptOf(await options({ config: secretly(secret) }));
  expect(exchanges + recording).not.toContain('a-k3y-of-it');
});

describe('the folder of a recording', () => {
  test('is judged before the API is asked', async () => {
    await writeFile(join(place, 'kept'), 'no folder');
    const recorded = recordTrial(await options({ config: secretly('p4ssw0rd') }), join(place, 'kept'));
    await expect(recorded).rejects.toMatchObject({ kind: 'config', message: expect.stringContaining('is no folder') });
    expect(api.seen).toEqual([]);
  });

  test.each(['recording.json', 'exchanges.jsonl'])('is told where its %s cannot be written', async (name) => {
    api.script = () => ({ body: { rows: [{ id: 1 }] } });
    await mkdir(join(place, 'kept', name), { recursive: true });
    const recorded = recordTrial(await options({ config: secretly('p4ssw0rd') }), join(place, 'kept'));
    await expect(recorded).rejects.toMatchObject({
      kind: 'config',
      message: `"${join(place, 'kept', name)}" cannot be written (EISDIR).`,
      details: { hint: expect.stringContaining('--record') },
    });
  });
});

test.each([9000, 1499])(
  'a secret of many letters is found where JSON writes them by their numbers: %i',
  async (length) => {
    const secret = letters(length);
    const written = JSON.stringify(secret).replaceAll('a', String.raw`\u0061`);
    api.script = () => ({ status: 400, body: Buffer.from(`{"path":"C:\\\\x","echo":${written}, cut off`) });
    const { exchanges, fault } = await tryStream(await options({ config: secretly(secret) }));
    expect(fault?.kind).toBe('source');
    const { answer } = exchanges[0]!;
    expect(answer).toContain('"echo":"***');
    for (let at = 0; at < length - 20; at += 1)
      expect(answer.replaceAll(String.raw`\u0061`, 'a')).not.toContain(secret.slice(at, at + 20));
  },
);

/** Of no order, and always the same. */
function letters(count: number): string {
  let state = 1;
  return Array.from({ length: count }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(97 + (state % 26));
  }).join('');
}

test('JSON within a cell that holds a secret comes out the same when it is read again', async () => {
  api.script = () => ({ body: Buffer.from('id,more\n1,"{""a"": ""p4ssw0rd"", ""n"": 1}"\n') });
  const { exchanges, recording } = await keptOf(
    await options({ path: '[]', decoder: '{ type: CsvDecoder }', config: secretly('p4ssw0rd') }),
  );
  expect(exchanges + recording).not.toContain('p4ssw0rd');
});

test.each([
  [
    'a line with a comma that heads no table',
    'Login of bob12 failed, wrong\nTry again\n',
    'Login of *** failed, wrong\nTry again\n',
  ],
  ['the text of an element', '<e>user bob12=locked</e>', '<e>user ***=locked</e>'],
])('a short secret is hidden in %s', async (_where, body, shown) => {
  api.script = () => ({ status: 400, body: Buffer.from(body) });
  const { exchanges } = await tryStream(await options({ config: secretly('p4ssw0rd', 'bob12') }));
  expect(exchanges[0]!.answer).toBe(shown);
});

test.each([
  ['<e>wrong password p&amp;s&lt;w&quot;rd1</e>', '<e>wrong password ***</e>'],
  ['<e>wrong password p&#38;s&#x3C;w"rd1</e>', '<e>wrong password ***</e>'],
  ['<e of="p&amp;s&lt;w&#34;rd1"/>', '<e of="***"/>'],
  ['{"of":"\\u005cof-a-secret", cut', '{"of":"***", cut'],
])('a secret is found as XML and JSON write its marks: %j', async (body, shown) => {
  api.script = () => ({ body: Buffer.from(body) });
  const given = await options({ config: { secrets: { user: 'p&s<w"rd1', pw: '\\of-a-secret' } } });
  expect((await tryStream(given)).exchanges[0]!.answer).toBe(shown);
});

test.each([
  ['id,who,hook\n1,api-p4ssw0rd,https://api.example/h/s3cr3t\n', 'id,who,hook\n1,***,https://hidden-1.example\n'],
  ['<e>api-p4ssw0rd of api</e>', '<e>*** of ***</e>'],
])('a secret that holds a short one is hidden whole: %j', async (body, shown) => {
  api.script = () => ({ body: Buffer.from(body) });
  const decoder = `{ type: ${body.startsWith('<') ? 'XmlDecoder' : 'CsvDecoder'} }`;
  const config = { secrets: { user: 'api', pw: 'api-p4ssw0rd', hook: 'https://api.example/h/s3cr3t' } };
  const { exchanges } = await keptOf(await options({ path: '[]', decoder, config }));
  expect(JSON.parse(exchanges).answer).toBe(shown);
});

test('a filter reads what a fault says in a replay too, where no credential is in it', async () => {
  api.script = () => ({ status: 400, body: { error: 'no rows for primary_key=id, sort_key="x"' } });
  const filter = `{ error_message_contains: 'sort_key="x"', action: IGNORE }`;
  const requester = `${BASIC}, error_handler: { response_filters: [${filter}] }`;
  const { trial } = await keptOf(await options({ requester, config: secretly('p4ssw0rd') }));
  expect(trial.fault).toBeNull();
});

test('a secret is found as Windows writes it', async () => {
  api.script = () => ({ status: 400, body: Buffer.from('id;x\n1;pa\x80s-word1 \xe4\n', 'latin1') });
  const { exchanges } = await tryStream(await options({ config: secretly('pa€s-word1') }));
  expect(exchanges[0]!.answer).toContain('1;***');
});

test('many names that are one without a secret take time by their number', async () => {
  // Each writes the letters of the secret by other numbers of marks.
  const nameOf = (at: number) =>
    Array.from('p4ssw0rd', (letter, place) => {
      const marks = Math.floor(at / 8 ** place) % 8;
      return marks === 0 ? letter : `${'\\'.repeat(marks)}u00${letter.charCodeAt(0).toString(16)}`;
    }).join('');
  const names = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [nameOf(at), at]));
  expect(Object.keys(names)).toHaveLength(20_000);
  api.script = () => ({ status: 400, body: { rows: [names] } });
  const { exchanges } = await tryStream(await options({ config: secretly('p4ssw0rd') }));
  const shown = JSON.parse(exchanges[0]!.answer).rows[0];
  expect(Object.keys(shown)).toEqual(Array.from({ length: 20_000 }, (_, at) => (at === 0 ? '***' : `*** (${at + 1})`)));
}, 20_000);

test('credentials are hidden in lists of the open options, and by what their names say they are', async () => {
  api.script = () => ({ body: { rows: [{ id: 1 }] } });
  const open = {
    accounts: [{ name: 'north', api_token: 'of-the-north-1' }],
    tokens: ['of-a-list-1'],
    credentials_json: 'of-a-file-1',
    session_key: 'of-a-session-1',
    api_token_prod: 'of-production-1',
  };
  const { recording } = await keptOf(await options({ config: { ...secretly('p4ssw0rd'), manifest_config: open } }));
  expect(recording).not.toMatch(/of-(?:the|a|production)-/);
  expect(recording).toContain('north');
});
