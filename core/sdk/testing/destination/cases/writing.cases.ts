import { mustBe } from '../checks.js';
import { columns, ITEM, noAppend, noKeys, noMerge, noOverwrite } from '../columns.js';
import { doneBookmark } from '../loading.js';
import type { ConformanceCase, Trial } from '../subject.js';

const a = { id: 1, name: 'a' };
const b = { id: 2, name: 'b' };
const c = { id: 3, name: 'c' };

/** What the ledger says, of a destination that compares; one that does not counts all as inserted. */
const mustCount = (trial: Trial, ledger: object, expected: object) => {
  if (!trial.capabilities.keepsKeys) return;
  mustBe('The ledger', { ...ledger, ...expected }, ledger);
};

export const WRITING: readonly ConformanceCase[] = [
  {
    name: 'append adds rows, also those that are there already',
    area: 'writing',
    notFor: noAppend,
    async run(trial) {
      const table = trial.table({ fields: ITEM, write: 'append' });
      const { session, load } = await trial.open();
      await session.create(table);
      mustCount(trial, await load(table, [[a, b]]), { inserted: 2, deleted: 0 });
      mustCount(trial, await load(table, [[b], [c]], { slice: 'next' }), { inserted: 2, deleted: 0 });
      await trial.expectRows(table, [a, b, b, c]);
    },
  },
  {
    name: 'overwrite leaves exactly what was read, with a key',
    area: 'writing',
    notFor: (trial) => noOverwrite(trial) ?? noKeys(trial),
    async run(trial) {
      const table = trial.table({ fields: ITEM, write: 'overwrite' });
      const { session, load } = await trial.open();
      await session.create(table);
      mustCount(trial, await load(table, [[a, b]], { replacesAll: true }), { inserted: 2 });
      const ledger = await load(table, [[{ ...b, name: 'B' }, c]], { replacesAll: true });
      mustCount(trial, ledger, { inserted: 1, updated: 1, deleted: 1 });
      await trial.expectRows(table, [{ ...b, name: 'B' }, c]);
    },
  },
  {
    name: 'overwrite leaves exactly what was read, without a key',
    area: 'writing',
    notFor: noOverwrite,
    async run(trial) {
      const table = trial.table({ fields: ITEM, write: 'overwrite', key: [] });
      const { session, load } = await trial.open();
      await session.create(table);
      await load(table, [[a, b]], { replacesAll: true });
      await load(table, [[b], [b, c]], { replacesAll: true });
      await trial.expectRows(table, [b, b, c]);
    },
  },
  {
    name: 'overwrite with nothing leaves an empty table',
    area: 'writing',
    notFor: noOverwrite,
    async run(trial) {
      const table = trial.table({ fields: ITEM, write: 'overwrite', key: [] });
      const { session, load } = await trial.open();
      await session.create(table);
      await load(table, [[a, b]], { replacesAll: true });
      const ledger = await load(table, [], { replacesAll: true });
      mustBe('What the ledger says was deleted', ledger.deleted, 2);
      await trial.expectRows(table, []);
    },
  },
  {
    name: 'merge inserts, updates, and leaves rows alone that are the same',
    area: 'writing',
    notFor: noMerge,
    async run(trial) {
      const table = trial.table({ fields: ITEM });
      const { session, load } = await trial.open();
      await session.create(table);
      mustCount(trial, await load(table, [[a, b]]), { inserted: 2, updated: 0, unchanged: 0 });
      const ledger = await load(table, [[a, { ...b, name: null }, c]], { slice: 'next' });
      mustCount(trial, ledger, { inserted: 1, updated: 1, unchanged: 1, superseded: 0, deleted: 0 });
      await trial.expectRows(table, [a, { ...b, name: null }, c]);
    },
  },
  {
    name: 'a checkpoint that replaces all leaves exactly what was read, also of a merge or append',
    area: 'writing',
    notFor: noMerge,
    async run(trial) {
      const { session, load } = await trial.open();
      // The engine asks it of nobody else.
      if (session.remove === undefined) return;
      for (const [write, changed] of [
        ['merge', 1],
        ['append', 2],
      ] as const) {
        const table = trial.table({ fields: ITEM, name: write, write });
        await session.create(table);
        await load(table, [[a, b]]);
        const ledger = await load(table, [[b, c]], { slice: 'version', replacesAll: true });
        mustCount(trial, ledger, { inserted: changed, updated: 0, deleted: changed });
        await trial.expectRows(table, [b, c]);
      }
    },
  },
  {
    name: 'merge knows null from an empty text, and null from null',
    area: 'writing',
    notFor: noMerge,
    async run(trial) {
      const table = trial.table({ fields: ITEM });
      const { session, load } = await trial.open();
      await session.create(table);
      await load(table, [
        [
          { id: 1, name: null },
          { id: 2, name: '' },
        ],
      ]);
      const ledger = await load(
        table,
        [
          [
            { id: 1, name: '' },
            { id: 2, name: null },
          ],
        ],
        { slice: 'next' },
      );
      mustCount(trial, ledger, { updated: 2, unchanged: 0 });
      mustCount(trial, await load(table, [[{ id: 2, name: null }]], { slice: 'last' }), { unchanged: 1 });
      await trial.expectRows(table, [
        { id: 1, name: '' },
        { id: 2, name: null },
      ]);
    },
  },
  {
    name: 'the first load of a new table lands directly, each key once',
    area: 'writing',
    notFor: noMerge,
    async run(trial) {
      const table = trial.table({ fields: ITEM, fromFiles: true });
      const { load } = await trial.open();
      const ledger = await load(table, [[a, b, { ...a, name: 'later' }], [c]], { direct: true, slice: 'a.csv' });
      mustCount(trial, ledger, { staged: 4, inserted: 3, superseded: 1 });
      await trial.expectRows(table, [{ ...a, name: 'later' }, b, c]);
      mustCount(trial, await load(table, [[b]], { slice: 'b.csv' }), { unchanged: 1 });
    },
  },
  {
    name: 'of files without key, another version of a file replaces its own rows',
    area: 'writing',
    notFor: (trial) => noMerge(trial) ?? noKeys(trial),
    async run(trial) {
      const table = trial.table({
        fields: ITEM,
        key: ['_source_file', '_source_row'],
        keySources: [],
        fromFiles: true,
      });
      const { session, load } = await trial.open();
      await session.create(table);
      await load(table, [[a, b, b]], { slice: 'a.csv', replacesFile: 'a.csv' });
      await load(table, [[a]], { slice: 'b.csv', replacesFile: 'b.csv' });
      const ledger = await load(table, [[a, c]], { slice: 'a.csv', replacesFile: 'a.csv' });
      mustCount(trial, ledger, { inserted: 0, updated: 1, unchanged: 1, deleted: 1 });
      await trial.expectRows(table, [a, c, a]);
    },
  },
  {
    name: 'zero rows commit, and their bookmark with them',
    area: 'writing',
    async run(trial) {
      const table = trial.table({ fields: ITEM });
      const { session, load } = await trial.open();
      await session.create(table);
      const bookmark = doneBookmark(table.stream, 'none', 0);
      const ledger = await load(table, [], { bookmarks: [bookmark] });
      mustBe('What was staged', ledger.staged, 0);
      mustBe('The bookmarks', await session.bookmarks(trial.connection), [bookmark]);
      await trial.expectRows(table, []);
    },
  },
  {
    name: 'a stream without columns lands as rows without columns',
    area: 'writing',
    notFor: (trial) =>
      noAppend(trial) ??
      (trial.capabilities.keepsKeys ? undefined : 'A file without columns has no rows that could be told.'),
    async run(trial) {
      const table = trial.table({ fields: [], write: 'append', key: [] });
      const { session, load } = await trial.open();
      await session.create(table);
      await load(table, [[{}, { ignored: 1 }]]);
      await trial.expectRows(table, [{}, {}]);
    },
  },
  {
    name: 'twenty streams of one run land beside each other',
    area: 'writing',
    async run(trial) {
      const { session, load } = await trial.open();
      const streams = Array.from({ length: 20 }, (_, at) => trial.table({ fields: ITEM, stream: `stream_${at}` }));
      const left = [...streams.entries()];
      // As many at once as the engine runs.
      const work = async () => {
        for (let next = left.shift(); next !== undefined; next = left.shift()) {
          const [at, table] = next;
          await session.create(table);
          for (const part of [0, 1])
            await load(table, [[{ id: part, name: `${at}` }]], {
              slice: `slice_${part}`,
              bookmarks: [doneBookmark(table.stream, `slice_${part}`, 1)],
            });
        }
      };
      await Promise.all([work(), work(), work(), work()]);
      for (const [at, table] of streams.entries())
        await trial.expectRows(
          table,
          [
            { id: 0, name: `${at}` },
            { id: 1, name: `${at}` },
          ],
          `Table "${table.name}"`,
        );
      mustBe('The number of bookmarks', (await session.bookmarks(trial.connection)).length, 40);
    },
  },
  {
    name: 'forty thousand rows in many batches land once each',
    area: 'writing',
    async run(trial) {
      const table = trial.table({ fields: columns('id integer', 'text string') });
      const { session, load } = await trial.open();
      await session.create(table);
      const records = Array.from({ length: 40_000 }, (_, id) => ({ id, text: `${id}`.padEnd(60, 'x') }));
      const ledger = await load(table, [records.slice(0, 9), records.slice(9)]);
      mustBe('What was inserted', ledger.inserted, 40_000);
      await trial.expectRows(table, records);
    },
  },
];
