import type { Installation } from '../../../core/app/installation.js';
import { loadMonth } from '../../../core/app/monthly-report.js';
import { publishDue } from '../../../core/app/releases.js';
import { openSqlSession } from '../../../destinations/postgres/sql-session.js';
import { stopTestServer } from '../../support/postgres.js';
import { loadSmallMonth, restate } from './small-month.js';
import { openWarehouse, type Warehouse } from './warehouse.js';

let warehouse: Warehouse;
beforeEach(async () => {
  warehouse = await openWarehouse();
});
afterEach(() => warehouse.close());
afterAll(stopTestServer);

const signal = new AbortController().signal;

/** As a host has it; `closeAfter` decides whether March 2026 is over. */
const installation = (closeAfter: string) =>
  ({
    configuration: {
      settings: {
        project: { name: 'Outreach', timezone: 'America/Chicago' },
        connections: {},
        report: {
          destination: 'warehouse',
          months: { close_after: closeAfter },
          suppression: { threshold: 11, dimensions: ['region', 'segment'] },
          facts: [],
        },
      },
    },
    sql: async (_name: string, { readOnly }: { readonly readOnly: boolean }) =>
      openSqlSession(warehouse.database.url, { readOnly }),
    metadataSchema: async () => 'tributary',
  }) as unknown as Installation;

test('a host releases a month, makes it final when it is due, and restates it when its figures moved, each once', async () => {
  let known: string | undefined;
  const due = async (closeAfter: string) => {
    const { built, published } = await publishDue(installation(closeAfter), { known, signal });
    known = built;
    return published.map(({ release: { month, version, state } }) => `${month} ${version} ${state}`);
  };
  expect(await due('8d')).toEqual([]);
  await loadSmallMonth(warehouse);
  expect(await due('9000d')).toEqual(['2026-03 1 preliminary']);
  expect(await due('9000d')).toEqual([]);
  expect(await due('8d')).toEqual(['2026-03 2 final']);
  expect(await due('8d')).toEqual([]);
  await restate(
    warehouse,
    '00000000-0000-4000-8000-00000000000b',
    'UPDATE raw_daily.series SET opened = 90 WHERE id = 1',
  );
  expect(await due('8d')).toEqual(['2026-03 3 restated']);
  expect(await due('8d')).toEqual([]);
});

test('who looks at a month that was never released releases it, and a later look shows what moved meanwhile', async () => {
  await loadSmallMonth(warehouse);
  const host = installation('8d');
  const look = async () => {
    const { status, totals } = await loadMonth(host, { month: '2026-03', signal });
    return [status.state, status.release?.version, totals.opened];
  };
  expect(await look()).toEqual(['final', 1, 40]);
  await restate(
    warehouse,
    '00000000-0000-4000-8000-00000000000b',
    'UPDATE raw_daily.series SET opened = 90 WHERE id = 1',
  );
  expect(await look()).toEqual(['restated', 2, 90]);
  expect(await look()).toEqual(['restated', 2, 90]);
  expect((await loadMonth(host, { month: '2026-03', signal, release: 1 })).totals.opened).toBe(40);
});
