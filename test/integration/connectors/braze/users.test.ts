import type { RunOutcome, StreamRequest } from '../../../../core/engine/index.js';
import { brazeSource } from '../../../../connectors/braze/braze.source.js';
import { defaultApiKey, type BrazeSimulator } from '../../../simulators/braze/server.js';
import { exportedUsersOf } from '../../../simulators/braze/user-export.js';
import { stopTestServer } from '../../../support/postgres.js';
import { fakeClock } from '../../../unit/sdk/http/local-api.js';
import { openBench, SCHEMA, type Bench } from '../../engine/runs.js';
import { configOf, now, withSimulator } from './reading.js';

const PATH = '/users/export/segment';
const ARCHIVE = '/_archives';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(async () => {
  await bench.close();
  await stopTestServer();
});

const startAnew = () => bench.query(`DROP SCHEMA ${SCHEMA} CASCADE; DROP SCHEMA tributary CASCADE`);

const segmentOf = ({ world }: BrazeSimulator) => world.workspace.segments[0]!.id;
const wanted = (simulator: BrazeSimulator) => ({
  stream: 'members',
  segment_id: segmentOf(simulator),
  fields: { braze_id: 'string', external_id: 'string', email_subscribe: 'string', created_at: 'timestamptz' },
  custom_attributes: { Region: 'string', 'Plan Type': 'string', age: 'integer', a1c_due: 'date' },
});

const KEEP = Object.fromEntries(
  ['braze_id', 'external_id', 'email_subscribe', 'created_at', 'region', 'plan_type', 'age', 'a1c_due'].map(
    (column) => [column, 'keep'] as const,
  ),
);

/** A simulator whose storage and whose client have one clock. */
const withUsers = (run: (simulator: BrazeSimulator, sync: Sync) => Promise<void>, keys = [defaultApiKey]) => {
  const clock = fakeClock();
  return withSimulator({ campaigns: 0, keys, wallClock: () => clock.now().getTime() }, async (simulator) => {
    const sync: Sync = async (users, protect = KEEP, stream = {}) => {
      const source = await brazeSource({ clock }).open(configOf(simulator, { users: [users] }), {
        signal: new AbortController().signal,
        baseFolder: '.',
      });
      try {
        const before = simulator.requests.list().length;
        const { members } = await source.streams(() => undefined);
        // To say what there is, nothing is exported.
        expect(simulator.requests.list()).toHaveLength(before);
        return await bench.run(
          { members: members! },
          { stream, rules: { protect } as never, request: { startedAt: new Date(now) } },
        );
      } finally {
        await source.close();
      }
    };
    await run(simulator, sync);
  });
};
type Sync = (
  users: object,
  protect?: Readonly<Record<string, unknown>>,
  stream?: Partial<StreamRequest>,
) => Promise<RunOutcome>;

test('the listed fields of the users of a segment land, and nothing else, through a download that breaks off', () =>
  withUsers(async (simulator, sync) => {
    // Three times it is not there yet; then its size is asked for.
    simulator.faults.set({ route: ARCHIVE, kind: 'disconnect', nth: 5 });
    expect(await sync(wanted(simulator))).toMatchObject({ state: 'succeeded', ledger: { quarantined: 0 } });
    const asked = simulator.requests.list();
    expect(asked.map(({ path, status }) => `${path} ${status}`)).toEqual([
      `${PATH} 200`,
      ...[403, 403, 403, 206, 206, 206].map((status) => `${ARCHIVE} ${status}`),
    ]);
    // The key is none of the storage's business.
    expect(asked.map(({ key_name }) => key_name)).toEqual(['reporting', ...Array(6).fill(null)]);
    expect(simulator.faults.list()).toMatchObject([{ hits: 1 }]);

    const rows = await bench.query<{ row: Record<string, unknown> }>(
      `SELECT to_jsonb(t) - '_loaded_at' - '_run_id' - '_source_file' - '_source_row' AS row FROM ${SCHEMA}.members t`,
    );
    const expected = exportedUsersOf(1, segmentOf(simulator)).map(({ custom_attributes, ...user }) => ({
      braze_id: user['braze_id'],
      external_id: user['external_id'] ?? null,
      email_subscribe: user['email_subscribe'],
      created_at: '2024-03-01T10:00:00+00:00',
      region: custom_attributes['Region'],
      plan_type: custom_attributes['Plan Type'],
      age: custom_attributes['age'],
      a1c_due: custom_attributes['a1c_due'] ?? null,
    }));
    const sorted = (list: readonly object[]) =>
      list.map((row) => JSON.stringify(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)))).toSorted();
    expect(rows).toHaveLength(6_000);
    expect(sorted(rows.map(({ row }) => row))).toEqual(sorted(expected));
  }));

