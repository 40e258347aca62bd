import { isDeepStrictEqual } from 'node:util';
import { ConnectorError } from '../errors.js';
import { addressOf, shownAddress, type Query } from './address.js';
import type { HttpRequest, PagesOptions } from './client.js';
import { valueAt } from './json.js';
import type { HttpResponse } from './send.js';

/** Where a page is: what is added to the query, or an address of its own. */
export interface PagePlace {
  readonly query?: Query;
  readonly url?: string;
  /** Of a place that the API names: it must not come twice. */
  readonly cursor?: string;
}

/** What a paginator is told about the page just read. */
export interface PageRead {
  readonly response: HttpResponse;
  /** Number of items on the page. */
  readonly count: number;
  /** Pages and items read before this one. */
  readonly pagesBefore: number;
  readonly itemsBefore: number;
}

/** How an API pages. It keeps no state, so that one may serve many requests; a plugin may make its own. */
export interface Paginator {
  readonly kind: string;
  readonly first: PagePlace;
  /** The place of the next page; undefined at the end. */
  next(page: PageRead): PagePlace | undefined;
}

export interface PageNumberOptions {
  /** Default `page`. */
  readonly param?: string;
  /** Number of the first page. Default 1. */
  readonly first?: number;
  readonly sizeParam?: string;
  readonly size?: number;
  /** Also ends at a page with fewer than `size` items: saves a request where the API fills all pages but the last. */
  readonly stopOnShortPage?: boolean;
}

/** Pages by number; ends at an empty page. */
export function pageNumber(options: PageNumberOptions = {}): Paginator {
  const { param = 'page', first = 1, sizeParam, size, stopOnShortPage = false } = options;
  if (stopOnShortPage && size === undefined)
    throw new ConnectorError('internal', 'pageNumber: stopOnShortPage needs the size of a page');
  const place = (number: number): PagePlace => ({
    query: { [param]: number, ...(sizeParam === undefined ? {} : { [sizeParam]: size }) },
  });
  return {
    kind: 'page_number',
    first: place(first),
    next: ({ count, pagesBefore }) =>
      count === 0 || (stopOnShortPage && count < (size ?? 0)) ? undefined : place(first + pagesBefore + 1),
  };
}

/**
 * Pages by offset; ends at an empty page. The offset advances by the items that came, so nothing is skipped where the API
 * gives fewer than asked for. Where rows may be added or removed while reading, a cursor is safer.
 */
export function offsetLimit(options: {
  readonly limit: number;
  readonly offsetParam?: string;
  readonly limitParam?: string;
}): Paginator {
  const { limit, offsetParam = 'offset', limitParam = 'limit' } = options;
  const place = (offset: number): PagePlace => ({ query: { [offsetParam]: offset, [limitParam]: limit } });
  return {
    kind: 'offset_limit',
    first: place(0),
    next: ({ count, itemsBefore }) => (count === 0 ? undefined : place(itemsBefore + count)),
  };
}

/** Pages by a cursor that the body names at the dot path `from`; ends where there is none, not at an empty page. */
export function cursorParam(options: { readonly param: string; readonly from: string }): Paginator {
  return {
    kind: 'cursor',
    first: {},
    next({ response }) {
      const cursor = cursorText(valueAt(response.body, options.from), options.from);
      return cursor === undefined ? undefined : { query: { [options.param]: cursor }, cursor };
    },
  };
}

/** Pages by the `Link` header with `rel="next"`; ends where there is none. */
export function linkHeader(): Paginator {
  return {
    kind: 'link_header',
    first: {},
    next({ response }) {
      const url = nextLink(response.headers['link']);
      return url === undefined ? undefined : { url, cursor: url };
    },
  };
}

/** Pages by an address, absolute or relative, that the body names at the dot path `from`; ends where there is none. */
export function nextUrl(options: { readonly from: string }): Paginator {
  return {
    kind: 'next_url',
    first: {},
    next({ response }) {
      const url = cursorText(valueAt(response.body, options.from), options.from);
      return url === undefined ? undefined : { url, cursor: url };
    },
  };
}

