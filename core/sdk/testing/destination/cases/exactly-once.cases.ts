import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { RecordData, WriteMode } from '../../../../protocol/index.js';
import { mustBe, mustBeRefused, mustHold, NotApplicable } from '../checks.js';
import { columns, ITEM, noOverwrite } from '../columns.js';
import { doneBookmark, stage } from '../loading.js';
import type { ConformanceCase, DestinationCase, LossyWay, Trial } from '../subject.js';
import { runSlices, type WriterTask } from '../writer-task.js';

const NO_POINTS = 'It names no points (`probe` of its context is never called), so nothing can be stopped there.';
const [MORE] = columns('more integer?');

/** Two slices, and a column that comes with the second; what an overwrite reads is one slice. */
function taskOf(trial: Trial, stream: string, write?: WriteMode): WriterTask {
  const table = trial.table({ fields: ITEM, stream, ...(write === undefined ? {} : { write }) });
  const records = (from: number, more?: number): RecordData[] =>
    Array.from({ length: 6 }, (_, at) => ({
      id: from + at,
      name: `${stream} ${at}`,
      ...(more === undefined ? {} : { more }),
    }));
  if (write === 'overwrite') return { connection: trial.connection, table, slices: [records(3)] };
  const added = trial.capabilities.keepsKeys ? MORE : undefined;
  return {
    connection: trial.connection,
    table,
    slices: [records(0), records(10, added === undefined ? undefined : 7)],
    ...(added === undefined ? {} : { added }),
  };
}

const tableOf = ({ table, added }: WriterTask) =>
  added === undefined ? table : { ...table, fields: [...table.fields, added] };

/** The points that a whole run comes by, each once, in order. */
async function pointsOf(trial: Trial, task: WriterTask): Promise<readonly string[]> {
  const points = new Set<string>();
  await runSlices(await trial.connect({ probe: (point) => void points.add(point) }), task);
  await trial.expectRows(tableOf(task), task.slices.flat(), 'After a run that nothing stops the table');
  return [...points];
}

/** The same under a connection of its own, so that several may be tried at once. */
function apart(task: WriterTask): WriterTask {
  const connection = `${task.connection}_${task.table.stream.replaceAll(/[^a-z0-9]/g, '')}`;
  return { ...task, connection, table: { ...task.table, connection } };
}

/** So many at once: most of the time a process starts, or waits until the server lets go of one that is dead. */
const AT_ONCE = 3;

async function eachAtOnce<T>(items: readonly T[], work: (item: T, index: number) => Promise<void>): Promise<void> {
  const rest = [...items.entries()];
  const lane = async () => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) await work(next[1], next[0]);
  };
  // All are waited for, so that none goes on when the case is over.
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, lane));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** Of each slice the rows are there and its bookmark too, or neither, once the next run has begun. */
async function mustAgree(trial: Trial, task: WriterTask, when: string): Promise<void> {
  const session = await trial.connect();
  await session.raiseFence({ id: randomUUID(), connection: task.connection });
  const bookmarks = new Set(
    (await session.bookmarks(task.connection)).map(({ stream, partition }) => `${stream} ${partition}`),
  );
  const done = task.slices.filter((records, index) => {
    const { stream, partition } = doneBookmark(task.table.stream, `slice_${index}`, records.length);
    return bookmarks.has(`${stream} ${partition}`);
  });
  await trial.expectRows(task.table, done.flat(), `${when}, by its bookmarks, the table`);
}

async function mustRecover(trial: Trial, task: WriterTask, when: string): Promise<void> {
  await runSlices(await trial.connect(), task);
  await trial.expectRows(tableOf(task), task.slices.flat(), `${when} and the run after it the table`);
}

/** A process of its own that ends as by `kill -9`. */
async function kill(start: NonNullable<DestinationCase['startWriter']>, task: WriterTask): Promise<void> {
  const child = start(task);
  const said = child.stderr === null ? Promise.resolve('') : text(child.stderr);
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  mustHold(
    signal === 'SIGKILL',
    `The process was to be killed at ${task.kill?.point}; it ended with ${code}: ${await said}`,
  );
}

