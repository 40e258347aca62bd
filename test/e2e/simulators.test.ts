import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { local } from '../../connectors/local/local.source.js';

const NOW = '2026-10-29T15:00:00Z';
const root = fileURLToPath(new URL('../../', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-simulator-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Running {
  readonly url: string;
  /** What it prints below its address, as YAML. */
  readonly config: Record<string, any>;
  ask(method: string, path: string, body?: object): Promise<any>;
}

/** The simulator as a stranger starts it, from what is built. */
async function running(name: string, env: Record<string, string>, use: (simulator: Running) => Promise<void>) {
  const program = join(root, `dist/test/simulators/${name}/main.js`);
  const child = spawn(process.execPath, [program, '--out', folder], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      if (line.startsWith('# files:')) break;
    }
    const [url, ...rest] = lines;
    const ask = async (method: string, path: string, body?: object) => {
      const answer = await fetch(`${url}/_simulator/${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
      return { status: answer.status, ...((await answer.json()) as object) };
    };
    await use({ url: url!, config: parse(rest.join('\n')), ask });
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}

/** What the shipped file would read of the simulator's files. */
async function checked(config: string, source: string): Promise<readonly string[]> {
  const { files } = parse(readFileSync(join(root, 'config', config), 'utf8'), { merge: true }).sources[source].config;
  const open = await local.open(local.config.parse({ files }), {
    signal: new AbortController().signal,
    baseFolder: folder,
  });
  const notes: string[] = [];
  await open.check((note) => notes.push(note));
  await open.close();
  return notes;
}

test('Braze as a process says what a configuration needs, writes what the shipped one reads, and delivers as its clock moves', () => {
  const env = {
    BRAZE_SIMULATOR_NOW: NOW,
    BRAZE_SIMULATOR_START: '2026-08-01',
    BRAZE_SIMULATOR_SCOPES: 'campaigns.list',
  };
  return running('braze', env, async ({ url, config, ask }) => {
    expect(config).toEqual({ endpoint: url, api_key: 'simulated-rest-api-key', time_zone: 'America/Chicago' });
    const get = async (path: string) =>
      (await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${config['api_key']}` } })).status;
    expect([await get('/campaigns/list'), await get('/kpi/dau/data_series?length=1')]).toEqual([200, 403]);
    // Of these kinds nothing has happened in this world, which has no Canvas.
    const notes = await checked('braze-currents.yaml', 'bucket');
    expect(notes.map((note) => /^stream "(\w+)": no file matches /.exec(note)?.[1])).toEqual([
      'in_app_clicks',
      'webhook_sends',
      'canvas_entries',
      'canvas_conversions',
    ]);
    const sends = join(
      folder,
      'currents',
      readdirSync(join(folder, 'currents'))[0]!,
      'event_type=users.messages.email.Send',
    );
    const before = readdirSync(sends).length;
    expect(await ask('POST', 'clock', { now: '2026-10-30T15:00:00Z' })).toMatchObject({ status: 200 });
    expect(readdirSync(sends).length).toBeGreaterThan(before);
  });
});

test('Marketing Cloud as a process says what a configuration needs, its truth and its faults', () => {
  const env = { SFMC_SIMULATOR_NOW: NOW, SFMC_SIMULATOR_START: '2026-10-24', SFMC_SIMULATOR_MEMBERS: '40' };
  return running('sfmc', env, async ({ url, config, ask }) => {
    expect(config).toMatchObject({ endpoint: url, client_id: 'simulated-client-id', accounts: [510001, 510002] });
    const login = async () => {
      const body = { grant_type: 'client_credentials', ...config, account_id: '510001' };
      const { client_id, client_secret, grant_type, account_id } = body as Record<string, unknown>;
      const answer = await fetch(`${url}/v2/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ client_id, client_secret, grant_type, account_id }),
      });
      return answer.status;
    };
    expect(await login()).toBe(200);
    expect(await ask('POST', 'faults', { route: 'token', kind: '500' })).toMatchObject({ status: 200 });
    expect([await login(), await login()]).toEqual([500, 200]);
    expect(await ask('POST', 'faults', { route: 'token', kind: 'nothing' })).toMatchObject({
      status: 400,
      message: expect.stringContaining('kind must be one of'),
    });
    const { cells } = await ask('GET', 'truth');
    expect(cells[0]).toMatchObject({ channel: expect.any(String), sent: expect.any(Number) });
    expect((await ask('GET', 'responses?time_zone=UTC')).cells.length).toBeGreaterThan(0);
    expect(await checked('sfmc-files.yaml', 'marketing_cloud_files')).toEqual([]);
    await ask('POST', 'clock', { now: '2026-10-30T15:00:00Z' });
    expect(readdirSync(join(folder, 'Export'))).toEqual(
      expect.arrayContaining(['tracking_20261029.zip', 'tracking_20261030.zip', 'members_20261030.csv']),
    );
  });
});
