import type { Ledger, RecordData } from '../../../../protocol/index.js';
import { isConnectorError } from '../../../errors.js';
import { mustBe, mustBeRefused, mustHold } from '../checks.js';
import { ITEM, noKeys, noMerge } from '../columns.js';
import { doneBookmark, stage } from '../loading.js';
import type { ConformanceCase } from '../subject.js';

const a = { id: 1, name: 'a' };
const b = { id: 2, name: 'b' };

export const RUNS: readonly ConformanceCase[] = [
  {
    name: 'each run gets a higher epoch than all before it, also of two at once',
    area: 'runs',
    async run(trial) {
      const first = await trial.open();
      const second = await trial.open();
      mustHold(second.epoch > first.epoch, `Epoch ${second.epoch} comes after ${first.epoch}.`);
      const outcomes = await Promise.allSettled([trial.open(), trial.open()]);
      const raised = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.epoch] : []));
      mustHold(raised.length > 0, 'Of two runs that begin at once none gets an epoch.');
      mustHold(
        raised.every((epoch) => epoch > second.epoch),
        'An epoch is not higher than the one before it.',
      );
      mustBe('Different epochs of two runs at once', new Set(raised).size, raised.length);
      for (const outcome of outcomes)
        if (outcome.status === 'rejected')
          await mustBeRefused('One of two runs at once', ['locked'], () => Promise.reject(outcome.reason as Error));
    },
  },
  {
    name: 'a run that was taken over commits nothing any more: no row, no bookmark, no quarantine',
    area: 'runs',
    async run(trial) {
      const table = trial.table({ fields: ITEM });
      const zombie = await trial.open();
      await zombie.session.create(table);
      await zombie.load(table, [[a]], { bookmarks: [doneBookmark(table.stream, 'first', 1)] });
      const staged = await stage(zombie.session, table, [[b, { id: 'bad' }]], {
        slice: 'late',
        bookmarks: [doneBookmark(table.stream, 'late', 1)],
      });
      const { session, load } = await trial.open();
      await mustBeRefused('What a zombie stages anew', ['locked'], async () =>
        (await stage(zombie.session, table, [[b]], { slice: 'later' })).commit(),
      );
      await mustBeRefused('The checkpoint of a zombie', ['locked'], () => staged.commit());
      await trial.expectRows(table, [a], 'After the checkpoint of a zombie the table');
      mustBe('The bookmarks', await session.bookmarks(trial.connection), [doneBookmark(table.stream, 'first', 1)]);
      mustBe(
        'What is in quarantine',
        (await session.quarantined(trial.connection, table.stream, { limit: 5 })).length,
        0,
      );
      await load(table, [[{ ...b, name: 'of the new run' }]], { slice: 'new' });
      await trial.expectRows(table, [a, { ...b, name: 'of the new run' }]);
    },
  },
  {
    name: 'a run that was taken over cannot set bookmarks by hand',
    area: 'runs',
    async run(trial) {
      const table = trial.table({ fields: ITEM });
      const zombie = await trial.open();
      await zombie.session.create(table);
      const { session } = await trial.open();
      const bookmark = doneBookmark(table.stream, 'x', 1);
      await session.setBookmarks(trial.connection, [bookmark], []);
      await mustBeRefused('A bookmark that a zombie sets', ['locked'], () =>
        zombie.session.setBookmarks(trial.connection, [], [{ stream: table.stream }]),
      );
      mustBe('The bookmarks', await session.bookmarks(trial.connection), [bookmark]);
    },
  },
  {
    name: 'of two runs that commit at the same moment only the newer one does',
    area: 'runs',
    async run(trial) {
      const table = trial.table({ fields: ITEM });
      const older = await trial.open();
      await older.session.create(table);
      const first = await stage(older.session, table, [[{ id: 1, name: 'older' }]]);
      const newer = await trial.open();
      const second = await stage(newer.session, table, [[{ id: 1, name: 'newer' }]]);
      const [lost, won] = await Promise.allSettled([first.commit(), second.commit()]);
      mustHold(
        won.status === 'fulfilled',
        `The newer run is refused: ${won.status === 'rejected' ? String(won.reason) : ''}`,
      );
      mustHold(
        lost.status === 'rejected' && isConnectorError(lost.reason) && lost.reason.kind === 'locked',
        'The older run is not refused as `locked`.',
      );
      await trial.expectRows(table, [{ id: 1, name: 'newer' }]);
    },
  },
  {
    name: 'two writers of one run into one table at once: each key is there once, and the ledgers balance',
    area: 'runs',
    notFor: (trial) => noMerge(trial) ?? noKeys(trial),
    async run(trial) {
      const table = trial.table({ fields: ITEM });
      const { session } = await trial.open();
      await session.create(table);
      const part = (from: number, name: string): RecordData[] =>
        Array.from({ length: 300 }, (_, at) => ({ id: from + at, name }));
      const ledgers: Ledger[] = [];
      for (const round of [0, 1, 2]) {
        const staged = await Promise.all(
          [part(0, `${round} left`), part(150, `${round} right`)].map((records, at) =>
            stage(session, table, [records], { slice: `${round}_${at}` }),
          ),
        );
        ledgers.push(...(await Promise.all(staged.map((one) => one.commit()))));
      }
      const rows = await trial.rows(table);
      mustBe('Rows', rows.length, 450);
      mustBe('Different keys', new Set(rows.map((row) => (JSON.parse(row) as { id: string }).id)).size, 450);
      mustBe(
        'Inserted, over all ledgers',
        ledgers.reduce((sum, { inserted }) => sum + inserted, 0),
        450,
      );
    },
  },
  {
    name: 'connections do not fence each other',
    area: 'runs',
    async run(trial) {
      const table = trial.table({ fields: ITEM });
      const { session, load } = await trial.open();
      await session.create(table);
      const other = await trial.connect();
      await other.raiseFence({ id: '00000000-0000-4000-8000-000000000001', connection: `${trial.connection}_b` });
      await load(table, [[a]], { bookmarks: [doneBookmark(table.stream, 'x', 1)] });
      await trial.expectRows(table, [a]);
      mustBe('Bookmarks of the other one', await other.bookmarks(`${trial.connection}_b`), []);
    },
  },
  {
    name: 'bookmarks are set and removed by hand, one partition or a whole stream',
    area: 'runs',
    async run(trial) {
      const { session } = await trial.open();
      const frontier = {
        stream: 'days',
        partition: '',
        position: { kind: 'frontier', frontier: '2024-02-29', completed: [['2024-03-02', '2024-03-03']] },
      } as const;
      const [first, second] = [doneBookmark('it"em\'s', 'ä/1.csv', 1), doneBookmark('it"em\'s', '2', 2)];
      await session.setBookmarks(trial.connection, [frontier, first, second], []);
      const sorted = async () =>
        (await session.bookmarks(trial.connection)).map((bookmark) => JSON.stringify(bookmark)).toSorted();
      const expected = (...bookmarks: object[]) => bookmarks.map((bookmark) => JSON.stringify(bookmark)).toSorted();
      mustBe('The bookmarks', (await sorted()).length, 3);
      const moved = { ...frontier, position: { ...frontier.position, frontier: '2024-03-05', completed: [] } };
      await session.setBookmarks(trial.connection, [moved], [{ stream: first.stream, partition: first.partition }]);
      const kept = (await session.bookmarks(trial.connection)).map(({ stream, partition }) => `${stream} ${partition}`);
      mustBe('What is left', kept.toSorted(), [`days `, `it"em's file:2`].toSorted());
      await session.setBookmarks(trial.connection, [], [{ stream: 'days' }]);
      mustBe('At the end', await sorted(), expected(...(await session.bookmarks(trial.connection))));
      mustBe('Bookmarks at the end', (await session.bookmarks(trial.connection)).length, 1);
    },
  },
];
