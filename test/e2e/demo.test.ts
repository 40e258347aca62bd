import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { defaultApiKey, startBrazeSimulator } from '../simulators/braze/server.js';
import { mayBeMissing, type TruthCell } from '../simulators/braze/truth.js';
import { createWorld, type Truth } from '../simulators/braze/world.js';
import { cliData, onAnotherHost, runCli, startCli, type CliEnd } from '../support/cli.js';
import { atProbe, heldUntil } from './project.js';

/** Yesterday's last second in Chicago at the first demo, and at one a month later. */
const NOW = '2026-11-20T05:59:59Z';
const LATER = '2026-12-20T05:59:59Z';
/** 14 months before the first demo. */
const START = '2025-09-01';
const CONFIG = new URL('../../config/demo.yaml', import.meta.url).pathname;

let home: string;
let out: string;
let first: CliEnd;
const env = () => ({ TRIBUTARY_HOME: home });
const demo = (at = '2026-11-20T14:00:00Z') =>
  runCli(['demo', '--once', '--out', out], { env: env(), node: clockAt(Date.parse(at)) });

/** Options of Node by which a program finds its clock at this instant when it starts. */
function clockAt(instant: number): readonly string[] {
  const program = `const Real = Date, ahead = ${instant} - Real.now();
    globalThis.Date = class Date extends Real {
      constructor(...given) { given.length === 0 ? super(Real.now() + ahead) : super(...given); }
      static now() { return Real.now() + ahead; }
    };`;
  return ['--import', `data:text/javascript,${encodeURIComponent(program)}`];
}
const query = (sql: string) => cliData<any[]>(['query', 'warehouse', sql, '--config', CONFIG], { env: env() });

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'tributary-demo-'));
  out = join(home, 'out');
  first = await demo();
}, 300_000);
afterAll(() => rm(home, { recursive: true, force: true }));

test('the demo ends well and writes the report of the experiment and of the last months', async () => {
  expect({ code: first.code, stderr: first.code === 0 ? '' : first.stderr }).toEqual({ code: 0, stderr: '' });
  for (const month of ['2008-03', '2026-10', '2026-11']) {
    const page = await readFile(join(out, `report-${month}.html`), 'utf8');
    expect(page).toContain('Real-time Campaign Performance Overview');
    expect(JSON.parse(await readFile(join(out, `report-${month}.json`), 'utf8')).month.id).toBe(month);
  }
});

test('a campaign that is gone is named once, however many streams and windows are read', () => {
  expect(first.stderr.match(/warning \(\w+\): .* was it deleted\?/g)).toHaveLength(1);
});

test('the marts hold the figures of the real experiment', async () => {
  const sent = await query(
    `SELECT variant_name, is_control, sum(targeted)::bigint AS targeted, sum(sent)::bigint AS sent,
            sum(opened)::bigint AS opened, sum(revenue)::text AS revenue
       FROM report.campaign_daily WHERE source = 'hillstrom' GROUP BY 1, 2 ORDER BY 1`,
  );
  expect(sent).toEqual([
    { variant_name: 'Mens E-Mail', is_control: false, targeted: 21307, sent: 21307, opened: null, revenue: '30311.69' },
    { variant_name: 'No E-Mail', is_control: true, targeted: 21306, sent: 0, opened: null, revenue: '13908.33' },
    {
      variant_name: 'Womens E-Mail',
      is_control: false,
      targeted: 21387,
      sent: 21387,
      opened: null,
      revenue: '23038.11',
    },
  ]);
  const responses = await query(
    `SELECT response_type, variant_id, sum(responded)::bigint AS responded FROM report.response_daily
      WHERE source = 'hillstrom' GROUP BY 1, 2 ORDER BY 1 DESC, 2`,
  );
  expect(responses.map(({ responded }) => responded)).toEqual([3894, 2262, 3238, 267, 122, 189]);
  const regions = await query(
    `SELECT region, sum(responded)::bigint AS visits FROM report.response_daily
      WHERE source = 'hillstrom' AND response_type = 'visit' AND variant_id = 'Mens E-Mail' GROUP BY 1 ORDER BY 1`,
  );
  expect(regions.map(({ visits }) => visits)).toEqual([736, 1647, 1511]);
});

test('the views for other programs are there', async () => {
  expect(await query('SELECT count(*) > 2 AS is_whole FROM report.v_total')).toEqual([{ is_whole: true }]);
});

test('the report of the experiment says what is measured and what is not', async () => {
  const section = JSON.parse(await readFile(join(out, 'report-2008-03.json'), 'utf8'));
  expect(section.totals).toMatchObject({ sent: 42694, responded: 456, opened: null, open_rate: null });
  expect((section.totals.response_rate.value * 100).toFixed(2)).toBe('1.07');
  const page = await readFile(join(out, 'report-2008-03.html'), 'utf8');
  for (const text of ['42,694', '456', '1.07', 'not measured']) expect(page).toContain(text);
});