test('who has left the segment goes with an overwrite, and who has no key is in quarantine', () =>
  withUsers(async (simulator, sync) => {
    await bench.query(
      `UPDATE ${SCHEMA}.members SET braze_id = 'gone' WHERE braze_id = (SELECT min(braze_id) FROM ${SCHEMA}.members)`,
    );
    const whole = await sync(wanted(simulator), KEEP, { sync: 'full_refresh', write: 'overwrite' });
    expect(whole).toMatchObject({ state: 'succeeded', ledger: { read: 6_000, inserted: 1, deleted: 1 } });
    const keyed = { ...wanted(simulator), fields: { external_id: 'string' }, custom_attributes: {} };
    await startAnew();
    // The first export is still kept, and the next one is another.
    const { ledger } = await sync(keyed, { external_id: 'keep' });
    expect(ledger).toMatchObject({ read: 6_000, quarantined: 120, inserted: 5_880 });
  }));

test('a column without a rule of what becomes of it stops the stream before anything is exported', () =>
  withUsers(async (simulator, sync) => {
    const rest = Object.fromEntries(Object.entries(KEEP).filter(([column]) => column !== 'region'));
    const outcome = await sync(wanted(simulator), rest);
    expect(outcome.streams[0]).toMatchObject({
      state: 'failed',
      error: { kind: 'config', message: expect.stringContaining('region') },
    });
    expect(simulator.requests.list()).toEqual([]);
  }));

test('without `users` there is no such stream', () =>
  withSimulator({ campaigns: 0 }, async (simulator) => {
    const signal = new AbortController().signal;
    const source = await brazeSource().open(configOf(simulator), { signal, baseFolder: '.' });
    const kinds = Object.values(await source.streams(() => undefined)).map(({ kind }) => kind);
    expect(kinds).not.toContain('files');
    await source.close();
  }));

test('a field that Braze does not know and a permission that lacks are told', async () => {
  await withUsers(async (simulator, sync) => {
    await startAnew();
    const unknown = {
      ...wanted(simulator),
      fields: { braze_id: 'string', shoe_size: 'integer' },
      custom_attributes: {},
    };
    const outcome = await sync(unknown, { braze_id: 'keep', shoe_size: 'keep' });
    expect(outcome.streams[0]).toMatchObject({
      error: { kind: 'source', message: expect.stringContaining('400'), hint: expect.stringContaining('`fields`') },
    });
  });
  const lesser = { ...defaultApiKey, scopes: defaultApiKey.scopes.filter((scope) => scope !== 'users.export.segment') };
  await withUsers(
    async (simulator, sync) => {
      expect((await sync(wanted(simulator))).streams[0]).toMatchObject({
        error: { kind: 'auth', hint: expect.stringContaining('`users.export.segment`') },
      });
    },
    [lesser],
  );
});

test.each([
  [{ fields: { email: 'string' } }, 'braze_id or external_id'],
  [{ fields: { braze_id: 'string', custom_attributes: 'json' } }, 'name each under `custom_attributes`'],
  [
    { fields: { braze_id: 'string', region: 'string' }, custom_attributes: { Region: 'string' } },
    'two columns one name',
  ],
])('the configuration %j is refused', (changes, message) =>
  withSimulator({ campaigns: 0 }, async (simulator) => {
    expect(() => configOf(simulator, { users: [{ ...wanted(simulator), custom_attributes: {}, ...changes }] })).toThrow(
      message,
    );
  }),
);
