import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { FRONTIER_PARTITION, STATE_PARTITION, type Bookmark, type DestinationSession } from '../../protocol/index.js';
import { ConnectorError } from '../../sdk/index.js';
import { confirm } from './confirm.js';
import { isDay, isInstant } from './days.js';
import { counted, table } from './output.js';
import { does, type VerbContext } from './verb.js';

interface ChangeOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

interface Change {
  readonly set: readonly Bookmark[];
  readonly remove: readonly Bookmark[];
}

export function stateVerb(program: Command): void {
  const group = program.command('state').description('the bookmarks of a connection');

  const show = group
    .command('show')
    .description('where the next run goes on')
    .argument('<connection>')
    .argument('[stream]');
  does(show, async (context, [connection, stream]) => {
    const bookmarks = await atDestination(context, connection as string, async (session) =>
      (await session.bookmarks(connection as string)).filter(
        (bookmark) => stream === undefined || bookmark.stream === stream,
      ),
    );
    context.output.data('tributary.state/1', bookmarks, () =>
      bookmarks.length === 0
        ? 'no bookmarks: the next run begins at the start'
        : table(['stream', 'partition', 'position'], bookmarks.map(rowOf)),
    );
  });

  const set = group
    .command('set')
    .description('let a stream go on at another day or instant')
    .argument('<connection>')
    .argument('<stream>')
    .argument('<frontier>', 'first cursor value that is not yet read, e.g. 2026-03-01');
  set.option('--dry-run', 'show what would change').option('--yes', 'do not ask');
  does<ChangeOptions>(set, async (context, [connection, stream, frontier], options) => {
    await refuseUnknown(context, connection as string, stream as string);
    refuseTimeless(frontier as string);
    await change(context, connection as string, options, async (present) => {
      const bookmark = await bookmarkAt(context, connection as string, stream as string, {
        text: frontier as string,
        present,
      });
      return { set: [bookmark], remove: present.filter(isAt(bookmark)) };
    });
  });

  const reset = group
    .command('reset')
    .description('forget the bookmarks, so that the next run reads everything again')
    .argument('<connection>')
    .argument('[stream]');
  reset.option('--dry-run', 'show what would change').option('--yes', 'do not ask');
  does<ChangeOptions>(reset, async (context, [connection, stream], options) => {
    if (stream !== undefined) await refuseUnknown(context, connection as string, stream);
    await change(context, connection as string, options, (present) => ({
      set: [],
      remove: present.filter((bookmark) => stream === undefined || bookmark.stream === stream),
    }));
  });
}

function refuseTimeless(text: string): void {
  if (isDay(text) || isInstant(text)) return;
  throw new ConnectorError('config', `"${text}" is no day and no instant.`, {
    hint: 'Write 2026-03-01, or an instant with its zone such as 2026-03-01T06:00:00Z.',
  });
}

