import { ConnectorError } from '#sdk';
import { isComponent, type Component } from '../manifest/text.js';

/** What is told of paging that goes on for ever, by the names that its author has written. */
export function endless(stream: string, paging: Component | undefined, isShort: boolean, what: string): ConnectorError {
  const hint = isShort
    ? `Look at \`streams.${stream}.paging\`: ${shortWay(paging)}.`
    : `Look at ${strategyOf(paging) === 'CursorPagination' ? '`cursor_value` and `stop_condition`' : '`page_token_option` and `page_size`'} of the paginator.`;
  return new ConnectorError('source', `Stream "${stream}": paging does not end: ${what}.`, { stream, hint });
}

/** The type of a paginator's strategy. */
export const strategyOf = (paging: Component | undefined): unknown =>
  isComponent(paging?.['pagination_strategy']) ? paging['pagination_strategy']['type'] : undefined;

/** The ways of the short form, from what they were made to. */
function shortWay(paging: Component | undefined): string {
  const type = strategyOf(paging);
  if (type !== 'CursorPagination')
    return `\`${type === 'PageIncrement' ? 'page' : 'offset'}\` is the parameter that asks for the next page`;
  const option = isComponent(paging?.['page_token_option']) ? paging['page_token_option']['type'] : undefined;
  return option === 'RequestPath'
    ? '`next_url` is where the answers say what comes next'
    : '`cursor` is where the answers say what comes next, and `parameter` what asks for it';
}
