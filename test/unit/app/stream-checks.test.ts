import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfiguration } from '../../../core/app/configuration.js';
import { checkStreams } from '../../../core/app/stream-checks.js';
import { formatIssue, sortIssues, type SettingsIssue } from '../../../core/settings/index.js';

const env = {
  BRAZE_API_KEY: 'key',
  MEMBER_KEY: 'k'.repeat(32),
  SFMC_CLIENT_ID: 'id',
  SFMC_CLIENT_SECRET: 'secret',
  SFMC_SFTP_KEY: 'key',
};

/** What is told of a shipped file in which texts are replaced, each with its line. */
async function toldOf(name: string, ...changes: readonly (readonly [from: string, to: string])[]) {
  let text = readFileSync(fileURLToPath(new URL(`../../../config/${name}`, import.meta.url)), 'utf8');
  for (const [from, to] of changes) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  const folder = mkdtempSync(join(tmpdir(), 'tributary-streams-'));
  const file = join(folder, 'tributary.yaml');
  try {
    writeFileSync(file, text);
    const { issues, warnings } = await checkStreams(await loadConfiguration(file, env));
    const lineOf = (wanted: string) => text.split('\n').findIndex((line) => line.includes(wanted)) + 1;
    const told = (found: readonly SettingsIssue[]) => sortIssues(found).map((issue) => formatIssue('', issue).slice(1));
    return { issues: told(issues), warnings: told(warnings), lineOf };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.each(['braze.yaml', 'braze-currents.yaml', 'sfmc.yaml', 'sfmc-files.yaml'])(
  '%s names nothing that is not there',
  async (name) => {
    expect(await toldOf(name)).toMatchObject({ issues: [], warnings: [] });
  },
);

test('streams and columns that are written wrong are told at their places, with the nearest name', async () => {
  const { issues, lineOf } = await toldOf(
    'braze.yaml',
    ['canvas_details: {}', 'canvas_detials: {}'],
    ['        opened: unique_opens', '        opened: uniq_opens'],
    ['join: { campaigns: { campaign_id: id } }', 'join: { campaigns: { campaing_id: di } }'],
    [
      'report:\n',
      `    map: { campaigns: [ { drop: [tgas] }, { rename: { nmae: title } } ], canvases: [ { set: { n: "nam + 'x'" } } ] }
    protect: { canvases: { nme: drop } }
    expect: { campaign_data_series: [ { range: { snet: { min: 0 } } }, { compare: "unique_clicks <= clics" } ] }
report:
`,
    ],
  );
  const at = (line: string, path: string, message: string) =>
    expect.stringMatching(new RegExp(`^${lineOf(line)}:\\d+: ${path.replaceAll(/[[\].]/g, '\\$&')}: .*${message}`));
  const connection = 'connections.braze_daily';
  expect(issues).toEqual([
    at('canvas_detials', `${connection}.streams.canvas_detials`, 'did you mean "canvas_details"'),
    at('tgas', `${connection}.map.campaigns[0].drop[0]`, 'did you mean "tags"'),
    at('tgas', `${connection}.map.campaigns[1].rename.nmae`, 'did you mean "name"'),
    at('tgas', `${connection}.map.canvases[0].set.n`, 'did you mean "name"'),
    at('nme:', `${connection}.protect.canvases.nme`, 'did you mean "name"'),
    at('snet', `${connection}.expect.campaign_data_series[0].range.snet`, 'did you mean "sent"'),
    at('snet', `${connection}.expect.campaign_data_series[1].compare`, 'did you mean "clicks"'),
    at('campaing_id', 'report.facts[0].join.campaigns.campaing_id', 'did you mean "campaign_id"'),
    at('campaing_id', 'report.facts[0].join.campaigns.campaing_id', 'has no column "di"'),
    at('uniq_opens', 'report.facts[0].as.opened.sum', 'did you mean "unique_opens"'),
  ]);
});

test('a stream of Currents without a rule for its members is a warning, and what facts ask of it is checked all the same', async () => {
  const { issues, warnings, lineOf } = await toldOf(
    'braze-currents.yaml',
    ['      email_opens: *event', '      email_opens: { user_id: { tokenize: member_key } }'],
    [
      'distinct: [user_id, dispatch_id] }\n            opened_total',
      'distinct: [user_id, dispath_id] }\n            opened_total',
    ],
  );
  expect(warnings).toEqual([
    expect.stringMatching(
      new RegExp(
        `^${lineOf('      email_opens: {}')}:7: connections\\.currents\\.streams\\.email_opens: .*becomes of: external_user_id\\.`,
      ),
    ),
  ]);
  // Campaigns and Canvases count by the same entry of the file.
  const told = expect.stringMatching(/email_opens has no column "dispath_id"; did you mean "dispatch_id"/);
  expect(issues).toEqual([told, told]);
});

test('streams that only the configuration makes are known by their names', async () => {
  const { issues } = await toldOf('sfmc.yaml', ['        - stream: answers', '        - stream: anwsers']);
  expect(issues).toEqual([
    expect.stringMatching(/connections\.sfmc_daily\.streams\.answers: .*has no such stream; did you mean "anwsers"/),
  ]);
});

const REST = (config: string) => `sources:
  crm:
    connector: rest
    config:
${config}
version: 1
project: { name: own, timezone: Europe/Berlin }
destinations: { files: { connector: files, config: { local: true, folder: ./out, format: csv } } }
connections: {}
`;
const API = `      api:
        endpoint: https://x.example
        streams:
          campaigns: { path: /campaigns }
          daily:
            path: /campaigns/{campain_id}/daily
            for_each: { stream: campaigns, field: id, as: campaign_id }`;
const CRM = `version: 7.0.0
check: { stream_names: [a] }
streams:
  - type: DeclarativeStream
    name: ab
    retreiver: {}
`;
const BROKEN = `endpoint: https://api.example
streams:
  pets:
    path: /pets
   records: x
`;

test('a key inside of an inline `api` that is none is told with the one that is meant, however deep it stands', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-streams-'));
  const told = async (api: string) => {
    const file = join(folder, 'tributary.yaml');
    writeFileSync(file, REST(`      api:\n        endpoint: https://x.example\n${api.replace(/^/gm, '        ')}`));
    const error = await loadConfiguration(file, {}).catch((found: unknown) => found as Error);
    return 'message' in error ? error.message.replaceAll(`${file}:`, '').replaceAll('sources.crm.config.api.', '') : '';
  };
  const pets = (more: string) => `streams: { pets: { path: /pets, ${more} } }`;
  try {
    expect(
      await told(
        `auth: { oauth: { tokenurl: a, client_id: b, client_secret: c } }\nstreams: { pets: { path: /pets } }`,
      ),
    ).toBe(
      '7:17: auth.oauth.token_url: is required: string\n7:26: auth.oauth.tokenurl: unknown key; did you mean "token_url"?',
    );
    expect(await told('auth: { beerer: a }\nstreams: { pets: { path: /pets } }')).toBe(
      '7:17: auth.beerer: unknown key; did you mean "bearer"?',
    );
    expect(await told(pets('cursor: { field: day, start: x, windows: 3d }'))).toBe(
      '7:73: streams.pets.cursor.windows: unknown key; did you mean "window"?',
    );
    expect(await told(pets('paging: { page: n, sise: 3 }'))).toBe(
      '7:60: streams.pets.paging.sise: unknown key; did you mean "size"?',
    );
    const types = 'must be one of string, integer, number, boolean, date, timestamp, json';
    expect(await told(pets('fields: { x: { tpye: string }, y: { type: strng }, z: strng }'))).toBe(
      [
        `7:51: streams.pets.fields.x.type: ${types}`,
        '7:56: streams.pets.fields.x.tpye: unknown key; did you mean "type"?',
        `7:83: streams.pets.fields.y.type: ${types}; did you mean "string"?`,
        `7:95: streams.pets.fields.z: ${types}; did you mean "string"?`,
      ].join('\n'),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each([
  [
    'a manifest that is not there',
    REST('      manifest: ./none.yaml'),
    [expect.stringMatching(/^5:17: sources\.crm\.config\.manifest: The manifest "\/.*none\.yaml" is not there\./)],
    [],
  ],
  [
    'what is wrong in a manifest, with its own line',
    REST('      manifest: ./crm.yaml'),
    ['crm.yaml:4:1: sources.crm.config.manifest: manifest.streams.0: DeclarativeStream needs "retriever"'],
    [
      'crm.yaml:2:1: sources.crm.config.manifest: manifest.check.stream_names.0: the check names the stream "a", which there is not; `tributary check` ends with it; did you mean "ab"?',
      'crm.yaml:6:1: sources.crm.config.manifest: manifest.streams.0.retreiver: DeclarativeStream has no field "retreiver"; it is ignored',
    ],
  ],
  [
    'a manifest that is no YAML, at the one place of the fault',
    REST('      manifest: ./broken.yaml'),
    [
      'broken.yaml:5:1: sources.crm.config.manifest: All mapping items must start at the same column. Correct the YAML.',
    ],
    [],
  ],
  [
    'what is wrong in a short form, at its place',
    REST(API),
    [expect.stringMatching(/^10:19: sources\.crm\.config\.api\.streams\.daily\.path: nothing gives `{campain_id}`/)],
    [],
  ],
  [
    'an option that nobody gives',
    REST(
      `${API.replace('campain_id', 'campaign_id').replace('https:', '"{{ config[\'hots\'] }}" #')}\n      secrets: { host: x }`,
    ),
    [
      '6:9: sources.crm.config.api: config[\'hots\']: neither `manifest_config` nor `secrets` has "hots"; they have: host',
    ],
    [],
  ],
])('%s is told', async (_what, text, expectedIssues, expectedWarnings) => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-streams-'));
  const file = join(folder, 'tributary.yaml');
  try {
    writeFileSync(file, text);
    writeFileSync(join(folder, 'crm.yaml'), CRM);
    writeFileSync(join(folder, 'broken.yaml'), BROKEN);
    const { issues, warnings } = await checkStreams(await loadConfiguration(file, {}));
    const told = (found: readonly SettingsIssue[]) =>
      sortIssues(found).map((issue) => formatIssue('', issue).replace(/^:|^\/.*?\/(?=\w+\.yaml:\d)/, ''));
    expect(told(issues)).toEqual(expectedIssues);
    expect(told(warnings)).toEqual(expectedWarnings);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