test('few bought in some regions and segments: the demo shows that they are hidden, in each form, and says why', async () => {
  const section = JSON.parse(await readFile(join(out, 'report-2008-03.json'), 'utf8'));
  const buyers = await query(
    `SELECT region, segment, sum(responded)::int AS n FROM report.response_monthly
      WHERE source = 'hillstrom' AND is_primary AND NOT is_control GROUP BY 1, 2`,
  );
  const small = buyers.filter(({ n }) => n > 0 && n <= 10);
  expect(small.length).toBeGreaterThan(2);
  for (const { region, segment } of small)
    expect(
      section.by_region_segment.find((row: any) => row.region === region && row.segment === segment),
    ).toMatchObject({
      responded: null,
      response_rate: null,
      suppressed: expect.arrayContaining(['responded', 'response_rate']),
    });
  const hidden = section.by_region_segment.filter((row: any) => row.suppressed.includes('responded')).length;
  // So many that what is left does not follow from the totals, and not all of them.
  expect([hidden > small.length, hidden < buyers.length]).toEqual([true, true]);
  const note = /no count from 1 to 10 is shown, nor any from which one could be derived/;
  expect(section.notes.map(({ text }: any) => text)).toContainEqual(expect.stringMatching(note));
  const page = await readFile(join(out, 'report-2008-03.html'), 'utf8');
  expect(page).toMatch(note);
  const csv = await readFile(join(out, 'report-2008-03.csv'), 'utf8');
  expect(csv).toMatch(
    /^region_segment,[^\n]*,Rural,"7\) \$1,000 \+",120,120,,[^0-9\n]*,responded revenue response_rate,/m,
  );
});

/** Column of the mart by the truth's own name; the report's configuration says the same, the connector is not asked. */
const MEASURES = {
  sent: 'sent',
  delivered: 'delivered',
  unique_opens: 'opened',
  opens: 'opened_total',
  machine_open: 'opened_machine',
  unique_clicks: 'clicked',
  clicks: 'clicked_total',
  bounces: 'bounced',
  unsubscribes: 'unsubscribed',
  reported_spam: 'complained',
} as const;
const RESPONSES = {
  conversions: 'a1c_test_scheduled',
  conversions1: 'form_completed',
  conversions2: 'program_enrolled',
} as const;

function truthRows({ cells, campaigns }: Truth): Map<string, Record<string, unknown>> {
  const tag = (tags: readonly string[], name: string, otherwise: string) =>
    tags.find((one) => one.startsWith(`${name}:`))?.slice(name.length + 1) ?? otherwise;
  const byId = new Map(campaigns.map((campaign) => [campaign.id, campaign]));
  return new Map(
    cells.map((cell) => {
      const { name, tags } = byId.get(cell.campaign_id)!;
      const row: Record<string, unknown> = {
        campaign_name: name,
        variant_name: cell.variation_name,
        is_control: cell.is_control,
        region: tag(tags, 'region', 'National'),
        segment: tag(tags, 'segment', '(unknown)'),
        revenue: cell.revenue.toFixed(2),
        // Nothing that Braze counts of members may be added up over days, so this is not measured, of a control group neither.
        targeted: null,
      };
      for (const [theirs, ours] of Object.entries(MEASURES)) row[ours] = cell[theirs as keyof typeof MEASURES];
      for (const [theirs, ours] of Object.entries(RESPONSES)) row[ours] = cell[theirs as keyof typeof RESPONSES];
      return [cellKey(cell), row];
    }),
  );
}

async function martRows(): Promise<Map<string, Record<string, unknown>>> {
  const measures = Object.values(MEASURES).join(', ');
  const responded = Object.values(RESPONSES).map(
    (type) => `max(responded) FILTER (WHERE response_type = '${type}') AS ${type}`,
  );
  const rows = await query(
    `SELECT campaign_id, date, channel, variant_id, d.campaign_name, d.variant_name, d.is_control, region, segment,
            revenue::text, targeted, ${measures}, ${responded.join(', ')}
       FROM report.campaign_daily d
       LEFT JOIN report.response_daily r USING (source, campaign_id, date, channel, variant_id, region, segment)
      WHERE source = 'braze'
      GROUP BY campaign_id, date, channel, variant_id, d.campaign_name, d.variant_name, d.is_control, region, segment,
            revenue, targeted, ${measures}`,
  );
  return new Map(
    rows.map(({ campaign_id, date, channel, variant_id, ...row }) => [
      [campaign_id, date, channel, variant_id].join(),
      row,
    ]),
  );
}

/** A control group is sent nothing, which a mart may say as 0 and the world says as not measured. */
function isSame(mart: Record<string, unknown>, truth: Record<string, unknown>): boolean {
  return Object.entries(truth).every(
    ([name, value]) => mart[name] === value || (truth['is_control'] === true && name === 'sent' && mart[name] === 0),
  );
}

/** Where a cell stands in the marts, which have a word of their own for one of Braze's channels. */
const cellKey = ({ campaign_id, date, channel, variation_id }: TruthCell) =>
  [campaign_id, date, channel === 'trigger_in_app_message' ? 'in_app' : channel, variation_id].join();

/** All cells but the silent ones, long after a campaign's last send, that the marts lack. */
function cellsToCompare({ cells }: Truth, marts: ReadonlyMap<string, unknown>): readonly TruthCell[] {
  const isDispensable = mayBeMissing(cells);
  return cells.filter((cell) => !isDispensable(cell) || marts.has(cellKey(cell)));
}

