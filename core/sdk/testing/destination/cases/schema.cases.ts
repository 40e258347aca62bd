import { compareSchemas, widened, type Field, type RecordData, type SchemaChange } from '../../../../protocol/index.js';
import { mustBe, mustBeRefused, mustHold, NotApplicable } from '../checks.js';
import { columns, ITEM, noKeys } from '../columns.js';
import { makeForeignTable } from '../sql-reader.js';
import type { ConformanceCase, Trial } from '../subject.js';
import { addition } from '../writer-task.js';

const EVERY_TYPE = columns(
  'id integer',
  'a_string string?',
  'a_integer integer?',
  'a_number number?',
  'a_decimal decimal(20,4)?',
  'a_boolean boolean?',
  'a_date date?',
  'a_time time?',
  'a_timestamp timestamp?',
  'a_timestamptz timestamptz?',
  'a_uuid uuid?',
  'a_json json?',
  'must string',
);
const UNCHANGED: SchemaChange = { added: [], removed: [], retyped: [], loosened: [] };

/** Loads under the old columns, changes one, and loads under the new ones. */
async function retype(trial: Trial, from: Field, to: Field, before: unknown, after: unknown): Promise<void> {
  const [id] = ITEM as readonly [Field];
  const table = trial.table({ stream: `${from.type}_to_${to.type}`, fields: [id, from] });
  const { session, load } = await trial.open();
  await session.create(table);
  await load(table, [[{ id: 1, v: before }]]);
  const change = { ...UNCHANGED, retyped: [{ name: 'v', from, to }] };
  const changed = { ...table, fields: [id, to] };
  await session.evolve(changed, change);
  await load(changed, [[{ id: 2, v: after }]], { slice: 'next' });
  const rows: readonly RecordData[] = [
    { id: 1, v: before },
    { id: 2, v: after },
  ];
  await trial.expectRows(changed, rows, `After ${from.type} became ${to.type} the table`);
  const found = (await session.describe(changed))?.fields.find(({ name }) => name === 'v');
  mustBe(`The type after ${from.type} became ${to.type}`, found?.type, to.type);
}

const v = (text: string) => columns(`v ${text}`)[0] as Field;

