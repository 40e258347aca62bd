import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { parseByForeignGrammars } from '../../../support/snowflake-grammar.js';
import { fields, rows } from '../../engine/runs.js';
import { openAccount } from './account.js';

/** `UPDATE_GOLDEN=1 npm test -- statements.test` writes it anew; the difference is what a review looks at. */
const GOLDEN = fileURLToPath(new URL('../../../fixtures/snowflake/statements.sql', import.meta.url));

const TYPES = [
  'string',
  'integer',
  'number',
  'decimal',
  'boolean',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'uuid',
  'json',
];
const WIDE = { fields: fields('id integer', ...TYPES.map((type) => `c_${type} ${type}?`)), version: 'c_timestamptz' };
const MARKS = () => [
  { fact: 'f', day: { column: 'c_timestamptz', timeZone: 'America/Chicago' }, campaign: { column: 'c_string' } },
  {
    fact: 'g',
    day: { column: 'c_timestamp', writtenIn: 'UTC', timeZone: 'Europe/Berlin' },
    campaign: { value: `it's \\ here` },
  },
  { fact: 'h', day: null, campaign: null },
];

const MARKS_OF_ADOPTED = () => [{ fact: 'f', day: null, campaign: null }];

/** What differs from run to run is made the same. */
const settled = (sql: string) =>
  sql
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UUID')
    .replaceAll(/tributary-load-[\w.-]+(?=\/)/g, 'tributary-load-X')
    .replaceAll(/'file:\/\/.*?(tributary-load)/g, "'file:///tmp/$1")
    .replaceAll(/(CURRENT_TRANSACTION\(\) = )'\d+'/g, "$1'N'")
    .replaceAll(/\s+/g, ' ');

it('sends the statements that the golden file holds, and two foreign grammars take each of them', async () => {
  const bench = await openAccount();
  try {
    await bench.query('CREATE SCHEMA raw_foreign');
    await bench.query('CREATE TABLE raw_foreign.foreign_one (id NUMBER, note VARCHAR)');
    bench.statements();
    const ok = (outcome: { readonly error?: unknown }) => expect(outcome.error).toBeUndefined();
    ok(await bench.run(rows(WIDE, [{ id: 1, c_string: 'a' }, { id: 'none' }]), { marksOf: MARKS }));
    ok(await bench.run(rows(WIDE, [{ id: 1, c_string: 'b' }, { id: 'none' }]), { marksOf: MARKS }));
    ok(
      await bench.run(rows(WIDE, [{ id: 2 }]), {
        stream: { sync: 'full_refresh', write: 'overwrite' },
        marksOf: MARKS,
      }),
    );
    ok(await bench.run(rows({ fields: [...WIDE.fields, ...fields('added string?')] }, [{ id: 2, added: 'x' }])));
    ok(
      await bench.run(
        { keyless: { ...rows({ fields: fields('v string?'), key: [] }, [{ v: 'x' }]) } },
        { stream: { write: 'append' } },
      ),
    );
    ok(await bench.run({ retyped: rows({ fields: fields('id integer', 'v integer?') }, [{ id: 1, v: 1 }]) }));
    ok(await bench.run({ retyped: rows({ fields: fields('id integer', 'v string?') }, [{ id: 1, v: 'x' }]) }));
    ok(await bench.run(rows(WIDE, [{ id: 1 }]), { request: { replay: true } }));
    const shape = { fields: fields('id integer', 'name string?') };
    ok(
      await bench.run(
        { foreign_one: rows(shape, [{ id: 1 }]) },
        { stream: { adopt: true }, marksOf: MARKS_OF_ADOPTED, request: { schema: 'raw_foreign' } },
      ),
    );
    const found = [...new Set(bench.statements().map(settled))];
    for (const sql of found) parseByForeignGrammars(sql);
    // What is staged is gone when it is dropped.
    const kept = found.filter((sql) => / TRANSIENT /.test(sql) && !sql.endsWith('DATA_RETENTION_TIME_IN_DAYS = 0'));
    expect(kept).toEqual([]);
    const text = `${found.join(';\n')};\n`;
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(GOLDEN, text);
    expect(text).toBe(readFileSync(GOLDEN, 'utf8'));
  } finally {
    await bench.close();
  }
}, 60_000);
