import createClient from 'openapi-fetch';
import type { paths } from './schema';
import { isUnattended } from './attendance';
import { keptToken } from './token';

/** The host's API; the types come from its OpenAPI document. */
export const api = createClient<paths>({ baseUrl: '/' });

api.use({
  onRequest({ request }) {
    const token = keptToken();
    if (token !== undefined) request.headers.set('Authorization', `Bearer ${token}`);
    if (isUnattended()) request.headers.set('X-Unattended', '1');
    return request;
  },
});

/** What the host answered instead: a problem of RFC 9457, or nothing at all. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** People can log in at `/login`. */
    readonly canLogIn = false,
  ) {
    super(message);
  }
}

interface Answered<T> {
  readonly data?: T | undefined;
  readonly error?: unknown;
  readonly response: Response;
}

/** The answer itself, or an error that says what the host said. */
export async function answerOf<T>(asking: Promise<Answered<T>>): Promise<T> {
  let answered: Answered<T>;
  try {
    answered = await asking;
  } catch {
    throw new Problem(0, 'The host does not answer. Look whether `tributary serve` still runs.');
  }
  if (answered.data !== undefined) return answered.data;
  const { detail } = (answered.error ?? {}) as { detail?: unknown };
  const { status, headers } = answered.response;
  const message = typeof detail === 'string' ? detail : `The host answered with status ${status}.`;
  throw new Problem(status, message, headers.get('Link')?.includes('rel="login"'));
}

export type Answer<
  Path extends keyof paths,
  Method extends keyof paths[Path],
  Status extends number,
> = paths[Path][Method] extends {
  responses: Record<Status, { content: { 'application/json': infer Body } }>;
}
  ? Body
  : never;

export type Me = Answer<'/api/me', 'get', 200>;
export type Connection = Answer<'/api/connections/{name}', 'get', 200>;
export type Run = Answer<'/api/runs/{id}', 'get', 200>;
export type RunFault = NonNullable<Run['error']>;
export type StreamLedger = Answer<'/api/runs/{id}/ledger', 'get', 200>['streams'][number];
export type LineageEntry = Answer<'/api/runs/{id}/lineage', 'get', 200>['lineage'][number];
export type LogLine = Answer<'/api/runs/{id}/logs', 'get', 200>['lines'][number];
export type Alert = Answer<'/api/alerts/{id}', 'get', 200>;
export type Asked = Answer<'/api/requests', 'get', 200>['requests'][number];
export type Backfill = Answer<'/api/backfills/{id}', 'get', 200>;
export type Quarantined = Answer<'/api/connections/{name}/quarantine/records', 'get', 200>['records'][number];
export type Release = Answer<'/api/report/{month}/releases', 'get', 200>['releases'][number];
export type AuditEntry = Answer<'/api/audit', 'get', 200>['entries'][number];
export type Section = Answer<'/api/report/{month}', 'get', 200>;
export type TableRow = Answer<'/api/report/{month}/tables/{table}', 'get', 200>['rows'][number];
export type Figures = Section['totals'];
