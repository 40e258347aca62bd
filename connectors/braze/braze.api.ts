import { ConnectorError } from '#sdk';
import {
  bearer,
  httpClient,
  type AnswerCheck,
  type HttpClient,
  type HttpClientOptions,
  type RateLimit,
  type RequestOptions,
} from '#sdk/http';

// Quotas of a workspace, https://www.braze.com/docs/api/api_limits, read 2026-11-24. The workspace's own sends count against
// them too, so a fifth is left to those.
/** Of all endpoints without a quota of their own: 250,000 an hour. */
const SHARED_LIMIT: RateLimit = { requests: 200_000, per: '1h' };
/** Of these alone: 50,000 a minute. */
const SERIES_LIMIT: RateLimit = { requests: 40_000, per: '1m', share: 'data_series' };
/** Of these together: 1,000 an hour. The pages of the purchase series say so too, if not clearly. */
const CATALOG_LIMIT: RateLimit = { requests: 800, per: '1h', share: 'catalog' };

const LIMITS: Readonly<Record<string, RateLimit>> = {
  '/campaigns/data_series': SERIES_LIMIT,
  '/events/list': CATALOG_LIMIT,
  '/purchases/product_list': CATALOG_LIMIT,
  '/purchases/quantity_series': CATALOG_LIMIT,
  '/purchases/revenue_series': CATALOG_LIMIT,
};

/** What a read is given to work with, as far as calls need it. */
export interface Reading {
  readonly client: Braze;
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
}

/** The API, and what was learnt of it in this run. */
export interface Braze {
  readonly http: HttpClient;
  /** Entries of the lists that were read to their end, by path. */
  readonly lists: Map<string, readonly Listed[]>;
  /** What the details of campaigns and Canvases have said, by id. Their bodies hold whole messages, so they are not kept. */
  readonly details: Map<string, Details>;
  /** What was told of single campaigns and the like: each of several streams finds the same one missing. */
  readonly told: Set<string>;
}

/** One entry of a list. */
export interface Listed {
  readonly id: string;
  readonly [field: string]: unknown;
}

export interface Details {
  readonly life: Life;
  readonly row: unknown;
}

/** First and last day of sends or entries, if Braze says; `isIdle`: there was none up to now. */
export interface Life {
  readonly first: string | null;
  readonly last: string | null;
  readonly isIdle: boolean;
}

export function openBraze(
  config: { readonly endpoint: string; readonly api_key: string },
  signal: AbortSignal,
  http: Partial<HttpClientOptions>,
): Braze {
  const client = httpClient({
    baseUrl: config.endpoint,
    auth: bearer(config.api_key),
    rateLimit: SHARED_LIMIT,
    check: refuseFailure(config.api_key),
    signal,
    ...http,
  });
  return { http: client, lists: new Map(), details: new Map(), told: new Set() };
}

/** Braze answers what is wrong with a request by its status; a failure under a 200 is its own and may pass. */
function refuseFailure(secret: string): AnswerCheck {
  return (body) => {
    if (body?.message === 'success') return;
    const message = typeof body?.message === 'string' ? body.message : 'no message';
    throw new ConnectorError('transient', `answered 200 with "${masked(message, secret)}" instead of "success"`, {
      hint: 'Braze has a fault of its own. Try again later, or look at https://braze.statuspage.io.',
    });
  };
}

const masked = (text: string, secret: string): string => text.slice(0, 200).replaceAll(secret, '***');

const WRONG_KEY =
  'Check `api_key`, and that `endpoint` is the REST host of your own instance, such as https://rest.iad-05.braze.com: ' +
  'other instances do not know your key.';

/** The permission of an endpoint is called like its path. */
export const permissionOf = (path: string): string => path.slice(1).replaceAll('/', '.');

export const grantHint = (path: string): string =>
  `The key lacks the permission \`${permissionOf(path)}\`, is limited to other IP addresses, or the plan does not have it. ` +
  'A key cannot be changed: create a new one with all permissions that the page of this connector names.';

