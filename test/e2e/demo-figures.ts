import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultApiKey, startBrazeSimulator } from '../simulators/braze/server.js';
import { runCli } from '../support/cli.js';

const CONFIGURATION = new URL('../../config/demo.yaml', import.meta.url);
const NOW = '2026-11-20T05:59:59Z';
const START = '2026-09-01';

/** Schemas that the demo writes into, beside that of the metadata. */
export const DEMO_SCHEMAS = ['raw_hillstrom', 'raw_braze_daily', 'report'];

/** All of the marts by month but when it was built. */
const DELIVERED = `  marts:
    connector: warehouse
    config:
      destination: warehouse
      streams:
        campaign_monthly:
          query: >-
            SELECT month, source, campaign_id, campaign_name, channel, variant_id, region, segment, is_control, sent, delivered, opened,
            clicked, revenue FROM report.campaign_monthly
`;

/** The configuration of the demo, with its files where they are and this destination. */
async function configuration(folder: string, name: string, destination: object): Promise<string> {
  const text = await readFile(CONFIGURATION, 'utf8');
  const changed = text
    .replace('./data/', new URL('./data/', CONFIGURATION).pathname)
    .replace('\nsources:\n', `\nsources:\n${DELIVERED}`)
    .replace(
      '\ndestinations:\n',
      `\ndestinations:\n  partner: { connector: files, config: { local: true, folder: out-${name}, state_folder: state-${name}, format: csv, compression: none } }\n`,
    )
    .replace(
      '\nconnections:\n',
      '\nconnections:\n  marts_out: { source: marts, destination: partner, streams: { campaign_monthly: {} } }\n',
    )
    .replace(
      / {2}warehouse:\n {4}connector: postgres\n {4}config:\n {6}url: embedded\n/,
      `  warehouse: ${JSON.stringify(destination)}\n`,
    );
  const path = join(folder, `${name}.yaml`);
  await writeFile(path, changed);
  return path;
}

/** When something was read, built or published; the rest must be the same. */
const CLOCK = new Set(['generated_at', 'published_at', 'data_as_of']);
const withoutClock = (key: string, value: unknown) => (CLOCK.has(key) ? undefined : value);

export interface DemoFigures {
  /** The sections of two months. */
  readonly months: readonly Record<string, unknown>[];
  /** The lines of the mart by month as a source `warehouse` delivers them. */
  readonly lines: readonly string[];
}

/** What the demo shows with each of these destinations. */
export async function demoFigures(
  destinations: Readonly<Record<string, object>>,
  secrets: Readonly<Record<string, string>>,
): Promise<readonly DemoFigures[]> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-demo-'));
  const braze = await startBrazeSimulator({
    now: NOW,
    start: START,
    timeZone: 'America/Chicago',
    campaigns: 40,
    keys: [{ ...defaultApiKey, key: 'demo-key' }],
  });
  try {
    const found: DemoFigures[] = [];
    for (const [name, destination] of Object.entries(destinations)) {
      const config = await configuration(folder, name, destination);
      const env = {
        TRIBUTARY_DEMO_BRAZE_URL: braze.url,
        TRIBUTARY_DEMO_START_DATE: START,
        TRIBUTARY_HOME: join(folder, name),
        ...secrets,
      };
      const run = async (...verb: string[]) => {
        const { code, stderr } = await runCli([...verb, '--config', config], { env });
        expect({ verb, code, stderr: code === 0 ? '' : stderr }).toEqual({ verb, code: 0, stderr: '' });
      };
      await run('sync', 'hillstrom');
      await run('sync', 'braze_daily');
      const months: Record<string, unknown>[] = [];
      for (const month of ['2008-03', '2026-10']) {
        const out = join(folder, `${name}-${month}`);
        await run('report', 'build', '--month', month, '--format', 'json', '--out', out);
        const text = await readFile(join(out, `report-${month}.json`), 'utf8');
        months.push(JSON.parse(JSON.stringify(JSON.parse(text), withoutClock)) as Record<string, unknown>);
      }
      await run('sync', 'marts_out');
      const out = join(folder, `out-${name}`);
      const [file] = (await readdir(out, { recursive: true })).filter((each) => each.endsWith('.csv'));
      found.push({ months, lines: (await readFile(join(out, file!), 'utf8')).split('\n').toSorted() });
    }
    return found;
  } finally {
    await braze.close();
    await rm(folder, { recursive: true, force: true });
  }
}