function cursorText(value: unknown, path: string): string | undefined {
  if (value === undefined || value === null || value === '' || value === false) return undefined;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return String(value);
  throw new ConnectorError('source', `The next page at "${path}" is neither text nor a number`);
}

function nextLink(header: string | readonly string[] | undefined): string | undefined {
  const text = typeof header === 'string' ? header : (header ?? []).join(', ');
  // An address may hold commas and semicolons, but no angle brackets.
  for (const [, url, parameters = ''] of text.matchAll(/<([^>]*)>([^<]*)/g))
    if (/;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next(?=[\s;,]|$))/i.test(parameters)) return url;
  return undefined;
}

/** An API that names a new cursor for ever and never gives an item is not taken for progress. */
const MOST_EMPTY_PAGES = 1_000;

interface PageReader {
  readonly base: URL;
  readonly request: (request: HttpRequest) => Promise<HttpResponse<any>>;
}

/** Walks through the pages of a list and fails, as `source`, rather than going round or ending before the end. */
export async function* pagesOf<T>(
  reader: PageReader,
  path: string,
  options: PagesOptions,
): AsyncGenerator<readonly T[]> {
  const { paginate, items: itemsPath = '', query = {}, ...rest } = options;
  const cursors = new Set<string>();
  let place: PagePlace | undefined = paginate.first;
  let url = addressOf(reader.base, path, query);
  let previous: readonly T[] = [];
  let emptyPages = 0;
  let itemsBefore = 0;
  for (let pagesBefore = 0; place !== undefined; pagesBefore += 1) {
    // An address that the API gives is whole; the query of the first page is part of it where the API wants it.
    url =
      place.url === undefined
        ? addressOf(reader.base, path, { ...query, ...place.query })
        : nextAddress(place.url, url);
    const response = await reader.request({ ...rest, method: 'GET', path: url.href });
    const items = itemsOf<T>(response, itemsPath, url);
    if (items === undefined) {
      if (pagesBefore === 0) return;
      throw fault(url, `page ${pagesBefore + 1} is missing, though the one before it named it`);
    }
    if (items.length > 0 && isDeepStrictEqual(items, previous))
      throw fault(url, 'the same page came twice in a row', 'Check the paging: the API may not know the parameter.');
    emptyPages = items.length === 0 ? emptyPages + 1 : 0;
    if (emptyPages > MOST_EMPTY_PAGES) throw fault(url, `${MOST_EMPTY_PAGES} pages in a row are empty`);
    const next: PagePlace | undefined = paginate.next({ response, count: items.length, pagesBefore, itemsBefore });
    if (next?.cursor !== undefined) {
      if (cursors.has(next.cursor)) throw fault(url, 'the API names a next page that has been read already');
      cursors.add(next.cursor);
    }
    itemsBefore += items.length;
    previous = items;
    place = next;
    if (items.length > 0) yield items;
  }
}

function itemsOf<T>(response: HttpResponse<unknown>, path: string, url: URL): readonly T[] | undefined {
  if (response.body === undefined) return undefined;
  const items = valueAt(response.body, path);
  // Some servers write an empty list as null; a missing one is no list at all.
  if (items === null && path !== '') return [];
  if (Array.isArray(items)) return items;
  throw fault(
    url,
    path === '' ? 'the body is no list' : `the body has no list at "${path}"`,
    'Check the path of the items.',
  );
}

function nextAddress(text: string, current: URL): URL {
  const url = URL.parse(text, current.href);
  if (url === null) throw fault(current, 'the address of the next page is not valid');
  return addressOf(current, url.href);
}

function fault(url: URL, what: string, hint?: string): ConnectorError {
  return new ConnectorError('source', `GET ${shownAddress(url)}: ${what}`, hint === undefined ? {} : { hint });
}
