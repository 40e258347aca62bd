import { isComponent, type Component } from './text.js';

/** Parts of a component that are right by themselves and would lose records together. */
export interface Conflict {
  readonly field: string;
  readonly message: string;
}

/** What cannot go together; the reference refuses the same. */
export function conflictsIn(node: Component): readonly Conflict[] {
  switch (node['type']) {
    case 'SimpleRetriever':
      return [
        ...offsets(node, 'paginator', part(node['record_selector'])?.['extractor']),
        ...reduced(node),
        ...(part(part(node['pagination_reset'])?.['limits']) !== undefined &&
        part(part(node['record_selector'])?.['record_filter']) !== undefined
          ? [
              {
                field: 'pagination_reset',
                message:
                  '`limits` of its PaginationReset count records, and `record_filter` leaves some out: pages beyond what the API allows would be asked for',
              },
            ]
          : []),
      ];
    case 'AsyncRetriever':
      return [
        ...offsets(node, 'download_paginator', node['download_extractor']),
        ...(part(node['download_target_requester']) !== undefined &&
        part(node['download_target_extractor']) === undefined
          ? [
              {
                field: 'download_target_requester',
                message: 'AsyncRetriever with "download_target_requester" needs "download_target_extractor"',
              },
            ]
          : []),
      ];
    case 'GroupingPartitionRouter':
      return unsent([node['underlying_partition_router']], 'underlying_partition_router', String(node['type']));
    case 'UnionPartitionRouter':
      return unsent(list(node['partition_routers']), 'partition_routers', String(node['type']));
    default:
      return [];
  }
}

const part = (value: unknown): Component | undefined => (isComponent(value) ? value : undefined);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** An offset moves by the records of a page, and those of several lists are more than the API counts. */
function offsets(node: Component, paginator: string, extractor: unknown): readonly Conflict[] {
  const strategy = part(part(node[paginator])?.['pagination_strategy']);
  if (strategy?.['type'] !== 'OffsetIncrement' || !unites(extractor)) return [];
  const message =
    'OffsetIncrement counts the records of a page, and a CombinedExtractor that unites several lists gives more than the API counts, so that the offset would pass records over; use `mode: first_match`, PageIncrement or CursorPagination';
  return [{ field: paginator, message }];
}

const unites = (extractor: unknown): boolean =>
  isComponent(extractor) &&
  extractor['type'] === 'CombinedExtractor' &&
  (extractor['mode'] !== 'first_match' || list(extractor['extractors']).some(unites));

/** Smaller pages move the borders of numbered ones, and are less full than a fixed number says. */
function reduced(node: Component): readonly Conflict[] {
  const reduction = part(node['page_size_reduction']);
  if (reduction === undefined) return [];
  const paging = part(node['paginator']);
  const strategy = part(paging?.['pagination_strategy']);
  const refuse = (why: string) => [{ field: 'page_size_reduction', message: `page_size_reduction ${why}` }];
  if (strategy?.['type'] === 'PageIncrement')
    return refuse(
      'moves the borders of the pages that PageIncrement numbers, so that records would be passed over; use OffsetIncrement or CursorPagination',
    );
  if (part(paging?.['page_token_option'])?.['type'] === 'RequestPath')
    return refuse('cannot make pages smaller whose size stands in the address that the API gives (RequestPath)');
  if (
    strategy?.['type'] === 'CursorPagination' &&
    endsEarly(strategy['stop_condition'], Number(reduction['minimum_page_size'] ?? 1))
  )
    return refuse(
      'makes a full page smaller than `stop_condition` takes it for, which would end the paging; compare `last_page_size` with `page_size`',
    );
  return [];
}

const SHORT_PAGE = /\blast_page_size\s*<=?\s*([\w.]+)|([\w.]+(?:\[[^\]]*\])?)\s*>=?\s*last_page_size\b/g;

/** Whether a condition takes a page for the last one by a size that does not shrink with it. */
const endsEarly = (condition: unknown, least: number): boolean =>
  typeof condition === 'string' &&
  [...condition.matchAll(SHORT_PAGE)].some(([, after, before]) => {
    const size = after ?? before!;
    return size !== 'page_size' && !(Number(size) <= least);
  });

/** A partition of several has no value that one request option could send. */
function unsent(routers: readonly unknown[], field: string, type: string): readonly Conflict[] {
  const sends = (router: unknown): boolean =>
    isComponent(router) &&
    (part(router['request_option']) !== undefined ||
      list(router['parent_stream_configs']).some((parent) => part(part(parent)?.['request_option']) !== undefined));
  return routers.some(sends)
    ? [
        {
          field,
          message: `"request_option" below a ${type} is sent with no request; read \`stream_partition\` in the requester`,
        },
      ]
    : [];
}
