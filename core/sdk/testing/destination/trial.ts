import { randomUUID } from 'node:crypto';
import type { DestinationCapabilities, DestinationSession, SqlSession, TableSpec } from '../../../protocol/index.js';
import { canonicalRow } from './canonical.js';
import { mustHoldRows } from './checks.js';
import { abandonWriters, load } from './loading.js';
import { readBySql } from './sql-reader.js';
import type { DestinationCase, OpenRun, RunWishes, Trial } from './subject.js';

export interface TrialPlace {
  readonly subject: DestinationCase;
  readonly capabilities: DestinationCapabilities;
  readonly connection: string;
  readonly schema: string;
  readonly sql: SqlSession | undefined;
}

/** What one case works with, and what closes it. */
export function openTrial({ subject, capabilities, connection, schema, sql }: TrialPlace): {
  readonly trial: Trial;
  close(): Promise<void>;
} {
  const { plugin, config, baseFolder = process.cwd() } = subject;
  const sessions: DestinationSession[] = [];
  const connect: Trial['connect'] = async ({ probe, config: other = config }: RunWishes = {}) => {
    const session = await plugin.connect(plugin.config.parse(other), {
      signal: new AbortController().signal,
      baseFolder,
      ...(probe === undefined ? {} : { probe }),
    });
    sessions.push(session);
    return session;
  };
  const recordsOf = async (table: TableSpec) => {
    if (subject.read !== undefined) return (await subject.read(table)) ?? [];
    const session = await connect();
    return (await session.describe(table)) === undefined ? [] : readBySql(sql as SqlSession, table);
  };
  const rows: Trial['rows'] = async (table) =>
    (await recordsOf(table)).map((record) => canonicalRow(table.fields, record)).toSorted();
  const trial: Trial = {
    subject,
    capabilities,
    connection,
    schema,
    ...(sql === undefined ? {} : { sql }),
    table(wishes) {
      const stream = wishes.stream ?? 'items';
      const write = wishes.write ?? (capabilities.writeModes.includes('merge') ? 'merge' : 'append');
      const key = wishes.key ?? (write === 'append' ? [] : ['id']);
      // A schema is shared by the cases of a run, so the table is named after the case too.
      const name = `${stream}_${connection.replace(/^.*_/, '')}`;
      return { connection, stream, schema, name, key, keySources: key, fromFiles: false, marks: [], ...wishes, write };
    },
    connect,
    async open(wishes): Promise<OpenRun> {
      const session = await connect(wishes);
      const run = { id: randomUUID(), connection };
      const epoch = await session.raiseFence(run);
      return { run, epoch, session, load: (table, batches, options) => load(session, table, batches, options) };
    },
    rows,
    async expectRows(table, records, when = 'The table') {
      mustHoldRows(
        when,
        await rows(table),
        records.map((record) => canonicalRow(table.fields, record)),
      );
    },
  };
  return {
    trial,
    async close() {
      await Promise.allSettled(
        sessions.map(async (session) => {
          await abandonWriters(session);
          await session.close();
        }),
      );
    },
  };
}
