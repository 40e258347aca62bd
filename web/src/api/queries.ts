import { queryOptions } from '@tanstack/react-query';
import { answerOf, api } from './client';

/** How often a page that is open asks again. */
const OFTEN = { refetchInterval: 5_000 };

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: () => answerOf(api.GET('/api/me')),
});

export const connectorsQuery = queryOptions({
  queryKey: ['connectors'],
  queryFn: () => answerOf(api.GET('/api/connectors')),
  staleTime: Infinity,
});

export const connectionsQuery = queryOptions({
  queryKey: ['connections'],
  queryFn: () => answerOf(api.GET('/api/connections')),
  ...OFTEN,
});

export const connectionQuery = (name: string) =>
  queryOptions({
    queryKey: ['connections', name],
    queryFn: () => answerOf(api.GET('/api/connections/{name}', { params: { path: { name } } })),
    ...OFTEN,
  });

export const streamsQuery = (name: string) =>
  queryOptions({
    queryKey: ['streams', name],
    queryFn: () => answerOf(api.GET('/api/connections/{name}/streams', { params: { path: { name } } })),
  });

export const quarantineQuery = (name: string) =>
  queryOptions({
    queryKey: ['quarantine', name],
    queryFn: () => answerOf(api.GET('/api/connections/{name}/quarantine', { params: { path: { name } } })),
  });

export const quarantinedQuery = (name: string, stream: string | undefined) =>
  queryOptions({
    queryKey: ['quarantine', name, 'records', stream],
    queryFn: () =>
      answerOf(
        api.GET('/api/connections/{name}/quarantine/records', {
          params: { path: { name }, query: stream === undefined ? { limit: 200 } : { stream, limit: 200 } },
        }),
      ),
  });

/** What a replay would do: always asked anew. */
export const replayPreviewQuery = (name: string) =>
  queryOptions({
    queryKey: ['replay', name],
    queryFn: () => answerOf(api.GET('/api/connections/{name}/quarantine/replay', { params: { path: { name } } })),
    gcTime: 0,
  });

export const resetPreviewQuery = (name: string, stream: string | undefined) =>
  queryOptions({
    queryKey: ['reset', name, stream],
    queryFn: () =>
      answerOf(
        api.GET('/api/connections/{name}/reset', {
          params: { path: { name }, query: stream === undefined ? {} : { stream } },
        }),
      ),
    gcTime: 0,
  });

/** It asks the source, so it is not asked again by itself. */
export const catalogQuery = (name: string) =>
  queryOptions({
    queryKey: ['catalog', name],
    queryFn: () => answerOf(api.GET('/api/connections/{name}/catalog', { params: { path: { name } } })),
    staleTime: Infinity,
  });

export const schemaChangesQuery = (name: string) =>
  queryOptions({
    queryKey: ['schema changes', name],
    queryFn: () => answerOf(api.GET('/api/connections/{name}/schema-changes', { params: { path: { name } } })),
  });

export const releasesQuery = (month: string) =>
  queryOptions({
    queryKey: ['releases', month],
    queryFn: () => answerOf(api.GET('/api/report/{month}/releases', { params: { path: { month } } })),
  });

export interface RunQuery {
  readonly connection?: string | undefined;
  readonly state?: string | undefined;
  readonly limit: number;
}

export const runsQuery = (query: RunQuery) =>
  queryOptions({
    queryKey: ['runs', query],
    queryFn: () => answerOf(api.GET('/api/runs', { params: { query: query as never } })),
    ...OFTEN,
  });

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ['run', id],
    queryFn: () => answerOf(api.GET('/api/runs/{id}', { params: { path: { id } } })),
    // Also where as many listen to events as the host allows.
    refetchInterval: ({ state: { data } }) => (data?.state === 'running' || data?.state === 'queued' ? 5_000 : false),
  });

export const ledgerQuery = (id: string) =>
  queryOptions({
    queryKey: ['run', id, 'ledger'],
    queryFn: () => answerOf(api.GET('/api/runs/{id}/ledger', { params: { path: { id } } })),
  });

export const lineageQuery = (id: string) =>
  queryOptions({
    queryKey: ['run', id, 'lineage'],
    queryFn: () => answerOf(api.GET('/api/runs/{id}/lineage', { params: { path: { id }, query: { limit: 50 } } })),
  });

export const alertsQuery = (open: boolean) =>
  queryOptions({
    queryKey: ['alerts', open],
    queryFn: () => answerOf(api.GET('/api/alerts', { params: { query: { open, limit: 100 } } })),
    ...OFTEN,
  });

/** To ask is an act in the audit log, so a page that is left open does not ask again. */
export const emergenciesQuery = queryOptions({
  queryKey: ['break-glass'],
  queryFn: () => answerOf(api.GET('/api/break-glass')),
});

/** What was done with one connection, as the audit log has it. */
export const actsQuery = (connection: string) =>
  queryOptions({
    queryKey: ['audit', 'of', connection],
    queryFn: () => answerOf(api.GET('/api/audit', { params: { query: { object: connection, limit: 100 } as never } })),
  });

/** It is reckoned over all tokens, people and regions, so it is not asked again by itself. */
export const accessQuery = queryOptions({
  queryKey: ['access'],
  queryFn: () => answerOf(api.GET('/api/access')),
});

export const requestsQuery = (query: {
  readonly connection?: string | undefined;
  readonly state?: string | undefined;
}) =>
  queryOptions({
    queryKey: ['requests', query],
    queryFn: () => answerOf(api.GET('/api/requests', { params: { query: { ...query, limit: 100 } as never } })),
    ...OFTEN,
  });

export const schedulesQuery = queryOptions({
  queryKey: ['schedules'],
  queryFn: () => answerOf(api.GET('/api/schedules')),
  ...OFTEN,
});

export const backfillQuery = (id: string) =>
  queryOptions({
    queryKey: ['backfill', id],
    queryFn: () => answerOf(api.GET('/api/backfills/{id}', { params: { path: { id } } })),
    ...OFTEN,
  });

export const monthsQuery = queryOptions({ queryKey: ['months'], queryFn: () => answerOf(api.GET('/api/report')) });

export const sectionQuery = (month: string, release?: number) =>
  queryOptions({
    queryKey: ['section', month, release],
    queryFn: () =>
      answerOf(
        api.GET('/api/report/{month}', {
          params: { path: { month }, query: release === undefined ? {} : { release } },
        }),
      ),
    staleTime: 30_000,
  });

/** A report by the parameters of an address, whatever they are. */
export const askedReportQuery = (month: string, query: Readonly<Record<string, string>>) =>
  queryOptions({
    queryKey: ['asked report', month, query],
    queryFn: () => answerOf(api.GET('/api/report/{month}', { params: { path: { month }, query: query as never } })),
  });

export const tableQuery = (
  month: string,
  release: number | undefined,
  table: string,
  filter: Readonly<Record<string, string>>,
) =>
  queryOptions({
    queryKey: ['table', month, release, table, filter],
    queryFn: () =>
      answerOf(
        api.GET('/api/report/{month}/tables/{table}', {
          params: { path: { month, table }, query: release === undefined ? filter : { ...filter, release } },
        }),
      ),
    staleTime: 30_000,
  });
