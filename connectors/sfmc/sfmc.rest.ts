import { z } from 'zod';
import { isConnectorError, text } from '#sdk';
import type { PageRead, Paginator } from '#sdk/http';
import { grantHint, type Account } from './sfmc.accounts.js';
import { accountColumn } from './sfmc.objects.js';
import { beginAnew, ContinuationLost, type Reading } from './sfmc.soap.js';
import { serverInstant } from './sfmc.time.js';

type Row = Record<string, unknown>;
type Item = Readonly<Record<string, any>>;

export const LIST_PAGE_SIZE = 50;

const instant = (describe: string) => text('timestamptz').nullable().describe(describe);
const optional = (describe: string) => z.string().nullable().describe(describe);
const number = (describe: string) => z.number().int().nullable().describe(describe);
const dateOf = (value: unknown): unknown => (typeof value === 'string' ? serverInstant(value) : (value ?? null));
const textOf = (value: unknown): string | null => (value === null || value === undefined ? null : String(value));

export interface RestList {
  readonly summary: string;
  readonly scope: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly key: readonly string[];
  readonly schema: z.ZodObject<any>;
  rowOf(item: Item): Row;
}

/** Lists that are read whole, page by page. Dates without a zone are taken as the server's. */
export const LISTS = {
  journeys: {
    summary: 'One row per version of a journey, with its counts to date; no contact of it.',
    scope: 'journeys_read',
    path: '/interaction/v1/interactions',
    query: { mostRecentVersionOnly: 'false', extras: 'stats' },
    key: ['account_id', 'id', 'version'],
    schema: z.object({
      account_id: accountColumn,
      id: z.string().describe('Id of this version'),
      version: z.number().int().describe('Number of the version'),
      definition_id: optional('Id that all versions share'),
      key: optional('External key'),
      name: optional('Name of the journey'),
      status: optional('Such as Draft, Published, Stopped'),
      created_date: instant('When the version was made'),
      modified_date: instant('When it was changed'),
      last_published_date: instant('When it was published; null: never'),
      current_population: number('Contacts in it now'),
      cumulative_population: number('Contacts that entered it, to date'),
      met_goal: number('Contacts that met its goal, to date'),
      met_exit_criteria: number('Contacts that left it by its exit criteria, to date'),
      goal_performance: z.number().nullable().describe('Share that met the goal, as Marketing Cloud computes it'),
    }),
    rowOf: (item) => ({
      id: item['id'],
      version: item['version'],
      definition_id: textOf(item['definitionId']),
      key: textOf(item['key']),
      name: textOf(item['name']),
      status: textOf(item['status']),
      created_date: dateOf(item['createdDate']),
      modified_date: dateOf(item['modifiedDate']),
      last_published_date: dateOf(item['lastPublishedDate']),
      current_population: item['stats']?.currentPopulation ?? null,
      cumulative_population: item['stats']?.cumulativePopulation ?? null,
      met_goal: item['stats']?.metGoal ?? null,
      met_exit_criteria: item['stats']?.metExitCriteria ?? null,
      goal_performance: item['stats']?.goalPerformance ?? null,
    }),
  },
  assets: {
    summary: 'One row per asset of Content Builder, without its content.',
    scope: 'saved_content_read',
    path: '/asset/v1/content/assets',
    query: { $orderBy: 'modifiedDate asc' },
    key: ['account_id', 'id'],
    schema: z.object({
      account_id: accountColumn,
      id: z.number().int().describe('Number of the asset'),
      customer_key: optional('External key'),
      name: optional('Its name'),
      asset_type: optional('Such as htmlemail or image'),
      legacy_id: optional('Number of the email of which it is the content; `emails.email_id`'),
      created_date: instant('When it was made'),
      modified_date: instant('When it was changed'),
    }),
    rowOf: (item) => ({
      id: item['id'],
      customer_key: textOf(item['customerKey']),
      name: textOf(item['name']),
      asset_type: textOf(item['assetType']?.name),
      legacy_id: textOf(item['legacyData']?.legacyId),
      created_date: dateOf(item['createdDate']),
      modified_date: dateOf(item['modifiedDate']),
    }),
  },
  campaigns: {
    summary: 'One row per campaign of Marketing Cloud, a label that few accounts use; `sends` are what is sent.',
    scope: 'campaign_read',
    path: '/hub/v1/campaigns',
    key: ['account_id', 'id'],
    schema: z.object({
      account_id: accountColumn,
      id: z.string().describe('Id of the campaign'),
      name: optional('Its name'),
      description: optional('What it is for'),
      campaign_code: optional('Code that people gave it'),
      created_date: instant('When it was made'),
      modified_date: instant('When it was changed'),
    }),
    rowOf: (item) => ({
      id: textOf(item['id']),
      name: textOf(item['name']),
      description: textOf(item['description']),
      campaign_code: textOf(item['campaignCode']),
      created_date: dateOf(item['createdDate']),
      modified_date: dateOf(item['modifiedDate']),
    }),
  },
} satisfies Record<string, RestList>;

