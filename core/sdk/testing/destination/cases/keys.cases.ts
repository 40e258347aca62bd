import { compareSchemas, type RecordData } from '../../../../protocol/index.js';
import { mustBe, mustBeRefused } from '../checks.js';
import { columns, ITEM, noKeys, noMerge } from '../columns.js';
import { stage } from '../loading.js';
import type { ConformanceCase, Trial } from '../subject.js';

const merging = (trial: Trial) => noMerge(trial) ?? noKeys(trial);
const VERSIONED = columns('id integer', 'name string?', 'version integer?');
const version = (id: number, name: string, at: number | null): RecordData => ({ id, name, version: at });

export const KEYS: readonly ConformanceCase[] = [
  {
    name: 'of a key that comes twice in one batch the last version stays',
    area: 'keys',
    notFor: merging,
    async run(trial) {
      const table = trial.table({ fields: ITEM });
      const { session, load } = await trial.open();
      await session.create(table);
      for (const slice of ['first', 'again']) {
        const records = [
          { id: 1, name: `${slice} a` },
          { id: 2, name: slice },
          { id: 1, name: `${slice} b` },
        ];
        const ledger = await load(table, [records], { slice });
        mustBe('What was superseded', ledger.superseded, 1);
        await trial.expectRows(table, [
          { id: 1, name: `${slice} b` },
          { id: 2, name: slice },
        ]);
      }
    },
  },
  {
    name: 'of a key that comes in two batches the last version stays',
    area: 'keys',
    notFor: merging,
    async run(trial) {
      const table = trial.table({ fields: ITEM });
      const { session, load } = await trial.open();
      await session.create(table);
      const ledger = await load(table, [[{ id: 1, name: 'a' }], [{ id: 2, name: 'x' }], [{ id: 1, name: 'b' }]]);
      mustBe('What was superseded', ledger.superseded, 1);
      await trial.expectRows(table, [
        { id: 1, name: 'b' },
        { id: 2, name: 'x' },
      ]);
    },
  },
  {
    name: 'an older version never replaces a newer one, in a batch or in the table',
    area: 'keys',
    notFor: merging,
    async run(trial) {
      const table = trial.table({ fields: VERSIONED, version: 'version' });
      const { session, load } = await trial.open();
      await session.create(table);
      await load(table, [[version(1, 'new', 5), version(1, 'old', 3), version(2, 'x', 5), version(3, 'none', null)]]);
      const rows = [version(1, 'new', 5), version(2, 'x', 5), version(3, 'none', null)];
      await trial.expectRows(table, rows, 'After versions out of order in one batch the table');
      const older = [version(1, 'older', 4), version(2, 'nothing', null), version(3, 'some', 1)];
      const ledger = await load(table, [older], { slice: 'next' });
      mustBe('Superseded and updated', [ledger.superseded, ledger.updated], [2, 1]);
      await trial.expectRows(table, [version(1, 'new', 5), version(2, 'x', 5), version(3, 'some', 1)]);
    },
  },
  {
    name: 'of two versions that are equal the one that came later stays',
    area: 'keys',
    notFor: merging,
    async run(trial) {
      const table = trial.table({ fields: VERSIONED, version: 'version' });
      const { session, load } = await trial.open();
      await session.create(table);
      await load(table, [[version(1, 'a', 5), version(1, 'b', 5)]]);
      await trial.expectRows(table, [version(1, 'b', 5)], 'After equal versions in one batch the table');
      const ledger = await load(table, [[version(1, 'c', 5)]], { slice: 'next' });
      mustBe('Updated', ledger.updated, 1);
      await trial.expectRows(table, [version(1, 'c', 5)]);
    },
  },
  {
    name: 'versions are compared as what they are: instants, and numbers beyond 2^53',
    area: 'keys',
    notFor: merging,
    async run(trial) {
      for (const [type, older, newer] of [
        ['timestamptz', '2024-01-01T12:00:00.000001+02:00', '2024-01-01T10:00:00.000002Z'],
        ['integer', 9_007_199_254_740_993n, 9_007_199_254_740_994n],
        ['string', '10', '9'],
      ] as const) {
        const fields = columns('id integer', 'name string?', `version ${type}?`);
        const table = trial.table({ stream: `by_${type}`, fields, version: 'version' });
        const { session, load } = await trial.open();
        await session.create(table);
        const kept = { id: 1, name: 'newer', version: newer };
        await load(table, [[kept]]);
        await load(table, [[{ id: 1, name: 'older', version: older }]], { slice: 'next' });
        await trial.expectRows(table, [kept], `With versions of type ${type} the table`);
      }
    },
  },
  {
    name: 'a record whose key changes is another row; an overwrite takes the old one away',
    area: 'keys',
    notFor: merging,
    async run(trial) {
      const table = trial.table({ fields: ITEM });
      const { session, load } = await trial.open();
      await session.create(table);
      await load(table, [[{ id: 1, name: 'a' }]]);
      await load(table, [[{ id: 2, name: 'a' }]], { slice: 'next' });
      await trial.expectRows(table, [
        { id: 1, name: 'a' },
        { id: 2, name: 'a' },
      ]);
      const whole = { ...table, write: 'overwrite' as const };
      await load(whole, [[{ id: 2, name: 'a' }]], { slice: 'whole', replacesAll: true });
      await trial.expectRows(table, [{ id: 2, name: 'a' }]);
    },
  },
  {
    name: 'a stream that comes with another key is refused, and the table stays as it is',
    area: 'keys',
    notFor: merging,
    async run(trial) {
      const fields = columns('id integer', 'name string');
      const table = trial.table({ fields });
      const { session, load } = await trial.open();
      await session.create(table);
      await load(table, [[{ id: 1, name: 'a' }]]);
      const other = trial.table({ fields, key: ['name'] });
      await mustBeRefused('Another key', ['schema', 'config'], () => session.describe(other));
      await trial.expectRows(table, [{ id: 1, name: 'a' }]);
    },
  },
  {
    name: 'a record without its key goes to quarantine, and the others land',
    area: 'keys',
    notFor: merging,
    async run(trial) {
      const fields = columns('id integer', 'part string?', 'name string?');
      const table = trial.table({ fields, key: ['id', 'part'] });
      const { session, load } = await trial.open();
      await session.create(table);
      const good = { id: 1, part: 'a', name: 'x' };
      const ledger = await load(table, [[{ id: 1, part: null, name: 'y' }, good, { part: 'a' }]]);
      mustBe('Quarantined and inserted', [ledger.quarantined, ledger.inserted], [2, 1]);
      await trial.expectRows(table, [good]);
      const held = await session.quarantined(trial.connection, table.stream, { limit: 10 });
      mustBe('Reasons in quarantine', held.map(({ reason, field }) => `${reason} ${field}`).toSorted(), [
        'not_null id',
        'not_null part',
      ]);
      const found = await session.describe(table);
      mustBe(
        'What changes by a column of the key that the source calls nullable',
        found && compareSchemas(found.fields, fields),
        {
          added: [],
          removed: [],
          retyped: [],
        },
      );
    },
  },
  {
    name: 'keys of several columns and types differ where one part does',
    area: 'keys',
    notFor: merging,
    async run(trial) {
      const fields = columns('id integer', 'day date', 'place string', 'at timestamptz', 'unit uuid', 'n integer');
      const table = trial.table({ fields, key: ['place', 'id', 'day', 'at', 'unit'] });
      const { session, load } = await trial.open();
      await session.create(table);
      const base = {
        id: 1,
        day: '2024-02-29',
        place: 'a',
        at: '2024-01-01T00:00:00Z',
        unit: '00000000-0000-4000-8000-000000000001',
        n: 1,
      };
      const records = [
        base,
        { ...base, id: 2 },
        { ...base, day: '2024-03-01' },
        { ...base, place: 'b' },
        { ...base, at: '2024-01-01T00:00:00.000001Z' },
        { ...base, unit: '00000000-0000-4000-8000-000000000002' },
      ];
      await load(table, [records]);
      const changed = records.map((record) => ({ ...record, n: 2 }));
      const ledger = await load(table, [changed], { slice: 'next' });
      mustBe('Updated and inserted', [ledger.updated, ledger.inserted], [6, 0]);
      await trial.expectRows(table, changed);
    },
  },
  {
    name: 'keys of text differ by case, spaces, accents and how they are composed',
    area: 'keys',
    notFor: merging,
    async run(trial) {
      const table = trial.table({ fields: columns('id string', 'n integer') });
      const { session, load } = await trial.open();
      await session.create(table);
      const texts = [
        'a',
        'A',
        'a ',
        ' a',
        '',
        'é',
        'e\u0301',
        'ß',
        'ss',
        '1',
        '01',
        '1.0',
        'null',
        '👩‍👩‍👧‍👦',
        'שלום',
        'a\tb',
        "'",
        '\\',
      ];
      await load(table, [texts.map((id) => ({ id, n: 1 }))]);
      const ledger = await load(table, [texts.map((id) => ({ id, n: 2 }))], { slice: 'next' });
      mustBe('Updated and inserted', [ledger.updated, ledger.inserted], [texts.length, 0]);
      await trial.expectRows(
        table,
        texts.map((id) => ({ id, n: 2 })),
      );
    },
  },
  {
    name: 'keys of numbers beyond 2^53 are told apart',
    area: 'keys',
    notFor: merging,
    async run(trial) {
      const table = trial.table({
        fields: columns('id integer', 'more decimal(38,0)', 'n integer'),
        key: ['id', 'more'],
      });
      const { session, load } = await trial.open();
      await session.create(table);
      const records = [
        { id: 9_007_199_254_740_992n, more: '99999999999999999999999999999999999998' },
        { id: 9_007_199_254_740_993n, more: '99999999999999999999999999999999999998' },
        { id: 9_007_199_254_740_993n, more: '99999999999999999999999999999999999999' },
      ];
      await load(table, [records.map((record) => ({ ...record, n: 1 }))]);
      await load(table, [records.map((record) => ({ ...record, n: 2 }))], { slice: 'next' });
      await trial.expectRows(
        table,
        records.map((record) => ({ ...record, n: 2 })),
      );
    },
  },
  {
    name: 'a slice that is staged again, after an abort or beside what was staged, lands once',
    area: 'keys',
    async run(trial) {
      const table = trial.table({ fields: ITEM });
      const { session, load } = await trial.open();
      await session.create(table);
      const records = [
        { id: 1, name: 'a' },
        { id: 2, name: 'b' },
      ];
      const aborted = await stage(session, table, [records], { slice: 'same' });
      await aborted.writer.abort();
      const forgotten = await stage(session, table, [records], { slice: 'same' });
      await load(table, [records], { slice: 'same' });
      await trial.expectRows(table, records);
      await forgotten.writer.abort();
      await trial.expectRows(table, records, 'After the abort of what was forgotten the table');
    },
  },
];
