import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dashboardResults, type DashboardOptions, type DashboardResult } from './world.js';

export interface DashboardSimulator {
  readonly url: string;
  /** What the dashboard holds now; a test may change it. */
  readonly results: DashboardResult[];
  /** Of every request that was answered with results: its query. */
  readonly asked: Readonly<Record<string, string>>[];
  close(): Promise<void>;
}

export interface SimulatorOptions extends DashboardOptions {
  readonly token: string;
  readonly host?: string;
  readonly port?: number;
  /** Every so many requests one is answered with 429; absent: none. */
  readonly refusesEvery?: number;
}

const MOST_A_PAGE = 500;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The API of docs/custom-api.openapi.yaml, answered from memory. */
export async function startDashboardSimulator(options: SimulatorOptions): Promise<DashboardSimulator> {
  const results = [...dashboardResults(options)];
  const asked: Record<string, string>[] = [];
  let requests = 0;
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? '/', 'http://dashboard');
    const send = (status: number, body: unknown, headers: Record<string, string> = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    };
    if (request.headers.authorization !== `Bearer ${options.token}`)
      return send(401, { message: 'The token is missing or wrong.' });
    if (request.method !== 'GET' || url.pathname !== '/api/v1/results')
      return send(404, { message: 'There is no such resource.' });
    requests += 1;
    if (options.refusesEvery !== undefined && requests % options.refusesEvery === 0)
      return send(429, { message: 'Too many requests.' }, { 'retry-after': '1' });
    const query = Object.fromEntries(url.searchParams);
    const { from, to, cursor = '0', limit = '200' } = query;
    if (from === undefined || to === undefined || !DAY.test(from) || !DAY.test(to))
      return send(400, { message: '`from` and `to` are days such as 2024-01-31.' });
    asked.push(query);
    const found = results.filter(({ day }) => day >= from && day <= to);
    const [start, size] = [Number(cursor), Math.min(Number(limit), MOST_A_PAGE)];
    const end = start + size;
    send(200, { data: found.slice(start, end), next_cursor: end < found.length ? String(end) : null });
  };
  const server = createServer(answer);
  server.listen(options.port ?? 0, options.host ?? '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/api/v1`,
    results,
    asked,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
