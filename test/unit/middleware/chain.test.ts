import { describe, expect, test } from '@jest/globals';
import { CHAIN, planColumns, type StreamRules } from '../../../core/middleware/index.js';
import type { Field } from '../../../core/protocol/index.js';
import { isConnectorError } from '../../../core/sdk/errors.js';

const field = (name: string, type: Field['type'] = 'string', nullable = true): Field => ({ name, type, nullable });
const FIELDS = [field('id', 'string', false), field('email'), field('sent', 'integer'), field('day', 'date')];
const key = Buffer.alloc(32, 1);
const tokenize = { key, version: 1 };

const plan = (rules: Partial<StreamRules>, primaryKey: readonly string[] = []) =>
  planColumns(FIELDS, { stream: 'events', map: [], expect: [], protect: {}, ...rules }, primaryKey);
const names = (rules: Partial<StreamRules>) => plan(rules).map(({ source, target }) => [source, target.name]);

/** The error of rules that cannot be right: its message, and what it offers instead. */
function refusal(rules: Partial<StreamRules>): string {
  try {
    plan(rules);
  } catch (error) {
    if (!isConnectorError(error)) throw error;
    expect(error.kind).toBe('config');
    expect(error.details.stream).toBe('events');
    return `${error.message} ${error.details.hint}`;
  }
  throw new Error('accepted');
}

test('the chain names, then demands, then protects', () => {
  expect(CHAIN.map(([name]) => name)).toEqual(['map', 'validate', 'expect', 'protect']);
});

test('without rules every field lands as it comes, required where the schema or the key says so', () => {
  expect(plan({}, ['day'])).toEqual([
    { source: 'id', sourceType: 'string', target: FIELDS[0], required: true },
    { source: 'email', sourceType: 'string', target: FIELDS[1] },
    { source: 'sent', sourceType: 'integer', target: FIELDS[2] },
    { source: 'day', sourceType: 'date', target: FIELDS[3], required: true },
  ]);
});

describe('map', () => {
  test('renames and drops, rule after rule, each by the name of that moment', () => {
    expect(
      names({ map: [{ rename: { email: 'address' } }, { drop: ['address', 'day'] }, { rename: { sent: 'email' } }] }),
    ).toEqual([
      ['id', 'id'],
      ['sent', 'email'],
    ]);
  });
  test('lets two columns change names', () => {
    expect(names({ map: [{ rename: { id: 'email', email: 'id' } }] }).slice(0, 2)).toEqual([
      ['id', 'email'],
      ['email', 'id'],
    ]);
  });
  test('refuses an unknown column and says which there are', () => {
    expect(refusal({ map: [{ drop: ['mail'] }] })).toMatch(/map\.drop names the column "mail".*id, email, sent, day/);
    expect(refusal({ map: [{ drop: ['email'] }, { rename: { email: 'x' } }] })).toMatch(
      /map\.rename .*"email".*: id, sent, day/,
    );
  });
  test('refuses two columns of one name', () => {
    expect(refusal({ map: [{ rename: { email: 'sent' } }] })).toMatch(/two columns named "sent"/);
    expect(refusal({ map: [{ rename: { email: 'x', sent: 'x' } }] })).toMatch(/two columns named "x"/);
  });
  test('refuses names that belong to the destination', () => {
    expect(refusal({ map: [{ rename: { email: '_run_id' } }] })).toMatch(/"_run_id".*belong to the destination/);
    expect(refusal({ map: [{ rename: { email: '' } }] })).toMatch(/must not be empty/);
  });
});

describe('expect', () => {
  test('adds demands to columns by the name that they land with', () => {
    const rules = {
      map: [{ rename: { sent: 'n' } }],
      expect: [{ not_null: ['n', 'email'] }, { range: { n: { min: 0 } } }, { range: { n: { max: 9 } } }],
    };
    const columns = plan(rules);
    expect(columns.find(({ source }) => source === 'sent')).toMatchObject({ required: true, min: 0, max: 9 });
    expect(columns.find(({ source }) => source === 'email')).toMatchObject({ required: true });
  });
  test('refuses columns that are unknown, dropped, renamed or no numbers', () => {
    expect(refusal({ expect: [{ not_null: ['nope'] }] })).toMatch(
      /expect\.not_null names the column "nope".*id, email, sent, day/,
    );
    expect(refusal({ map: [{ drop: ['sent'] }], expect: [{ range: { sent: { min: 0 } } }] })).toMatch(
      /expect\.range .*"sent", which is not there/,
    );
    expect(refusal({ map: [{ rename: { sent: 'n' } }], expect: [{ not_null: ['sent'] }] })).toMatch(
      /"sent", which is not there.*n/,
    );
    expect(refusal({ expect: [{ range: { day: { min: 0 } } }] })).toMatch(/"day", which is date/);
  });
  test('refuses a range that lets nothing pass', () => {
    expect(refusal({ expect: [{ range: { sent: { min: 2, max: 1 } } }] })).toMatch(/"sent" lets nothing pass/);
    expect(refusal({ expect: [{ range: { sent: { min: Number.NaN } } }] })).toMatch(/"sent" lets nothing pass/);
  });
});

describe('protect', () => {
  test('drops, and tokenizes into a text that stays required', () => {
    const columns = plan({ protect: { email: 'drop', id: { tokenize } } }, ['id']);
    expect(columns.map(({ source }) => source)).toEqual(['id', 'sent', 'day']);
    expect(columns[0]).toEqual({
      source: 'id',
      sourceType: 'string',
      target: field('id', 'string', false),
      required: true,
      tokenize,
    });
    expect(plan({ protect: { sent: { tokenize } } })[2]).toMatchObject({
      sourceType: 'integer',
      target: field('sent'),
    });
  });
  test('refuses unknown columns', () => {
    expect(refusal({ protect: { mail: 'drop' } })).toMatch(/protect names the column "mail".*id, email, sent, day/);
  });
  test('refuses an expectation on what it takes away', () => {
    expect(refusal({ protect: { email: 'drop' }, expect: [{ not_null: ['email'] }] })).toMatch(
      /expect\.not_null names "email"/,
    );
    expect(refusal({ protect: { sent: 'drop' }, expect: [{ range: { sent: { min: 0 } } }] })).toMatch(
      /expect\.range names "sent"/,
    );
    expect(refusal({ protect: { sent: { tokenize } }, expect: [{ range: { sent: { min: 0 } } }] })).toMatch(
      /expect\.range names "sent"/,
    );
  });
  test('refuses a key that is missing, short or without version', () => {
    const short = { tokenize: { key: Buffer.alloc(8), version: 1 } };
    const missing = { tokenize: { key: undefined as unknown as Uint8Array, version: 1 } };
    expect(refusal({ protect: { email: short } })).toMatch(
      /"email" with a key that is unknown or shorter than 16 bytes/,
    );
    expect(refusal({ protect: { email: missing } })).toMatch(/"email" with a key that is unknown/);
    expect(refusal({ protect: { email: { tokenize: { key, version: 0 } } } })).toMatch(
      /"email" with a key that has no version/,
    );
  });
});