/** The key is good, and may not read this. */
export const forbidden = (path: string): ConnectorError =>
  new ConnectorError('auth', `Braze refuses ${path} with 403`, { fault: 'permission', hint: grantHint(path) });

/** Statuses as Braze means them. A maintenance answers 202 (`queued`); an unknown key 401, by other pages of the docs 404. */
function optionsOf(path: string): RequestOptions {
  const rateLimit = LIMITS[path];
  return {
    statusKinds: {
      202: 'transient',
      401: { kind: 'auth', hint: WRONG_KEY },
      403: { kind: 'auth', hint: grantHint(path) },
      404: { kind: 'config', hint: WRONG_KEY },
    },
    ...(rateLimit === undefined ? {} : { rateLimit }),
  };
}

type Query = Readonly<Record<string, unknown>>;

/** Asks about the workspace as a whole. */
export async function ask({ client, signal, warn }: Reading, path: string, query: Query): Promise<any> {
  const body = await client.http.get(path, query, { ...optionsOf(path), signal });
  warnOfErrors(body, path, warn);
  return body;
}

/** Asks about one thing. The body is undefined where Braze does not know it (400, 404) or does not let this key see it (403). */
export function askAbout(
  { http }: Braze,
  path: string,
  query: Query,
  signal?: AbortSignal,
): Promise<{ readonly status: number; readonly body: any }> {
  const options = optionsOf(path);
  return http.request<any>({
    ...options,
    statusKinds: { ...options.statusKinds, 400: 'skip', 403: 'skip', 404: 'skip' },
    method: 'GET',
    path,
    query,
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Asks about one thing that the configuration names. Undefined, and said, where Braze does not know it. */
export async function askNamed(
  { client, signal, warn }: Reading,
  path: string,
  query: Query,
  named: string,
): Promise<any> {
  const { status, body } = await askAbout(client, path, query, signal);
  if (status === 403) throw forbidden(path);
  if (body === undefined) warn(`Braze does not know ${named}; it was left out.`);
  else warnOfErrors(body, `${path} of ${named}`, warn);
  return body;
}

/** Errors beside a success are not fatal (https://www.braze.com/docs/api/errors); what came is loaded, and said. */
export function warnOfErrors(body: any, of: string, warn: Reading['warn']): void {
  const count = Array.isArray(body?.errors) ? body.errors.length : 0;
  if (count > 0) warn(`Braze answered ${of} with ${count} error(s) beside the data, which may be incomplete.`);
}

/** The id of an entry of a list; a bare text is its own. */
const idOf = (entry: any): unknown => (typeof entry === 'string' ? entry : entry?.id);

/**
 * Reads a list page by page, up to an empty one. A page that came before is asked for once more: a list that never ends would
 * be read for ever, and one that a page is missing from would not be told from a whole one.
 */
export async function* pagesOf(
  reading: Reading,
  path: string,
  items: string,
  query: Query,
): AsyncGenerator<readonly unknown[]> {
  const entriesOf = async (page: number): Promise<readonly unknown[]> => {
    const entries = (await ask(reading, path, { ...query, page }))[items];
    if (!Array.isArray(entries)) throw malformedList(path, `has no list "${items}"`);
    return entries;
  };
  let previous = '';
  for (let page = 0; ; page += 1) {
    const isRepeated = (found: readonly unknown[]) => found.length > 0 && found.map(idOf).join() === previous;
    let entries = await entriesOf(page);
    if (isRepeated(entries)) entries = await entriesOf(page);
    if (isRepeated(entries)) throw malformedList(path, 'gives the same page twice in a row');
    if (entries.length === 0) return;
    previous = entries.map(idOf).join();
    yield entries;
  }
}

const malformedList = (path: string, what: string): ConnectorError =>
  new ConnectorError('source', `Braze's answer to ${path} ${what}`, {
    hint: 'Braze has changed its answer, or something between answers in its place; this is for the developer.',
  });