async function expectTruth(at: string): Promise<void> {
  const world = createWorld({ now: at, start: START, timeZone: 'America/Chicago' });
  const whole = world.truth(at);
  const marts = await martRows();
  const truth = truthRows({ ...whole, cells: cellsToCompare(whole, marts) });
  expect(truth.size).toBeGreaterThan(20_000);
  expect([...marts.keys()].toSorted()).toEqual([...truth.keys()].toSorted());
  const wrong = [...truth].filter(([key, row]) => !isSame(marts.get(key)!, row)).slice(0, 3);
  expect(wrong.map(([key, row]) => ({ key, truth: row, mart: marts.get(key) }))).toEqual([]);
}

test('the marts of the simulated Braze equal its own truth, cell by cell', () => expectTruth(NOW));

test('a second demo finds nothing changed and says so, and leaves every row as it was', async () => {
  const fingerprint = () =>
    query('SELECT md5(string_agg(d::text, chr(10) ORDER BY d::text)) AS rows FROM report.campaign_daily d');
  const before = await fingerprint();
  // The month itself stays as it was published; the marts say when its file was looked at.
  const asOf = async () =>
    (await query(`SELECT data_as_of::text AS at FROM report.fact WHERE fact LIKE 'hillstrom.%'`))[0]!.at;
  const readBefore = await asOf();
  const second = await demo('2026-11-20T15:00:00Z');
  expect(second.code).toBe(0);
  expect(second.stdout.match(/succeeded in .*nothing changed/g)).toHaveLength(2);
  expect(second.stdout.match(/marts: nothing changed/g)).toHaveLength(2);
  expect(await fingerprint()).toEqual(before);
  // The file had nothing new, and was looked at all the same.
  expect(Date.parse(await asOf())).toBeGreaterThan(Date.parse(readBefore));
}, 300_000);

test('a month later three processes run its connections; a worker killed in the middle is healed by another', async () => {
  const simulator = await startBrazeSimulator({
    now: LATER,
    start: START,
    timeZone: 'America/Chicago',
    keys: [{ ...defaultApiKey, key: 'demo-key' }],
  });
  const processes: ReturnType<typeof startCli>[] = [];
  const start = (args: readonly string[], node: readonly string[] = []) => {
    const environment = {
      ...env(),
      TRIBUTARY_CONFIG: CONFIG,
      TRIBUTARY_DEMO_BRAZE_URL: simulator.url,
      TRIBUTARY_DEMO_START_DATE: START,
    };
    const clock = clockAt(Date.parse('2026-12-20T14:00:00Z'));
    processes.push(startCli(args, { env: environment, node: [...clock, ...node] }));
    return processes.at(-1)!;
  };
  try {
    const host = start(['serve', '--no-worker', '--port', '0', '--json']);
    const [line] = (await once(createInterface({ input: host.child.stdout! }), 'line')) as [string];
    const { url } = (JSON.parse(line) as { data: { url: string } }).data;
    const ask = async (connection: string): Promise<string> => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': 'a-month-later' };
      const answer = await fetch(`${url}/api/connections/${connection}/runs`, { method: 'POST', headers });
      expect(answer.status).toBe(202);
      return ((await answer.json()) as { url: string }).url;
    };
    const victim = start(['worker'], [...onAnotherHost, ...atProbe('before_commit', heldUntil('never', 2))]);
    const braze = await ask('braze_daily');
    for await (const told of createInterface({ input: victim.child.stderr! })) if (told === 'HELD') break;
    victim.child.kill('SIGKILL');
    start(['worker']);
    const ended = await Promise.all(
      [braze, await ask('hillstrom')].map(async (request) => {
        for (;;) {
          const told = (await (await fetch(url + request)).json()) as { state: string; attempt: number };
          if (told.state !== 'queued' && told.state !== 'running') return told;
          await wait(200);
        }
      }),
    );
    expect(ended).toMatchObject([
      { state: 'ended', attempt: 2 },
      { state: 'ended', attempt: 1 },
    ]);
    const { runs } = (await (await fetch(`${url}/api/runs?connection=braze_daily`)).json()) as { runs: object[] };
    expect(runs).toMatchObject([
      { state: 'succeeded' },
      { state: 'interrupted', owner: { host: 'another-host' } },
      { state: 'succeeded' },
      { state: 'succeeded' },
    ]);
    await expectTruth(LATER);
  } finally {
    for (const { child } of processes.toReversed()) child.kill('SIGTERM');
    await Promise.all(processes.map(({ ended }) => ended));
    await simulator.close();
  }
}, 300_000);

test('a home that holds one world refuses to go on with another', async () => {
  const end = await runCli(['demo', '--once'], { env: { ...env(), TRIBUTARY_DEMO_START_DATE: '2025-10-01' } });
  expect(end.code).toBe(3);
  expect(end.stderr).toContain('has begun with 2025-09-01 and cannot go on from 2025-10-01');
  expect(end.stderr).toContain('TRIBUTARY_HOME');
});
