import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brazeSource } from '../../../connectors/braze/braze.source.js';
import { local } from '../../../connectors/local/local.source.js';
import { classify, type ClassifiedStream } from '../../../core/app/classify.js';
import type { Installation } from '../../../core/app/installation.js';
import type { OpenSource } from '../../../core/protocol/index.js';
import { loadSettings } from '../../../core/settings/index.js';
import { eventsAt, membersOf } from '../../simulators/braze/currents/events.js';
import { startCurrents } from '../../simulators/braze/currents/files.js';
import { runAutomation } from '../../simulators/sfmc/extracts.js';
import { fakeClock } from '../../unit/sdk/http/local-api.js';
import { configOf, now, withSimulator } from '../connectors/braze/reading.js';
import { open as openSfmc, withSite } from '../connectors/sfmc/reading.js';

/** What `tributary classify` proposes for every column of the sources that are simulated, against what the columns are. */

/** What tells who a person is; a stream that has none of them is of campaigns, not of persons. */
const WHO: Readonly<Record<string, string>> = {
  braze_id: 'R',
  external_id: 'R',
  user_id: 'R',
  external_user_id: 'R',
  subscriber_key: 'I',
  subscriberkey: 'I',
  subscriber_id: 'I',
};
/** What else is an identifier there, by 45 CFR 164.514(b)(2)(i). */
const BESIDE: Readonly<Record<string, string>> = {
  dispatch_id: 'R',
  age: 'C',
  bounce_reason: 'F',
  smtp_reason: 'F',
  ...Object.fromEntries(
    [
      'a1c_due',
      'created_at',
      'time',
      'day',
      'event_date',
      'actiondatetime',
      'opendatetime',
      'senddatetime',
      'answeredat',
    ].map((name) => [name, 'C']),
  ),
};

const FOLDER = mkdtempSync(join(tmpdir(), 'tributary-classify-'));
const found: { readonly source: string; readonly streams: readonly ClassifiedStream[] }[] = [];

const context = { signal: new AbortController().signal, baseFolder: FOLDER };
async function propose(source: string, opened: OpenSource): Promise<void> {
  const installation = { source: async () => opened } as unknown as Installation;
  const streams = await classify(installation, { source, streams: [], signal: AbortSignal.timeout(60_000) });
  expect(streams.filter(({ fault }) => fault !== undefined)).toEqual([]);
  found.push({ source, streams });
}

/** The entries of a shipped configuration, over files of the test. */
async function shipped(file: string, source: string, change: Readonly<Record<string, string>>): Promise<OpenSource> {
  const env = { BRAZE_API_KEY: 'key', SFMC_SFTP_KEY: 'key', MEMBER_KEY: 'k'.repeat(32) };
  const { settings } = await loadSettings(fileURLToPath(new URL(`../../../config/${file}`, import.meta.url)), { env });
  const { files } = settings.sources[source]!.config as { files: Record<string, unknown>[] };
  const entries = files
    .filter((entry) => !('path' in change) || 'preset' in entry)
    .map((entry) => ({ ...entry, ...change }));
  return local.open(local.config.parse({ files: entries }), context);
}

beforeAll(async () => {
  const real = [
    'nextTick',
    'queueMicrotask',
    'setImmediate',
    'setTimeout',
    'clearTimeout',
    'setInterval',
    'clearInterval',
    'performance',
  ];
  jest.useFakeTimers({ now: new Date(now), doNotFake: real as never });
  const clock = fakeClock();
  await withSimulator(
    { now, campaigns: 20, canvases: 3, wallClock: () => clock.now().getTime() },
    async (simulator) => {
      const users = [
        {
          stream: 'members',
          segment_id: simulator.world.workspace.segments[0]!.id,
          fields: { braze_id: 'string', external_id: 'string', email_subscribe: 'string', created_at: 'timestamptz' },
          custom_attributes: { Region: 'string', 'Plan Type': 'string', age: 'integer', a1c_due: 'date' },
        },
      ];
      await propose('Braze by API', await brazeSource({ clock }).open(configOf(simulator, { users }), context));
    },
  );
  await withSimulator({ now, campaigns: 12, audienceShare: 0.01 }, async ({ world }) => {
    const at = Date.parse(now);
    const currents = startCurrents({ folder: FOLDER, format: 'jsonl' });
    await currents.deliver(eventsAt(world, membersOf(1, 900), at, Math.floor(at / 86_400_000) - 5), at, true);
    const change = { path: currents.path, format: 'jsonl' };
    await propose('Braze Currents', await shipped('braze-currents.yaml', 'bucket', change));
  });
  const start = '2026-10-24';
  jest.setSystemTime(new Date('2026-10-29T14:00:00Z'));
  await withSite({ now: '2026-10-29T14:00:00Z', start }, async (site) => {
    await propose('Marketing Cloud by API', await openSfmc(site));
    const { simulator } = site;
    const dialect = { encoding: 'utf-8', delimiter: ',' } as const;
    await runAutomation(simulator.world, Date.parse(simulator.now()), { folder: FOLDER, ...dialect });
    const files = await shipped('sfmc-files.yaml', 'marketing_cloud_files', dialect);
    await propose('Marketing Cloud by files', files);
  });
});
afterAll(() => {
  jest.useRealTimers();
  rmSync(FOLDER, { recursive: true, force: true });
});

/** Columns that were proposed as a class, that are of it, and that are both; a column of an identifier counts once a stream. */
function counts() {
  const of = new Map<string, { proposed: number; are: number; both: number }>();
  const at = (letter: string) => {
    if (!of.has(letter)) of.set(letter, { proposed: 0, are: 0, both: 0 });
    return of.get(letter)!;
  };
  for (const { streams } of found)
    for (const { columns } of streams) {
      const isOfPersons = columns.some(({ column }) => Object.hasOwn(WHO, column));
      for (const { column, identifier } of columns) {
        const truth = isOfPersons ? (WHO[column] ?? BESIDE[column]) : undefined;
        if (identifier !== null) at(identifier.letter).proposed++;
        if (truth !== undefined) at(truth).are++;
        if (truth !== undefined && identifier?.letter === truth) at(truth).both++;
      }
    }
  return of;
}

test('the table of the guide is what is measured, and no identifier is missed', () => {
  const table = [...counts()]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([letter, { proposed, are, both }]) =>
        `| ${letter} | ${are} | ${proposed} | ${are === 0 ? '' : (both / are).toFixed(2)} | ${(both / proposed).toFixed(2)} |`,
    );
  const guide = readFileSync(fileURLToPath(new URL('../../../docs/guides/rules.md', import.meta.url)), 'utf8');
  expect(guide).toContain(table.join('\n'));
  for (const [letter, { are, both }] of counts()) expect({ letter, missed: are - both }).toEqual({ letter, missed: 0 });
});

test('no value of any record is in what is proposed', () => {
  const told = JSON.stringify(found);
  expect(found.flatMap(({ streams }) => streams).filter(({ records }) => records > 0).length).toBeGreaterThan(40);
  expect(told).not.toMatch(/@|2026-1|[0-9a-f]{8}-[0-9a-f]{4}/);
  expect(membersOf(1, 900).filter(({ externalId }) => told.includes(externalId))).toEqual([]);
});
