import { ConnectorError } from '#sdk';
import { decoderOf, firstOf, isStreamed } from '../decoders/decoder.js';
import { isComponent, type Component } from '../manifest/text.js';
import { HeadersWithLinks, type Answer } from '../requests/answer.js';
import { noParts, requestOption, type RequestParts } from '../requests/request-option.js';
import { aroundOf, type Environment } from '../run/environment.js';
import { sliceContext, type StreamSlice } from '../run/slice.js';
import { Condition, Text } from '../run/text.js';
import { isTrue, textOf } from '../template/values.js';

/** A page that was read. */
export interface ReadPage {
  readonly answer: Answer;
  readonly slice: StreamSlice;
  /** Records that were kept of it. */
  readonly size: number;
  /** Records that it had, those included that were left out. */
  readonly extracted: number;
  readonly lastRecord: Readonly<Record<string, unknown>> | undefined;
  /** What led to it. */
  readonly token: unknown;
  /** In place of the page size of the manifest, where it was reduced. */
  readonly pageSize: number | undefined;
}

export interface Paginator {
  /** For the first page; undefined where it takes none. */
  readonly initial: unknown;
  readonly pageSize: number | undefined;
  /** True where an answer says where the next page is, as a cursor or an address; false where pages are counted. */
  readonly isNamed: boolean;
  /** What leads to the next page; undefined where this one is the last. */
  next(page: ReadPage): Promise<unknown>;
  /** The address of a page, where the token is one. */
  path(token: unknown): string | undefined;
  parts(token: unknown, pageSize: number | undefined): RequestParts;
}

const NO_PAGES: Paginator = {
  initial: undefined,
  pageSize: undefined,
  isNamed: false,
  next: () => Promise.resolve(undefined),
  path: () => undefined,
  parts: noParts,
};

interface Strategy {
  readonly initial: unknown;
  readonly pageSize: number | undefined;
  next(page: ReadPage): unknown;
}

export function paginator(
  node: Component | undefined,
  decoder: Component | undefined,
  environment: Environment,
  tell: (warning: string) => void,
): Paginator {
  if (node === undefined || node['type'] === 'NoPagination') return NO_PAGES;
  const strategyNode = node['pagination_strategy'] as Component;
  const strategy = strategyOf(strategyNode, decoder, environment, tell);
  const option = (name: string) => {
    const place = node[name];
    return isComponent(place) && place['type'] !== 'RequestPath' && place['inject_into'] !== 'path'
      ? requestOption(place, aroundOf(place, environment))
      : undefined;
  };
  const [tokenOption, sizeOption] = [option('page_token_option'), option('page_size_option')];
  const isPath = isComponent(node['page_token_option']) && tokenOption === undefined;
  if (sizeOption !== undefined && strategy.pageSize === undefined)
    throw new ConnectorError('config', '`page_size_option` of a paginator needs a `page_size` of its strategy.', {
      hint: 'Set it, or take the option away.',
    });
  return {
    initial: strategy.initial,
    pageSize: strategy.pageSize,
    isNamed: strategyNode['type'] === 'CursorPagination',
    async next(page) {
      const token = await strategy.next(page);
      // A page number of 0 leads nowhere, as in the reference.
      return isTrue(token) ? token : undefined;
    },
    path: (token) => (isPath && isTrue(token) ? textOf(token) : undefined),
    parts(token, pageSize) {
      const parts = noParts();
      if (tokenOption !== undefined && token !== undefined && token !== null) tokenOption.inject(parts, token);
      const size = pageSize ?? strategy.pageSize;
      if (sizeOption !== undefined && size !== undefined && size !== 0) sizeOption.inject(parts, size);
      return parts;
    },
  };
}

function strategyOf(
  node: Component,
  decoder: Component | undefined,
  environment: Environment,
  tell: (warning: string) => void,
): Strategy {
  const around = aroundOf(node, environment);
  const declared = node['page_size'];
  const sizeText = typeof declared === 'string' && declared !== '' ? new Text(declared, around) : undefined;
  const fixedSize = typeof declared === 'number' ? declared : undefined;
  const sizeOf = (context: Record<string, unknown> = {}): number | undefined => {
    if (sizeText === undefined) return fixedSize;
    const size = sizeText.value(context);
    if (typeof size === 'number' && Number.isInteger(size)) return size;
    if (sizeText.needs.length > 0 && !('response' in context)) return undefined;
    throw new ConnectorError('config', `\`page_size\` "${sizeText.source}" gives no whole number.`, {
      hint: 'Correct the manifest or the configuration that it reads.',
    });
  };
  /** What templates of paging see of an answer: its first value, and nothing of one that is read as it comes. */
  const bodyOf = async (answer: Answer): Promise<unknown> => {
    if (isStreamed(decoder)) return {};
    return (await firstOf(decoderOf(decoder, environment)(answer))) ?? {};
  };
  const pageSize = sizeText?.needs.includes('response') === true ? undefined : sizeOf();

  // An API may give fewer records at most than it is asked for: in the short form a page that is not full is not the last yet.
  const isLast = (size: number, wanted: number | undefined): boolean =>
    size === 0 || (!environment.isShort && wanted !== undefined && wanted !== 0 && size < wanted);

  switch (node['type']) {
    case 'PageIncrement': {
      const start = Number(node['start_from_page'] ?? 0);
      return {
        pageSize,
        initial: node['inject_on_first_request'] === true ? start : undefined,
        next(page) {
          if (isLast(page.extracted, pageSize)) return undefined;
          return page.token === undefined ? start + 1 : Number(page.token) + 1;
        },
      };
    }
    case 'OffsetIncrement':
      return {
        pageSize,
        initial: node['inject_on_first_request'] === true ? 0 : undefined,
        async next(page) {
          const size = page.extracted;
          const wanted =
            page.pageSize ??
            pageSize ??
            (sizeText === undefined ? undefined : sizeOf({ response: await bodyOf(page.answer) }));
          if (isLast(size, wanted)) return undefined;
          return page.token === undefined ? size : Number(page.token) + size;
        },
      };
    case 'CursorPagination': {
      const value = new Text(String(node['cursor_value']), around);
      const stop =
        typeof node['stop_condition'] === 'string' && node['stop_condition'] !== ''
          ? new Condition(node['stop_condition'], around)
          : undefined;
      return {
        pageSize,
        initial: undefined,
        async next({ answer, slice, size, lastRecord, pageSize: reduced }) {
          const context = {
            ...sliceContext(slice),
            response: await bodyOf(answer),
            headers: new HeadersWithLinks(answer.headers),
            last_record: lastRecord ?? null,
            last_page_size: size,
            page_size: reduced ?? pageSize ?? null,
          };
          // Public manifests end by it: `not "next" in headers.get('Link')` once there is no such header.
          const isLast = stop?.holdsOr(context, (fault) => {
            tell(
              `its stop condition "${stop.source}" cannot be told of an answer (${fault}) and counts as met, as with the reference; correct it if there are more pages`,
            );
            return true;
          });
          return isLast === true ? undefined : value.value(context);
        },
      };
    }
    default: {
      const made = environment.replacements.get(String(node['class_name']))?.(node, around);
      if (made === undefined)
        throw new ConnectorError('internal', `There is no pagination strategy "${String(node['type'])}"`);
      const strategy = made as Strategy;
      return {
        initial: strategy.initial,
        pageSize: strategy.pageSize,
        next: (page) => strategy.next({ ...page, answer: page.answer.own() }),
      };
    }
  }
}