/** What lets the stream go on at the day or instant; refuses what the next run could not go on from. */
async function bookmarkAt(
  context: VerbContext,
  connection: string,
  stream: string,
  { text, present }: { readonly text: string; readonly present: readonly Bookmark[] },
): Promise<Bookmark> {
  const installation = await context.installation();
  const { source: name, streams } = installation.configuration.connection(connection);
  const source = await installation.source(name, context.signal);
  try {
    const found = (await source.streams(() => undefined))[stream];
    const isIncremental = found?.catalog.syncModes.includes('incremental') && streams[stream]?.sync !== 'full_refresh';
    if ((found?.kind !== 'incremental' && found?.kind !== 'stateful') || !isIncremental)
      throw new ConnectorError('config', `Stream "${stream}" is not read by a cursor, so there is nothing to set.`, {
        hint: `It is read whole, or file by file: \`tributary state reset ${connection} ${stream}\` lets the next run read it again.`,
      });
    const cursor = found.kind === 'incremental' ? found.cursor.field : found.catalog.cursor;
    const isDaily = found.catalog.fields.find((field) => field.name === cursor)?.type === 'date';
    if (isDaily && !isDay(text))
      throw new ConnectorError('config', `Stream "${stream}" goes on by days, and "${text}" is an instant.`, {
        hint: `Write ${text.slice(0, 10)}.`,
      });
    const moment = isDaily ? text : new Date(text).toISOString();
    if (found.kind === 'incremental')
      return { stream, partition: FRONTIER_PARTITION, position: { kind: 'frontier', frontier: moment, completed: [] } };
    if (found.stateAt === undefined)
      throw new ConnectorError(
        'config',
        `Stream "${stream}" goes on from a state that its source has written, in which no day can be set.`,
        {
          hint: `\`tributary state reset ${connection} ${stream}\` lets the next run read it from its start, which the source may have an option for.`,
        },
      );
    const saved = present.find((bookmark) => bookmark.stream === stream && bookmark.partition === STATE_PARTITION);
    const state = found.stateAt(moment, saved?.position.kind === 'state' ? saved.position.state : undefined);
    return { stream, partition: STATE_PARTITION, position: { kind: 'state', state } };
  } finally {
    await source.close();
  }
}

const rowOf = ({ stream, partition, position }: Bookmark) => [stream, partition, summaryOf(position)];

function summaryOf(position: Bookmark['position']): string {
  switch (position.kind) {
    case 'frontier':
      return `read up to ${position.frontier}`;
    case 'file':
      return `${counted(position.records, 'record')}, sha256 ${position.checksum.slice(0, 12)}…`;
    case 'state':
      return `state of its source: ${JSON.stringify(position.state).slice(0, 200)}`;
    case 'schema':
      return `${counted(position.fields.length, 'column')}, types fixed`;
  }
}
const isAt = (wanted: Bookmark) => (bookmark: Bookmark) =>
  bookmark.stream === wanted.stream && bookmark.partition === wanted.partition;

async function change(
  context: VerbContext,
  connection: string,
  options: ChangeOptions,
  plan: (present: readonly Bookmark[]) => Change | Promise<Change>,
): Promise<void> {
  await atDestination(context, connection, async (session) => {
    const { set, remove } = await plan(await session.bookmarks(connection));
    const isDry = options.dryRun === true;
    const rows = [
      ...remove.map((bookmark) => ['- ', ...rowOf(bookmark)]),
      ...set.map((bookmark) => ['+ ', ...rowOf(bookmark)]),
    ];
    const asks = !isDry && rows.length > 0;
    // Whoever is asked sees first what would change; the result tells it to the others.
    if (asks && options.yes !== true) context.output.note(table(['', 'stream', 'partition', 'position'], rows));
    const isWanted = asks && (await confirm(`Change these bookmarks of "${connection}"?`, options));
    if (isWanted) {
      // Under the fence, so that a run that is on its way can commit nothing any more.
      await session.raiseFence({ id: randomUUID(), connection });
      await session.setBookmarks(connection, set, remove);
    }
    context.output.data('tributary.state_change/1', { connection, set, removed: remove, applied: isWanted }, () =>
      rows.length === 0
        ? 'nothing to change'
        : `${table(['', 'stream', 'partition', 'position'], rows)}\n${isWanted ? 'changed' : 'not changed'}`,
    );
  });
}

async function refuseUnknown(context: VerbContext, connection: string, stream: string): Promise<void> {
  const { streams } = (await context.configuration()).connection(connection);
  if (Object.hasOwn(streams, stream)) return;
  throw new ConnectorError('config', `Connection "${connection}" has no stream "${stream}".`, {
    hint: `It has: ${Object.keys(streams).join(', ')}.`,
  });
}

async function atDestination<T>(
  context: VerbContext,
  connection: string,
  work: (session: DestinationSession) => Promise<T>,
): Promise<T> {
  const installation = await context.installation();
  const { destination } = installation.configuration.connection(connection);
  const session = await installation.destination(destination, context.signal);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
