import { ConnectorError } from '#sdk';
import {
  bearer,
  httpClient,
  inParallel,
  pageNumber,
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
/** Of /campaigns/data_series alone: 50,000 a minute. */
const SERIES_LIMIT: RateLimit = { requests: 40_000, per: '1m', share: 'data_series' };

/** Calls under way at a time. Braze states no limit; teams report 4 to 8 as safe. */
const CONCURRENCY = 6;

export type Endpoint = 'list' | 'details' | 'data_series';

/** What a read is given to work with, as far as calls need it. */
export interface Reading {
  readonly client: HttpClient;
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
}

/** One entry of the list of campaigns. */
export interface Campaign {
  readonly id: string;
  readonly [field: string]: unknown;
}

export function openBraze(
  config: { readonly endpoint: string; readonly api_key: string },
  signal: AbortSignal,
  http: Partial<HttpClientOptions>,
): HttpClient {
  return httpClient({
    baseUrl: config.endpoint,
    auth: bearer(config.api_key),
    rateLimit: SHARED_LIMIT,
    check: refuseFailure(config.api_key),
    signal,
    ...http,
  });
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

/** Statuses as Braze means them. A maintenance answers 202 (`queued`); an unknown key 401, by other pages of the docs 404. */
function optionsOf(endpoint: Endpoint): RequestOptions {
  const permission = `campaigns.${endpoint}`;
  const wrongKey =
    'Check `api_key`, and that `endpoint` is the REST host of your own instance, such as https://rest.iad-05.braze.com: ' +
    'other instances do not know your key.';
  return {
    statusKinds: {
      202: 'transient',
      401: { kind: 'auth', hint: wrongKey },
      403: {
        kind: 'auth',
        hint:
          `The key lacks the permission \`${permission}\`, is limited to other IP addresses, or the plan does not have it. ` +
          'A key cannot be changed: create a new one with all permissions that the README of this connector names.',
      },
      // Of one campaign: it is not there any more. See `eachCampaign`.
      ...(endpoint === 'list' ? { 404: { kind: 'config', hint: wrongKey } } : { 400: 'skip', 404: 'skip' }),
    },
    ...(endpoint === 'data_series' ? { rateLimit: SERIES_LIMIT } : {}),
  };
}

/** Asks about one campaign; undefined where Braze does not know it. */
export function ask(client: HttpClient, endpoint: Endpoint, query: Record<string, unknown>, signal?: AbortSignal) {
  return client.get(`/campaigns/${endpoint}`, query, {
    ...optionsOf(endpoint),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Errors beside a success are not fatal (https://www.braze.com/docs/api/errors); what came is loaded, and said. */
function warnOfErrors(body: any, of: string, warn: Reading['warn']): void {
  const count = Array.isArray(body?.errors) ? body.errors.length : 0;
  if (count > 0) warn(`Braze answered ${of} with ${count} error(s) beside the data, which may be incomplete.`);
}

/**
 * All campaigns, page by page. Archived ones too: they keep their history. Never by time of edit: a campaign that nobody has
 * touched for a year may still send. Oldest first, so that a new campaign does not shift the pages.
 */
export function listCampaigns({ client, signal, warn }: Reading): AsyncIterable<readonly Campaign[]> {
  const pages = pageNumber({ first: 0 });
  return client.pages<Campaign>('/campaigns/list', {
    ...optionsOf('list'),
    items: 'campaigns',
    query: { include_archived: true, sort_direction: 'asc' },
    signal,
    paginate: {
      ...pages,
      next(page) {
        warnOfErrors(page.response.body, 'the list of campaigns', warn);
        return pages.next(page);
      },
    },
  });
}

async function* oneByOne<T>(pages: AsyncIterable<readonly T[]>): AsyncIterable<T> {
  for await (const page of pages) yield* page;
}

/**
 * Asks about every campaign, several at a time, and yields the answers in the order of the list. A campaign may be deleted
 * between the list and the call; it is named and left out. When it is all of them, the fault is in the calls.
 */
export async function* eachCampaign(
  reading: Reading,
  endpoint: Endpoint,
  queryOf: (id: string) => Record<string, unknown>,
): AsyncGenerator<{ readonly id: string; readonly body: any }> {
  const { client, signal, warn } = reading;
  const answers = inParallel(
    (stop) => oneByOne(listCampaigns({ client, warn, signal: stop })),
    CONCURRENCY,
    async ({ id }, stop) => ({ id, body: await ask(client, endpoint, queryOf(id), stop) }),
    signal,
  );
  let known = 0;
  const unknown: string[] = [];
  for await (const { id, body } of answers) {
    if (body === undefined) {
      unknown.push(id);
      continue;
    }
    known += 1;
    warnOfErrors(body, `/campaigns/${endpoint} of campaign ${id}`, warn);
    yield { id, body };
  }
  if (known === 0 && unknown.length > 0)
    throw new ConnectorError(
      'source',
      `Braze lists ${unknown.length} campaign(s) and refuses /campaigns/${endpoint} for every one of them`,
      { hint: 'Check `endpoint`. If it is right, this is for the developer: Braze may have changed its parameters.' },
    );
  for (const id of unknown)
    warn(`Campaign ${id} is listed, but /campaigns/${endpoint} does not know it. It was left out; was it deleted?`);
}
