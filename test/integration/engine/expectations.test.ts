import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stopTestServer } from '../../support/postgres.js';
import { fields, openBench, rows, type Bench } from './runs.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());
afterAll(stopTestServer);

const ITEM = { fields: fields('id integer', 'channel string?') };
const GIVEN = [
  { id: 1, channel: 'email' },
  { id: 2, channel: 'fax' },
  { id: 3, channel: null },
];
const table = () => bench.query('SELECT id::int FROM raw_test.items ORDER BY id');
const quarantine = () => bench.query('SELECT reason, record_values FROM tributary.quarantine ORDER BY reason');

describe('an expectation on records', () => {
  const set = { set: { channel: ['email'] } };
  it('that warns lets the record land', async () => {
    const outcome = await bench.run(rows(ITEM, GIVEN), {
      rules: {
        expect: [
          { ...set, severity: 'warn' },
          { not_null: ['channel'], severity: 'warn' },
        ],
      },
    });
    expect(outcome).toMatchObject({ state: 'succeeded', exitCode: 0, ledger: { quarantined: 0, inserted: 3 } });
    expect(await table()).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
  });

  it('that fails the stream ends it with code 9, commits nothing of it, and shows the record', async () => {
    await bench.run(rows(ITEM, [{ id: 9, channel: 'email' }]));
    const outcome = await bench.run(rows(ITEM, GIVEN), { rules: { expect: [{ ...set, severity: 'fail' }] } });
    expect(outcome).toMatchObject({ state: 'failed', exitCode: 9, ledger: { inserted: 0 } });
    expect(outcome.error?.message).toMatch(/breaks expect\.set\(channel\): Field "channel" is none of the values/);
    expect(JSON.stringify(outcome)).not.toContain('fax');
    expect(await table()).toEqual([{ id: 9 }]);
    expect(await quarantine()).toMatchObject([{ reason: 'not_in_set' }]);
  });
});
