import { mustBe, mustHold } from '../checks.js';
import { columns, ITEM, noKeys, noMerge } from '../columns.js';
import { stage } from '../loading.js';
import type { ConformanceCase, OpenRun, Trial } from '../subject.js';

const held = ({ session }: Pick<OpenRun, 'session'>, { connection }: Trial) =>
  session.quarantined(connection, 'items', { limit: 100 });

export const QUARANTINE: readonly ConformanceCase[] = [
  {
    name: 'a rejected record shows with the checkpoint, not before, with reason, field, place and payload',
    area: 'quarantine',
    async run(trial) {
      const table = trial.table({ fields: columns('id integer', 'n integer?') });
      const run = await trial.open();
      await run.session.create(table);
      const staged = await stage(
        run.session,
        table,
        [
          [
            { id: 1, n: 1 },
            { id: 2, n: 'x' },
          ],
        ],
        { slice: 'a' },
      );
      mustBe('Records in quarantine before the checkpoint', (await held(run, trial)).length, 0);
      await staged.commit();
      const [record, ...more] = await held(run, trial);
      mustBe('More records', more.length, 0);
      mustBe(
        'The record',
        [record?.reason, record?.field, record?.slice, record?.position, record?.payload],
        ['not_an_integer', 'n', 'a', 2, { id: 2, n: 'x' }],
      );
    },
  },
  {
    name: 'a record that is rejected again is held once; another reason is held beside it',
    area: 'quarantine',
    async run(trial) {
      const table = trial.table({ fields: columns('id integer', 'n integer?', 'day date?') });
      const run = await trial.open();
      await run.session.create(table);
      for (const slice of ['a', 'b']) await run.load(table, [[{ id: 1, n: 'x' }]], { slice });
      mustBe(
        'Reasons after the same twice',
        (await held(run, trial)).map(({ reason }) => reason),
        ['not_an_integer'],
      );
      await run.load(table, [[{ id: 1, n: 1, day: '0000-00-00' }]], { slice: 'c' });
      const reasons = (await held(run, trial)).map(({ reason }) => reason);
      mustBe('Reasons', reasons.toSorted(), ['not_a_date', 'not_an_integer']);
    },
  },
  {
    name: 'a later good version takes a record out of quarantine; an earlier one in the same slice does not',
    area: 'quarantine',
    notFor: (trial) => noMerge(trial) ?? noKeys(trial),
    async run(trial) {
      const table = trial.table({ fields: columns('id integer', 'n integer?') });
      const run = await trial.open();
      await run.session.create(table);
      await run.load(
        table,
        [
          [
            { id: 1, n: 1 },
            { id: 1, n: 'x' },
            { id: 2, n: 'x' },
          ],
        ],
        { slice: 'a' },
      );
      mustBe('Records in quarantine', (await held(run, trial)).length, 2);
      await run.load(table, [[{ id: 2, n: 2 }]], { slice: 'b' });
      mustBe(
        'Keys left',
        (await held(run, trial)).map(({ payload }) => payload['id']),
        [1],
      );
      await run.load(table, [[{ id: 2, n: 'x' }]], { slice: 'c' });
      mustBe('Records once it is bad again', (await held(run, trial)).length, 2);
    },
  },
  {
    name: 'payloads are held whatever is in them: NUL, halves of surrogates, NaN, large integers, a megabyte',
    area: 'quarantine',
    async run(trial) {
      const table = trial.table({ fields: columns('id integer', 'n integer', 'text string?', 'more json?') });
      const run = await trial.open();
      await run.session.create(table);
      const odd = ['a\u0000b', '\ud800', 'שלום 👩‍👩‍👧‍👦', 'x'.repeat(1_000_000), 'it\'s \\ "it"'];
      const ledger = await run.load(table, [
        [...odd.entries()].map(([id, text]) => ({ id, n: 'bad', text, more: { deep: 9_007_199_254_740_993n } })),
        [
          { id: 77, n: Number.NaN },
          { id: 78, n: 1 },
        ],
      ]);
      mustBe('Quarantined and staged', [ledger.quarantined, ledger.staged], [odd.length + 1, 1]);
      const found = await held(run, trial);
      mustBe('Records', found.length, odd.length + 1);
      const texts = new Set(found.map(({ payload }) => payload['text']));
      // Halves of surrogates and NUL may be replaced; of a text this long the row program keeps the beginning.
      for (const text of odd.slice(2).filter(({ length }) => length < 1_000))
        mustHold(texts.has(text), `A payload is not held as it was: ${text}`);
      const long = found.find(({ payload }) => payload['id'] === 2);
      mustBe(
        'A large integer',
        String((long?.payload['more'] as { deep: unknown } | undefined)?.deep),
        '9007199254740993',
      );
    },
  },
  {
    name: 'pages of the quarantine follow each other without gap or repetition',
    area: 'quarantine',
    async run(trial) {
      const table = trial.table({ fields: columns('id integer', 'n integer') });
      const run = await trial.open();
      await run.session.create(table);
      const bad = (from: number) => Array.from({ length: 7 }, (_, at) => ({ id: from + at, n: `bad ${from + at}` }));
      await run.load(table, [bad(0)], { slice: 'a' });
      await run.load(table, [bad(100)], { slice: 'b' });
      const seen: unknown[] = [];
      for (let after; ;) {
        const page = await run.session.quarantined(trial.connection, 'items', {
          limit: 4,
          ...(after === undefined ? {} : { after }),
        });
        seen.push(...page.map(({ payload }) => payload['id']));
        after = page.at(-1);
        if (after === undefined || seen.length > 20) break;
      }
      mustBe('Records', [seen.length, new Set(seen).size], [14, 14]);
    },
  },
  {
    name: 'what a failed run rejected can be kept alone; without that it is gone with what was staged',
    area: 'quarantine',
    async run(trial) {
      const table = trial.table({ fields: ITEM });
      const run = await trial.open();
      await run.session.create(table);
      const records = [
        { id: 1, name: 'a' },
        { id: 'bad', name: 'b' },
      ];
      await (await stage(run.session, table, [records])).writer.abort();
      mustBe('Records after an abort', (await held(run, trial)).length, 0);
      await (await stage(run.session, table, [records])).writer.abort({ keepQuarantine: true });
      mustBe('Records after an abort that keeps them', (await held(run, trial)).length, 1);
      await trial.expectRows(table, []);
    },
  },
];
