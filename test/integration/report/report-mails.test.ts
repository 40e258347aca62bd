import type { Installation } from '../../../core/app/installation.js';
import { mailDue, mailRelease, mailsDue } from '../../../core/app/report-mails.js';
import { openStore, type Store } from '../../../core/persistence/index.js';
import { openSqlSession } from '../../../destinations/postgres/sql-session.js';
import type { Release } from '../../../report/index.js';
import { startMailBox, type MailBox } from '../../support/mail.js';
import { query, stopTestServer, testDatabase, type TestDatabase } from '../../support/postgres.js';
import { loadSmallMonth, publishSmallMonth, restate } from './small-month.js';
import { openWarehouse, type Warehouse } from './warehouse.js';

let warehouse: Warehouse;
let database: TestDatabase;
let store: Store;
let box: MailBox;
let notes: string[];
beforeEach(async () => {
  warehouse = await openWarehouse();
  database = await testDatabase();
  store = await openStore(database.url);
  box = await startMailBox({ disabledCommands: ['STARTTLS', 'AUTH'] });
  notes = [];
  await loadSmallMonth(warehouse);
});
afterEach(async () => {
  await box.close();
  await store.close();
  await database.drop();
  await warehouse.close();
});
afterAll(stopTestServer);

/** As a host has it. */
const host = (port = box.port, own = store) =>
  ({
    configuration: {
      scrub: (text: string) => text,
      settings: {
        project: { name: 'Out reach', timezone: 'America/Chicago' },
        connections: {},
        report: {
          destination: 'warehouse',
          months: { close_after: '8d' },
          suppression: { threshold: 11, dimensions: ['region', 'segment'] },
          facts: [],
          mail: {
            to: ['managers@example.org', 'ana@example.org'],
            smtp: { host: '127.0.0.1', port, tls: 'none', from: 'tributary@example.org' },
            link: 'https://tributary.example.org/',
          },
        },
      },
    },
    store: async () => own,
    sql: async (_name: string, { readOnly }: { readonly readOnly: boolean }) =>
      openSqlSession(warehouse.database.url, { readOnly }),
    metadataSchema: async () => 'tributary',
  }) as unknown as Installation;

const APRIL = new Date('2026-04-12T14:00:00Z');
const signal = new AbortController().signal;
const due = (installation = host(), now = APRIL) =>
  mailDue(installation, { now, signal, note: (text) => notes.push(text) });
const suppression = { threshold: 11, dimensions: ['region', 'segment'] as const };
const publish = (at: string, as: 'preliminary' | 'final' = 'final') =>
  publishSmallMonth(warehouse, new Date(at), { as, suppression });

test('a final month is mailed once, whichever of two hosts is first, with its charts in it and every figure as text', async () => {
  await publish('2026-04-02T06:00:00Z', 'preliminary');
  await due();
  expect(box.mails).toHaveLength(0);
  await publish('2026-04-10T06:00:00Z');
  const other = await openStore(database.url);
  await Promise.all([due(), due(host(box.port, other)), due()]);
  await due();
  await other.close();
  expect(box.mails).toHaveLength(1);
  const [mail] = box.mails;
  expect(mail).toMatchObject({
    subject: '[Outreach] Real-time Campaign Performance Overview, March 2026 (Final, version 2)',
    messageId: '<report-out-reach-2026-03-v2@example.org>',
  });
  expect([mail!.to].flat().map((one) => one!.text)).toEqual(['managers@example.org, ana@example.org']);
  const named = [...String(mail!.html).matchAll(/<img src="(cid:[^"]+|data:[^"]{30})/g)];
  expect(named.length).toBeGreaterThan(2);
  for (const { contentType, content } of mail!.attachments) {
    expect(contentType).toBe('image/png');
    expect(content.subarray(1, 4).toString()).toBe('PNG');
  }
  expect(mail!.attachments.map(({ filename }) => filename)).toEqual([
    'trend.png',
    'campaigns.png',
    'regions.png',
    'segments.png',
    'channels.png',
    'types.png',
  ]);
  expect(mail!.text).toContain('Messages sent: 400');
  expect(mail!.text).toMatch(/Beta +300 +not measured +not measured/);
  expect(mail!.text).toContain('The report: https://tributary.example.org/performance/2026-03');
  expect(notes.filter((note) => note.includes('is mailed'))).toHaveLength(1);
});

test('a host that dies while it sends leaves a mail that another sends with the same id; what a server does not take is tried again', async () => {
  await publish('2026-04-10T06:00:00Z');
  await store.mails.add({ month: '2026-03', version: 1 });
  // It claims and is never heard of again.
  await store.mails.claim(60_000);
  await due();
  expect(box.mails).toHaveLength(0);
  const later = () =>
    query(
      database.url,
      `UPDATE tributary_store.release_mail SET leased_until = now(), due_at = now() WHERE state = 'waiting'`,
    );
  await later();
  await due(host(1));
  expect(notes).toEqual([
    expect.stringContaining('the report of 2026-03, version 1 is not mailed: Mail server 127.0.0.1'),
  ]);
  await due();
  expect(box.mails).toHaveLength(0);
  await later();
  await due();
  await later();
  await due();
  expect(box.mails.map(({ messageId }) => messageId)).toEqual(['<report-out-reach-2026-03-v1@example.org>']);
});

test('what is restated is mailed again and says so; a command sends to whom it names', async () => {
  await publish('2026-04-10T06:00:00Z');
  await due();
  const run = '00000000-0000-4000-8000-00000000000b';
  await restate(warehouse, run, 'UPDATE raw_daily.series SET opened = 90 WHERE id = 1');
  await publish('2026-05-20T06:00:00Z');
  await due(host(), new Date('2026-05-20T14:00:00Z'));
  expect(box.mails.map(({ subject }) => subject)).toEqual([
    expect.stringContaining('(Final, version 1)'),
    expect.stringContaining('(Restated, version 2)'),
  ]);
  expect(box.mails[1]!.text).toContain('opened from 40 to 90');
  await mailRelease(host(), { month: '2026-03', version: 1, to: ['bo@example.org'] }, signal);
  expect([box.mails[2]!.to].flat().map((one) => one!.text)).toEqual(['bo@example.org']);
});

describe('what is due', () => {
  const release = (month: string, version: number, state: Release['state']) =>
    ({ month, version, state }) as unknown as Release;
  const names = (all: readonly Release[], standing: Parameters<typeof mailsDue>[1]) =>
    mailsDue(all, standing).map(({ month, version }) => `${month} v${version}`);
  const ALL = [
    release('2026-03', 2, 'preliminary'),
    release('2026-03', 1, 'preliminary'),
    release('2026-02', 4, 'final'),
  ];

  test.each([
    ['nothing of a month that is not final', '2026-04-10', undefined, {}, []],
    ['the newest on the day', '2026-04-10', 10, {}, ['2026-03 v2']],
    ['nothing before the day', '2026-04-09', 10, {}, []],
    ['no second preliminary one', '2026-04-11', 10, { '2026-03': 1 }, []],
    ['an older month only where it was mailed before', '2026-04-09', 10, { '2026-02': 3 }, ['2026-02 v4']],
    ['in January that of December', '2027-01-12', 10, {}, []],
  ] as const)('%s', (_, today, day, noted, expected) => {
    expect(names(ALL, { today, day, noted })).toEqual(expected);
  });
});
