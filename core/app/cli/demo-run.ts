import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dayIn } from '../../engine/index.js';
import { homeOf, loadConfiguration } from '../configuration.js';
import { PREFERRED_PORT, startSimulator, type DemoSimulator } from '../demo-simulator.js';
import { openInstallation, type Installation } from '../installation.js';
import { reportDestination } from '../marts.js';
import { renderSection, REPORT_FORMATS, type ReportFormat } from '../../../report/index.js';
import { loadMonth, months } from '../monthly-report.js';
import { maintainViews } from '../releases.js';
import { syncConnection } from '../sync.js';
import { demoStart } from './demo-start.js';
import { table, type Output } from './output.js';
import { writeOutput } from './output-place.js';
import { progressLine } from './progress.js';
import { untilAborted } from './waiting.js';
import { printSync } from './sync.js';
import type { VerbContext } from './verb.js';

const DEMO_CONFIG = fileURLToPath(new URL('../../../../config/demo.yaml', import.meta.url));
const TIME_ZONE = 'America/Chicago';
const MONTHS_OF_HISTORY = 14;

export interface DemoOptions {
  readonly once?: boolean;
  readonly out?: string;
  readonly port: number;
}

/** Syncs all that config/demo.yaml names, shows and writes the report, and serves it. Gives the exit code. */
export async function runDemo({ output, signal }: VerbContext, { once, out, port }: DemoOptions): Promise<number> {
  const started = Date.now();
  let simulator: DemoSimulator | undefined;
  let installation: Installation | undefined;
  try {
    simulator = await simulatedBraze(process.env);
    process.env['TRIBUTARY_DEMO_BRAZE_URL'] = simulator.url;
    if (!simulator.url.endsWith(`:${PREFERRED_PORT}`))
      output.note(
        `another program has its usual port; for other verbs: export TRIBUTARY_DEMO_BRAZE_URL=${simulator.url}`,
      );
    const configuration = await loadConfiguration(DEMO_CONFIG, process.env);
    installation = openInstallation(configuration, (text) => output.note(text));
    output.note(
      `configuration ${relative('', DEMO_CONFIG)}, simulated Braze at ${simulator.url}, data in ${configuration.home}`,
    );
    for (const connection of Object.keys(configuration.settings.connections)) {
      output.note(`\nsync ${connection}`);
      const progress = progressLine(output);
      const result = await syncConnection(installation, {
        connection,
        streams: [],
        fullRefresh: false,
        trigger: 'manual',
        signal,
        on: progress.on,
        note: (text) => output.note(text),
      });
      progress.end();
      printSync(result, output);
      if (result.outcome.exitCode !== 0) return result.outcome.exitCode;
    }
    await printMonths(installation, output, signal);
    await maintainViews(installation, signal);
    if (out !== undefined) await writeReports(installation, out, output, signal);
    output.note(`\ndone in ${((Date.now() - started) / 1000).toFixed(1)} s`);
    output.note(
      `next: npx tributary query ${reportDestination(configuration)} "select * from report.campaign_monthly" --config ${relative('', DEMO_CONFIG)}`,
    );
    if (once === true) return 0;
    const [{ startHost }, { DEFAULT_CONCURRENCY }] = await Promise.all([import('../main.js'), import('../worker.js')]);
    const host = await startHost(installation, { host: '127.0.0.1', port, worker: DEFAULT_CONCURRENCY });
    output.note(`\nthe report: ${host.url}   (Ctrl-C ends)`);
    await untilAborted(signal);
    await host.close();
    return 0;
  } finally {
    await installation?.close();
    await simulator?.stop();
  }
}

/**
 * The simulated company: 14 months of history at the first demo, which then stay, up to yesterday's last second, so that
 * every day is whole. TRIBUTARY_DEMO_NOW, _START_DATE and _BRAZE_KEY change that.
 */
async function simulatedBraze(env: NodeJS.ProcessEnv): Promise<DemoSimulator> {
  const now = env['TRIBUTARY_DEMO_NOW'] || endOfYesterday(new Date());
  const wanted = env['TRIBUTARY_DEMO_START_DATE'] || undefined;
  const start = await demoStart(homeOf(DEMO_CONFIG, env), wanted, monthsBefore(now, MONTHS_OF_HISTORY));
  env['TRIBUTARY_DEMO_START_DATE'] = start;
  env['TRIBUTARY_DEMO_BRAZE_KEY'] ||= 'demo-key';
  return startSimulator({
    now,
    start,
    timeZone: TIME_ZONE,
    key: env['TRIBUTARY_DEMO_BRAZE_KEY'],
  });
}

function endOfYesterday(instant: Date): string {
  const today = dayIn(TIME_ZONE, instant);
  let midnight = Date.parse(`${today}T00:00:00Z`);
  while (dayIn(TIME_ZONE, new Date(midnight)) < today) midnight += 3_600_000;
  return new Date(midnight - 1_000).toISOString();
}

function monthsBefore(instant: string, count: number): string {
  const date = new Date(instant);
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - count, 1)).toISOString().slice(0, 10);
}

/** The figures of the last months, as the report adds them up. */
async function printMonths(installation: Installation, output: Output, signal: AbortSignal): Promise<void> {
  const rows: unknown[][] = [];
  for (const month of (await months(installation, signal)).toSorted().slice(-4)) {
    const { totals } = await loadMonth(installation, { month: month, signal });
    rows.push([month, totals.sent, totals.opened, totals.responded]);
  }
  output.note(`\n${table(['month', 'sent', 'opened', 'responded'], rows)}`);
}

async function writeReports(
  installation: Installation,
  out: string,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const all = (await months(installation, signal)).toSorted();
  // The month of the experiment, the last whole one, and the one that runs.
  for (const month of new Set([...all.slice(0, 1), ...all.slice(-2)])) {
    const section = await loadMonth(installation, { month: month, signal });
    for (const format of Object.keys(REPORT_FORMATS) as ReportFormat[]) {
      const file = join(out, `report-${month}.${format}`);
      await writeOutput(file, await renderSection(section, format));
      output.note(`wrote ${file}`);
    }
  }
}
