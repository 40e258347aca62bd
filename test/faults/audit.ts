import type pg from 'pg';
import { exportFiles } from './world/exports.js';
import { VERSIONS, type Version } from './world/rows.js';
import { CONNECTIONS, type ConnectionName, type Expected } from './truth.js';

/** How often a connection's process died, and how often it came to its end, since the warehouse was opened. */
export interface History {
  readonly connection: ConnectionName;
  readonly died: number;
  readonly succeeded: number;
}

/**
 * What is inconsistent in bookmarks, ledger, lineage, fence, staging, dirty marks and the history of runs, as sentences;
 * nothing if all is in order. The tables themselves are compared elsewhere.
 */
export async function inconsistencies(
  client: pg.Pool,
  expected: Expected,
  history: History,
): Promise<readonly string[]> {
  const found: string[] = [];
  const ask = async <T extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []) =>
    (await client.query<T>(sql, [...values])).rows;
  const want = (isRight: boolean, sentence: () => string) => {
    if (!isRight) found.push(sentence());
  };

  const unbalanced = await ask(
    `SELECT stream, slice FROM tributary.ledger
      WHERE read <> filtered + quarantined + staged OR staged <> inserted + updated + unchanged + superseded`,
  );
  want(unbalanced.length === 0, () => `the ledger does not balance: ${JSON.stringify(unbalanced)}`);
  const sums = await ask<{ connection: string; stream: string; sum: string }>(
    'SELECT connection, stream, sum(inserted) - sum(deleted) AS sum FROM tributary.ledger GROUP BY connection, stream',
  );
  for (const { connection, stream, sum } of sums) {
    const [row] = await ask<{ n: string }>(`SELECT count(*) AS n FROM raw_${connection}.${stream}`);
    want(row!.n === sum, () => `${connection}.${stream} holds ${row!.n} rows, its ledger says ${sum}`);
  }
  if (expected.exports !== undefined) found.push(...(await filesReadOnce(ask, expected.exports)));
  if (expected.events !== undefined) found.push(...(await windowsReadOnce(ask)));

  const staging = await ask<{ relname: string }>(
    `SELECT relname FROM pg_class WHERE relname LIKE 'stg\\_%' AND relkind = 'r'`,
  );
  want(staging.length === 0, () => `staging is left: ${staging.map(({ relname }) => relname).join(', ')}`);
  const dirty = await ask<{ fact: string }>('SELECT DISTINCT fact FROM tributary.dirty');
  want(dirty.length === 0, () => `marks are left: ${dirty.map(({ fact }) => fact).join(', ')}`);
  found.push(...(await historyIsTold(ask, history)));
  return found;
}

type Ask = <T extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]) => Promise<readonly T[]>;

/** Each version of a file once in ledger and lineage, and the bookmark at the last one. Overwritten ones are read by every run. */
async function filesReadOnce(ask: Ask, version: Version): Promise<readonly string[]> {
  const found: string[] = [];
  const versions = new Map<string, Set<number>>();
  for (const each of VERSIONS.filter((candidate) => candidate <= version))
    for (const { name, modifiedAt } of exportFiles(each))
      versions.set(name, (versions.get(name) ?? new Set()).add(modifiedAt.getTime()));
  const read = await ask<{ slice: string; lines: string; checksums: string; ledgers: string }>(
    `SELECT slice, count(*) AS lines, count(DISTINCT checksum) AS checksums,
            (SELECT count(*) FROM tributary.ledger l WHERE l.connection = 'exports' AND l.slice = lineage.slice) AS ledgers
       FROM tributary.lineage WHERE connection = 'exports' GROUP BY slice`,
  );
  for (const [name, { size }] of versions) {
    const { lines, checksums, ledgers } = read.find(({ slice }) => slice === name) ?? {};
    const times = name === 'data/members.csv' ? lines : String(size);
    if (lines !== times || ledgers !== times || checksums !== String(size))
      found.push(`${name}, of ${size} versions, was committed ${ledgers} times, with ${checksums} checksums`);
  }
  const marks = await ask<{ partition: string; records: number }>(
    `SELECT partition, (position ->> 'records')::int AS records FROM tributary.bookmark
      WHERE connection = 'exports' AND partition LIKE 'file:%'`,
  );
  const files = exportFiles(version);
  for (const { name, rows } of files) {
    const of = marks.filter(({ partition }) => partition === `file:${name}`);
    if (of.length !== 1 || of[0]!.records !== rows.length)
      found.push(`the bookmark of ${name} is ${JSON.stringify(of)}`);
  }
  if (marks.length !== files.length) found.push(`there are ${marks.length} bookmarks for ${files.length} files`);
  return found;
}

/** The windows of a stream without lookback follow each other without gap or overlap, up to the bookmark. */
async function windowsReadOnce(ask: Ask): Promise<readonly string[]> {
  const found: string[] = [];
  const slices = await ask<{ slice: string }>(
    `SELECT slice FROM tributary.ledger WHERE connection = 'events' AND stream = 'clicks' ORDER BY slice`,
  );
  const windows = slices.map(({ slice }) => slice.split('..'));
  windows.forEach(([from], index) => {
    const before = windows[index - 1]?.[1];
    if (before !== undefined && before !== from) found.push(`a window ends at ${before}, the next begins at ${from}`);
  });
  const [bookmark] = await ask<{ frontier: string }>(
    `SELECT position ->> 'frontier' AS frontier FROM tributary.bookmark WHERE connection = 'events' AND stream = 'clicks'`,
  );
  const end = windows.at(-1)?.[1];
  if (bookmark?.frontier !== end) found.push(`the bookmark is ${bookmark?.frontier}, the last window ended at ${end}`);
  return found;
}

/** Who died is told as interrupted, nobody is left running, and the fence is that of the last run. */
async function historyIsTold(ask: Ask, { connection, died, succeeded }: History): Promise<readonly string[]> {
  const found: string[] = [];
  const states = await ask<{ id: string; connection: string; state: string }>(
    'SELECT id, connection, state FROM tributary_store.run ORDER BY started_at',
  );
  const own = states.filter((run) => run.connection === connection);
  const told = (state: string) => own.filter((run) => run.state === state).length;
  if (told('interrupted') !== died || told('succeeded') !== succeeded || own.length !== died + succeeded)
    found.push(
      `of ${died} dead and ${succeeded} ended runs the store tells ${own.map(({ state }) => state).join(', ')}`,
    );
  for (const name of CONNECTIONS) {
    const last = states.filter((run) => run.connection === name).at(-1);
    if (last === undefined) continue;
    const [fence] = await ask<{ epoch: string; run_id: string }>(
      'SELECT epoch, run_id FROM tributary.fence WHERE connection = $1',
      [name],
    );
    const runs = states.filter((run) => run.connection === name).length;
    if (fence?.run_id !== last.id || fence.epoch !== String(runs))
      found.push(`the fence of ${name} is at ${fence?.epoch} of run ${fence?.run_id}, after ${runs} runs`);
  }
  return found;
}
