import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfiguration } from '../../../core/app/configuration.js';

/** What is told of a source with these options, without place and path. */
async function toldOf(connector: string, config: object): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-options-'));
  const file = join(folder, 'tributary.yaml');
  const settings = {
    version: 1,
    project: { name: 'outreach', timezone: 'America/Chicago' },
    sources: { vendor: { connector, config } },
    destinations: { warehouse: { connector: 'postgres', config: { url: 'embedded' } } },
    connections: { daily: { source: 'vendor', destination: 'warehouse', streams: { s: {} } } },
  };
  try {
    writeFileSync(file, JSON.stringify(settings));
    await loadConfiguration(file, {});
    return [];
  } catch (error) {
    return (error as Error).message.split('\n').map((line) => line.replace(/^.*?sources\.vendor\.config\./, ''));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('names that are written wrong in options are told with the nearest one, however deep they stand', async () => {
  const files = [
    { preset: 'braze_current', path: 'x' },
    { preset: 'braze_currents', path: 'x', streams: ['email_send'] },
    { stream: 's', path: 'x', format: 'cvs' },
    { stream: 't', path: 'x', format: 'csv', primry_key: ['a'] },
  ];
  expect(await toldOf('local', { files })).toEqual([
    'files[0].preset: must be one of braze_currents, sfmc_tracking_extract, sfmc_data_view; did you mean "braze_currents"?',
    'files[1].streams[0]: is no stream of this preset; did you mean "email_sends"?',
    expect.stringMatching(/^files\[2\]\.format: must be one of csv, .*; did you mean "csv"\?$/),
    'files[3].primry_key: unknown key; did you mean "primary_key"?',
  ]);
});

const SFMC = { client_id: 'x', client_secret: 'x', accounts: [1], start_date: '2026-05-01', time_zone: 'UTC' };
const TENANT = 'https://mc0a1b2c3d4e5f6g7h8i9j0k1l2m.auth.marketingcloudapis.com';

test.each([
  [TENANT, undefined],
  [`${TENANT}/`, undefined],
  ['http://127.0.0.1:8080', undefined],
  ['http://localhost:8080', undefined],
  [`${TENANT}/v2/token`, 'has a path; it ends with the host'],
  [TENANT.replace('auth', 'rest'), 'is the address of another API'],
  [TENANT.replace('https', 'http'), 'must begin with https://'],
  ['https://login.example.com', 'is no authentication base URI'],
  ['marketing', 'must be an address like'],
])('the endpoint %s of Marketing Cloud: %s', async (endpoint, told) => {
  expect(await toldOf('sfmc', { ...SFMC, endpoint })).toEqual(
    told === undefined ? [] : [expect.stringMatching(new RegExp(`^endpoint: ${told}`))],
  );
});
