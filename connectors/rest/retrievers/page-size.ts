import { ConnectorError } from '#sdk';
import type { Component } from '../manifest/text.js';
import type { Environment } from '../run/environment.js';

/** Makes pages smaller where an API says that they are too large, down to the least size. */
export interface PageSizeReducer {
  /** The size now; undefined as long as it is the manifest's. */
  readonly size: number | undefined;
  /** Throws where nothing is left to try. */
  reduce(message: string): Promise<void>;
  succeeded(): void;
}

export function pageSizeReducer(
  node: Component,
  pageSize: number | undefined,
  stream: string,
  environment: Environment,
): PageSizeReducer {
  const number = (name: string, otherwise: number) => Number(node[name] ?? otherwise);
  const [factor, least, most] = [
    number('reduction_factor', 2),
    number('minimum_page_size', 1),
    number('max_attempts', 5),
  ];
  const pauseMs = number('backoff_seconds', 0.5) * 1000;
  let size: number | undefined;
  let attempts = 0;
  let atLeast = 0;
  return {
    get size() {
      return size;
    },
    async reduce(message) {
      const now = size ?? pageSize;
      const isLeast = now !== undefined && now <= least;
      if (isLeast) atLeast += 1;
      else attempts += 1;
      if (now === undefined)
        throw new ConnectorError(
          'config',
          `Stream "${stream}" is to ask for smaller pages, and its paginator says no size.`,
          { stream, hint: 'Set `page_size` of its strategy and `page_size_option` of its paginator.' },
        );
      if ((isLeast && atLeast > number('retries_at_minimum_page_size', 0)) || attempts > most)
        throw new ConnectorError(
          'transient',
          `Stream "${stream}": the API refuses pages of ${now} records. ${String(node['failure_message'] ?? message)}`.trim(),
          {
            stream,
            hint: 'Set a smaller `page_size`, or try again later.',
          },
        );
      if (!isLeast) size = Math.max(least, Math.floor(now / factor));
      await environment.clock.sleep(pauseMs * (isLeast ? atLeast : attempts), environment.signal);
    },
    succeeded() {
      attempts = 0;
      atLeast = 0;
      if (node['reset_policy'] === 'AFTER_SUCCESSFUL_PAGE') size = undefined;
    },
  };
}
