import type { FaultKind } from './faults.js';

export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** What the client saw; 0 where it saw none. */
  readonly status: number;
  /** Name of the key; the key itself is never kept. */
  readonly key_name: string | null;
  readonly fault: FaultKind | null;
}

export interface RequestLog {
  add(request: LoggedRequest): void;
  list(): readonly LoggedRequest[];
  clear(): void;
}

const kept = 20_000;

export const createRequestLog = (): RequestLog => {
  let log: LoggedRequest[] = [];
  return {
    add: (request) => {
      log.push(request);
      if (log.length > 2 * kept) log = log.slice(-kept);
    },
    list: () => log.slice(-kept),
    clear: () => {
      log = [];
    },
  };
};

/** Query parameters for the log, without whatever someone put there as a key. */
export const loggedQuery = (query: URLSearchParams): Record<string, string> =>
  Object.fromEntries([...query].map(([name, value]) => [name, name === 'api_key' ? '(hidden)' : value]));