export const SCHEMA: readonly ConformanceCase[] = [
  {
    name: 'a table is described as it was made: every type, its digits, what may be null; none as undefined',
    area: 'schema',
    async run(trial) {
      const table = trial.table({ fields: EVERY_TYPE });
      const { session, load } = await trial.open();
      mustBe('What is not there', await session.describe(table), undefined);
      await session.create(table);
      await session.create(table);
      await load(table, [[{ id: 1, must: 'x' }]]);
      const { session: later } = await trial.open();
      const found = (await later.describe(table))?.fields ?? [];
      mustBe('The difference', compareSchemas(found, table.fields), { added: [], removed: [], retyped: [] });
      const loose = table.fields.filter(({ nullable }) => nullable).map(({ name }) => name);
      const foundLoose = new Set(found.filter(({ nullable }) => nullable).map(({ name }) => name));
      mustBe(
        'Columns that may be null and are not',
        loose.filter((name) => !foundLoose.has(name)),
        [],
      );
    },
  },
  {
    name: 'a column that comes is added; the rows before it have null there',
    area: 'schema',
    notFor: (trial) => (trial.capabilities.keepsKeys ? undefined : 'What is delivered once is not changed.'),
    async run(trial) {
      const table = trial.table({ fields: ITEM });
      const { session, load } = await trial.open();
      await session.create(table);
      await load(table, [[{ id: 1, name: 'a' }]]);
      const changed = { ...table, fields: [...ITEM, ...columns('more integer?', 'Other json?')] };
      await session.evolve(changed, addition(...columns('more integer?', 'Other json?')));
      await load(changed, [[{ id: 2, name: 'b', more: 5, Other: { x: 1 } }]], { slice: 'next' });
      await trial.expectRows(changed, [
        { id: 1, name: 'a' },
        { id: 2, name: 'b', more: 5, Other: { x: 1 } },
      ]);
    },
  },
  {
    name: 'a column that no longer comes stays with what it holds; new rows have null there',
    area: 'schema',
    notFor: (trial) => (trial.capabilities.keepsKeys ? undefined : 'What is delivered once is not changed.'),
    async run(trial) {
      const table = trial.table({ fields: columns('id integer', 'name string?', 'gone integer?') });
      const { session, load } = await trial.open();
      await session.create(table);
      await load(table, [[{ id: 1, name: 'a', gone: 7 }]]);
      const found = await session.describe(trial.table({ fields: ITEM }));
      mustBe('Removed', compareSchemas(found?.fields ?? [], ITEM).removed, ['gone']);
      await load(trial.table({ fields: ITEM }), [[{ id: 2, name: 'b' }]], { slice: 'next' });
      await trial.expectRows(table, [
        { id: 1, name: 'a', gone: 7 },
        { id: 2, name: 'b' },
      ]);
    },
  },
  {
    name: 'a column is widened, and what it holds keeps its value',
    area: 'schema',
    notFor: (trial) => (trial.capabilities.keepsKeys ? undefined : 'What is delivered once is not changed.'),
    async run(trial) {
      const big = 9_007_199_254_740_993n;
      await retype(trial, v('integer?'), v('decimal(38,4)?'), big, '12345678901234567890.5');
      await retype(trial, v('integer?'), v('string?'), big, 'text');
      await retype(trial, v('number?'), v('string?'), -0.1, 'text');
      await retype(trial, v('decimal(10,2)?'), v('string?'), '12345678.25', 'text');
      await retype(trial, v('boolean?'), v('string?'), 'true', 'text');
      await retype(trial, v('uuid?'), v('string?'), '00000000-0000-4000-8000-00000000000a', 'text');
      await retype(trial, v('date?'), v('string?'), '2024-02-29', 'text');
      await retype(trial, v('decimal(10,2)?'), v('decimal(20,2)?'), '12345678.25', '123456789012345678.25');
    },
  },
  {
    name: 'a day is widened to a time at its beginning',
    area: 'schema',
    notFor: (trial) => (trial.capabilities.keepsKeys ? undefined : 'What is delivered once is not changed.'),
    async run(trial) {
      const [id] = ITEM as readonly [Field];
      const table = trial.table({ fields: [id, v('date?')] });
      const { session, load } = await trial.open();
      await session.create(table);
      await load(table, [[{ id: 1, v: '2024-02-29' }]]);
      const changed = { ...table, fields: [id, v('timestamp?')] };
      await session.evolve(changed, { ...UNCHANGED, retyped: [{ name: 'v', from: v('date?'), to: v('timestamp?') }] });
      await trial.expectRows(changed, [{ id: 1, v: '2024-02-29T00:00:00' }]);
    },
  },
  {
    name: 'a type that conflicts shows in the description, and nothing can be made of it silently',
    area: 'schema',
    async run(trial) {
      const table = trial.table({ fields: columns('id integer', 'v json?') });
      const { session, load } = await trial.open();
      await session.create(table);
      await load(table, [[{ id: 1, v: { a: 1 } }]]);
      const found = (await session.describe(table))?.fields ?? [];
      const conflict = compareSchemas(found, columns('id integer', 'v integer?')).retyped[0];
      mustHold(conflict !== undefined, 'The conflict does not show.');
      mustBe('A type that holds both', widened(conflict.from, conflict.to), undefined);
      await trial.expectRows(table, [{ id: 1, v: { a: 1 } }]);
    },
  },
  {
    name: 'a column that may have nulls from now on takes them',
    area: 'schema',
    async run(trial) {
      const table = trial.table({ fields: columns('id integer', 'name string') });
      const { session, load } = await trial.open();
      await session.create(table);
      await load(table, [[{ id: 1, name: 'a' }]]);
      const strict = await load(table, [[{ id: 2, name: null }]], { slice: 'refused' });
      mustBe('Quarantined while it may not', strict.quarantined, 1);
      const changed = { ...table, fields: ITEM };
      await session.evolve(changed, { ...UNCHANGED, loosened: ['name'] });
      await load(changed, [[{ id: 3, name: null }]], { slice: 'next' });
      await trial.expectRows(changed, [{ id: 1, name: 'a' }, { id: 3 }]);
    },
  },
  {
    name: 'a schema changes in mid-run: what was staged before lands beside what is staged after',
    area: 'schema',
    notFor: noKeys,
    async run(trial) {
      const table = trial.table({ fields: ITEM });
      const { session, load } = await trial.open();
      await session.create(table);
      await load(table, [[{ id: 1, name: 'a' }]]);
      const changed = { ...table, fields: [...ITEM, ...columns('more integer?')] };
      await session.evolve(changed, addition(...columns('more integer?')));
      // A writer that still knows the old columns.
      await load(
        table,
        [
          [
            { id: 1, name: 'b' },
            { id: 2, name: 'c' },
          ],
        ],
        { slice: 'old' },
      );
      await load(changed, [[{ id: 2, name: 'c', more: 1 }]], { slice: 'new' });
      await trial.expectRows(changed, [
        { id: 1, name: 'b' },
        { id: 2, name: 'c', more: 1 },
      ]);
    },
  },
  {
    name: 'a run that was taken over can neither make nor change a table',
    area: 'schema',
    notFor: (trial) =>
      trial.capabilities.keepsKeys ? undefined : 'Its columns are committed with the next checkpoint.',
    async run(trial) {
      const table = trial.table({ fields: ITEM });
      const zombie = await trial.open();
      await zombie.session.create(table);
      const { session } = await trial.open();
      const changed = { ...table, fields: [...ITEM, ...columns('more integer?')] };
      await mustBeRefused('A change by a zombie', ['locked'], () =>
        zombie.session.evolve(changed, addition(...columns('more integer?'))),
      );
      const other = trial.table({ fields: ITEM, stream: 'other' });
      await mustBeRefused('A table of a zombie', ['locked'], () => zombie.session.create(other));
      mustBe(
        'The columns',
        (await session.describe(table))?.fields.map(({ name }) => name),
        ['id', 'name'],
      );
      mustBe('The other table', await session.describe(other), undefined);
    },
  },
  {
    name: 'a table that somebody else has made is refused, or adopted where that is asked for, and keeps its rows',
    area: 'schema',
    notFor: (trial) => (trial.capabilities.keepsKeys ? undefined : 'What is delivered once is not changed.'),
    async run(trial) {
      const { session, load } = await trial.open();
      if (session.adopt === undefined || trial.sql === undefined) throw new NotApplicable('It adopts no tables.');
      // So that the schema is there.
      await session.create(trial.table({ stream: 'first', fields: ITEM }));
      const table = trial.table({ fields: [...ITEM, ...columns('more integer?')] });
      const old = [1, 2, 3].map((id) => ({ id, name: `old ${id}`, note: 'kept' }));
      await makeForeignTable(trial.sql, table, old);
      await mustBeRefused('A table of somebody else', ['config'], () => session.describe(table));
      const adopted = { ...table, adopt: true };
      mustBe('What it is', (await session.describe(adopted))?.origin, 'foreign');
      const look = await session.adopt(adopted, columns('more integer?'), { isDry: true });
      mustBe('Rows that it has', look.rows, 3);
      mustBe('After a look it is', (await session.describe(adopted))?.origin, 'foreign');
      await session.adopt(adopted, columns('more integer?'), { isDry: false });
      mustBe('What it has become', (await session.describe(table))?.origin, 'adopted');
      const first = [
        { id: 1, name: 'old 1', more: null },
        { id: 2, name: 'new 2', more: 2 },
        { id: 4, name: 'new 4', more: 4 },
      ];
      const { inserted, updated, unchanged } = await load(table, [first]);
      mustBe('What became of them', [inserted, updated, unchanged], [1, 1, 1]);
      // Rows that no run has loaded are not the source's to take away.
      await load(table, [[{ id: 5, name: 'new 5', more: 5 }]], { slice: 'next', replacesAll: true });
      const whole = { ...table, fields: [...table.fields, ...columns('note string?')] };
      await trial.expectRows(whole, [
        { id: 1, name: 'old 1', note: 'kept' },
        { id: 3, name: 'old 3', note: 'kept' },
        { id: 5, name: 'new 5', more: 5 },
      ]);
    },
  },
];
