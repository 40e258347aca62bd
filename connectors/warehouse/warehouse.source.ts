import { z } from 'zod';
import {
  ConnectorError,
  defineSource,
  isConnectorError,
  type SourceStream,
  type SqlSession,
  type StreamOf,
} from '#sdk';
import { openQuery } from './open-query.js';
import { GUIDE } from './warehouse.guide.js';

const config = z.strictObject({
  destination: z.string().min(1).describe('Name of the destination that is read, such as that of the report'),
  streams: z
    .record(
      z.string().regex(/^[a-z][a-z0-9_]*$/, 'must be snake_case'),
      z
        .strictObject({
          table: z
            .string()
            .regex(/^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*$/, 'must be `schema.table`')
            .optional()
            .describe('Table or view that is read whole, e.g. `report.campaign_monthly`'),
          query: z.string().min(1).optional().describe('A SELECT, in place of a table'),
          primary_key: z.array(z.string()).default([]).describe('Columns that tell its rows apart'),
        })
        .refine(
          ({ table, query }) => (table === undefined) !== (query === undefined),
          'one of `table` and `query` is needed',
        ),
    )
    .refine((streams) => Object.keys(streams).length > 0, 'names no stream')
    .describe('Streams by name, each a table or a query'),
});

interface Warehouse {
  /** Opened when it is first needed. */
  readonly open: () => Promise<SqlSession>;
  session: Promise<SqlSession> | undefined;
  readonly signal: AbortSignal;
}

type Wanted = z.output<typeof config>['streams'][string];

export const warehouse = defineSource({
  name: 'warehouse',
  summary: 'Marts and tables of a SQL destination, to be delivered to another place.',
  guide: GUIDE,
  config,
  connect({ config: { destination }, signal, sql }): Warehouse {
    const client: Warehouse = {
      signal,
      session: undefined,
      open() {
        if (sql === undefined)
          throw new ConnectorError('config', 'A source `warehouse` is read where its destination is configured.', {
            hint: 'Use it in a configuration file that has the destination.',
          });
        client.session ??= sql(destination);
        return client.session;
      },
    };
    return client;
  },
  configured: ({ streams }) => Object.keys(streams).map((stream) => ({ stream, isDeclared: false })),
  check: async ({ open }) => (await open()).query('SELECT 1 AS one'),
  async streams(_kind, { config: { streams }, client, isWanted, leaveOut }) {
    const entries = Object.entries(streams).filter(([name]) => isWanted(name));
    const offered: [string, StreamOf<z.output<typeof config>, Warehouse>][] = [];
    for (const [name, wanted] of entries) {
      try {
        const stream = await streamOf(name, wanted, client);
        offered.push([name, () => stream]);
      } catch (error) {
        if (!isOfOneStream(error)) throw error;
        leaveOut(name, named(name, error));
      }
    }
    return Object.fromEntries(offered);
  },
  close: async ({ session }) => (await session)?.close(),
});

/** A table or query that is wrong, or may not be read; what befalls the session befalls all streams. */
const isOfOneStream = (error: unknown): error is ConnectorError =>
  isConnectorError(error) && (error.kind === 'config' || error.details.fault === 'permission');

/** The server's words do not tell which stream they are about. */
function named(stream: string, error: ConnectorError): ConnectorError {
  if (error.details.stream !== undefined) return error;
  return new ConnectorError(error.kind, `Stream "${stream}": ${error.message}`, { ...error.details, stream });
}

async function streamOf(
  name: string,
  { table, query = `SELECT * FROM ${table}`, primary_key: primaryKey }: Wanted,
  { open, signal }: Warehouse,
): Promise<SourceStream> {
  const { fields, pages } = await openQuery(await open(), name, query);
  const missing = primaryKey.filter((key) => !fields.some((field) => field.name === key));
  if (missing.length > 0)
    throw new ConnectorError(
      'config',
      `Stream "${name}": primary_key names "${missing.join('", "')}", which is no column.`,
      {
        stream: name,
        hint: `Columns: ${fields.map((field) => field.name).join(', ')}.`,
      },
    );
  return {
    kind: 'full_refresh',
    catalog: {
      name,
      summary: table === undefined ? 'A query' : `Table ${table}`,
      fields: fields.map((field) => (primaryKey.includes(field.name) ? { ...field, nullable: false } : field)),
      primaryKey,
      syncModes: ['full_refresh'],
    },
    read: () => pages(signal),
  };
}