/** Pages by number until as many items have come as the list says that it has; a page may be shorter than was asked for. */
const byNumber: Paginator = {
  kind: 'sfmc_page_number',
  first: { query: { $page: 1, $pageSize: LIST_PAGE_SIZE } },
  next: ({ response, count, itemsBefore, pagesBefore }: PageRead) =>
    count === 0 || itemsBefore + count >= totalOf(response.body)
      ? undefined
      : { query: { $page: pagesBefore + 2, $pageSize: LIST_PAGE_SIZE } },
};

const totalOf = (body: unknown): number => {
  const total = Number((body as Item | undefined)?.['count']);
  return Number.isFinite(total) ? total : Number.POSITIVE_INFINITY;
};

export async function* readList(reading: Reading, list: RestList): AsyncGenerator<readonly Row[]> {
  for (const account of reading.client.accounts) {
    const walk = wholeOf(reading, account, list, byNumber);
    for await (const items of anew(reading, `${list.path} of business unit ${account.id}`, () => walk(idOf)))
      yield items.map((item) => ({ account_id: account.id, ...list.rowOf(item) }));
  }
}

const LOST = new Set(['source', 'config', 'internal']);

const idOf = ({ id, version = '' }: Item): string => `${id} ${version}`;

/**
 * A walk through the pages of a list that fails, as `ContinuationLost`, where fewer different items have come than the list
 * says that it has: rows shift between pages while a list is edited, and a page may come twice.
 */
export const wholeOf = (
  reading: Reading,
  account: Account,
  { path, scope, query = {} }: Pick<RestList, 'path' | 'scope' | 'query'>,
  paginate: Paginator,
) =>
  async function* (identify: (item: Item) => string): AsyncGenerator<readonly Item[]> {
    const rest = await account.rest();
    const seen = new Set<string>();
    let total = 0;
    const counting: Paginator = {
      ...paginate,
      next(page) {
        const stated = totalOf(page.response.body);
        if (Number.isFinite(stated)) total = stated;
        return paginate.next(page);
      },
    };
    try {
      const pages = rest.pages<Item>(path, {
        paginate: counting,
        items: 'items',
        query,
        signal: reading.signal,
        statusKinds: { 403: { kind: 'auth', hint: grantHint(scope) } },
      });
      for await (const items of pages) {
        for (const item of items) seen.add(identify(item));
        yield items;
      }
    } catch (error) {
      // A snapshot that has expired is refused as if its address were wrong.
      const isLost = isConnectorError(error) && LOST.has(error.kind) && (error.kind === 'source' || seen.size > 0);
      if (isLost) throw new ContinuationLost(error.message, { cause: error });
      throw error;
    }
    if (seen.size < total) throw new ContinuationLost(`${seen.size} of ${total} rows have come`);
  };

/** Reads a walk, and anew from its beginning where it is lost; what comes again has the same key. */
export async function* anew<T>(
  reading: Reading,
  what: string,
  walk: () => AsyncGenerator<readonly T[]>,
): AsyncGenerator<readonly T[]> {
  for (let restarts = 0; ; restarts += 1) {
    try {
      yield* walk();
      return;
    } catch (error) {
      beginAnew(error, restarts, reading, what);
    }
  }
}