const noProcess = ({ subject }: Trial) =>
  subject.startWriter === undefined
    ? 'No process can be started with it here (`startWriter`); `connectors test` does.'
    : undefined;
const noLossyWay = ({ subject }: Trial) =>
  subject.loseReply === undefined ? 'No way that loses replies is given (`loseReply`).' : undefined;

/** Points that more than one slice comes by: the second one is stopped, so that there is something to lose. */
const killAt = (point: string) => ({ point, nth: point === 'in_schema_change' ? 1 : 2 });

async function losing(trial: Trial, work: (way: LossyWay) => Promise<void>): Promise<void> {
  const way = await trial.subject.loseReply?.();
  if (way === undefined) return;
  try {
    await work(way);
    mustBe('Replies that were lost', way.losses, 1);
  } finally {
    await way.close();
  }
}

export const EXACTLY_ONCE: readonly ConformanceCase[] = [
  {
    name: 'nothing shows before the commit: not a row, not a bookmark',
    area: 'exactly once',
    async run(trial) {
      const table = trial.table({ fields: ITEM });
      const old = { id: 1, name: 'old' };
      const isSeen: string[] = [];
      let isArmed = false;
      const run = await trial.open({
        probe: async (point) => {
          if (!isArmed || point.startsWith('after_commit')) return;
          if (point !== 'before_commit' && point !== 'after_staging') return;
          isSeen.push(point);
          await trial.expectRows(table, [old], `At ${point} the table`);
          const found = await (await trial.connect()).bookmarks(trial.connection);
          mustBe(`Bookmarks at ${point}`, found.length, 0);
        },
      });
      await run.session.create(table);
      await run.load(table, [[old]]);
      isArmed = true;
      await run.load(table, [[{ id: 2, name: 'new' }]], {
        slice: 'next',
        bookmarks: [doneBookmark(table.stream, 'next', 1)],
      });
      if (isSeen.length === 0) throw new NotApplicable(NO_POINTS);
      mustBe('Bookmarks after the commit', (await run.session.bookmarks(trial.connection)).length, 1);
    },
  },
  {
    name: 'a failure at any named point leaves rows and bookmark together; the next run has each record once',
    area: 'exactly once',
    async run(trial) {
      const points = await pointsOf(trial, taskOf(trial, 'whole'));
      if (points.length === 0) throw new NotApplicable(NO_POINTS);
      await eachAtOnce(points, async (point, index) => {
        const task = apart(taskOf(trial, `failed_${index}`));
        const when = `After a failure at ${point}`;
        const { nth } = killAt(point);
        let seen = 0;
        const probe = (at: string) => {
          if (at === point && ++seen === nth) throw new Error(`stopped at ${point}`);
        };
        await runSlices(await trial.connect({ probe }), task).catch(() => undefined);
        await mustAgree(trial, task, when);
        await mustRecover(trial, task, when);
      });
    },
  },
  {
    name: 'a process that is killed at any named point leaves rows and bookmark together; the next run has each record once',
    area: 'exactly once',
    notFor: noProcess,
    async run(trial) {
      const start = trial.subject.startWriter as NonNullable<DestinationCase['startWriter']>;
      const points = await pointsOf(trial, taskOf(trial, 'whole'));
      if (points.length === 0) throw new NotApplicable(NO_POINTS);
      await eachAtOnce(points, async (point, index) => {
        const task = apart(taskOf(trial, `killed_${index}`));
        const when = `After a kill at ${point}`;
        await kill(start, { ...task, kill: killAt(point) });
        await mustRecover(trial, task, when);
        await mustAgree(trial, task, when);
      });
    },
  },
  {
    name: 'an overwrite whose process is killed leaves the rows before it, or the new ones, whole; the next run the new ones',
    area: 'exactly once',
    notFor: (trial) => noOverwrite(trial) ?? noProcess(trial),
    async run(trial) {
      const start = trial.subject.startWriter as NonNullable<DestinationCase['startWriter']>;
      const points = await pointsOf(trial, taskOf(trial, 'whole', 'overwrite'));
      if (points.length === 0) throw new NotApplicable(NO_POINTS);
      // The last points before the commit, and the first one after it.
      const committed = points.indexOf('after_commit');
      const wanted = committed < 1 ? points.slice(-1) : points.slice(committed - 1, committed + 1);
      for (const [index, point] of wanted.entries())
        for (const hasPrior of [true, false]) {
          const task = taskOf(trial, `replaced_${index}_${hasPrior}`, 'overwrite');
          const prior = [
            { id: 1, name: 'prior' },
            { id: 3, name: 'prior' },
          ];
          const { session, load } = await trial.open();
          await session.create(task.table);
          if (hasPrior) await load(task.table, [prior], { replacesAll: true, slice: 'prior' });
          await kill(start, { ...task, kill: { point, nth: 1 } });
          if (point === 'before_commit')
            await trial.expectRows(task.table, hasPrior ? prior : [], `After a kill at ${point} the table`);
          await mustRecover(trial, task, `After a kill at ${point}`);
        }
    },
  },
  {
    name: 'an overwrite that is given up leaves the rows before it as they were',
    area: 'exactly once',
    notFor: noOverwrite,
    async run(trial) {
      for (const prior of [
        [
          { id: 1, name: 'prior' },
          { id: 2, name: 'prior' },
        ],
        [],
      ]) {
        const table = trial.table({ fields: ITEM, write: 'overwrite', stream: `prior_${prior.length}` });
        const first = await trial.open();
        await first.session.create(table);
        if (prior.length > 0) await first.load(table, [prior], { replacesAll: true });
        const when = `With ${prior.length} rows before it, after an overwrite that`;
        const given = await stage(first.session, table, [[{ id: 2, name: 'new' }], [{ id: 3, name: 'new' }]]);
        await given.writer.abort();
        await trial.expectRows(table, prior, `${when} was aborted the table`);
        await stage(first.session, table, [[{ id: 2, name: 'new' }]]);
        const { load } = await trial.open();
        await trial.expectRows(table, prior, `${when} another run took over from the table`);
        await load(table, [[{ id: 3, name: 'new' }]], { replacesAll: true });
        await trial.expectRows(table, [{ id: 3, name: 'new' }]);
      }
    },
  },
  {
    name: 'a commit whose reply is lost is found, and counted once',
    area: 'exactly once',
    notFor: noLossyWay,
    run: (trial) =>
      losing(trial, async (way) => {
        const table = trial.table({ fields: ITEM });
        const { session } = await trial.open({ config: way.config });
        await session.create(table);
        const records = [
          { id: 1, name: 'a' },
          { id: 2, name: 'b' },
        ];
        const staged = await stage(session, table, [records], { bookmarks: [doneBookmark(table.stream, 'all', 2)] });
        way.arm('after');
        const ledger = await staged.commit();
        mustBe('Inserted', ledger.inserted, 2);
        await trial.expectRows(table, records);
        mustBe('Bookmarks', (await (await trial.connect()).bookmarks(trial.connection)).length, 1);
      }),
  },
  {
    name: 'a commit that is lost on its way is refused, and can be done again by the same run',
    area: 'exactly once',
    notFor: noLossyWay,
    run: (trial) =>
      losing(trial, async (way) => {
        const table = trial.table({ fields: ITEM });
        const { session, load } = await trial.open({ config: way.config });
        await session.create(table);
        const records = [
          { id: 1, name: 'a' },
          { id: 2, name: 'b' },
        ];
        const staged = await stage(session, table, [records]);
        way.arm('before');
        await mustBeRefused('A commit that never arrived', ['transient', 'destination'], () => staged.commit());
        await trial.expectRows(table, [], 'After a commit that never arrived the table');
        mustBe('Inserted at the second attempt', (await load(table, [records])).inserted, 2);
        await trial.expectRows(table, records);
      }),
  },
];
