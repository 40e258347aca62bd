import { apiBudget } from '../../../../connectors/rest/requests/api-budget.js';
import { Answer, Headers } from '../../../../connectors/rest/requests/answer.js';
import { apiClient } from '../../../../connectors/rest/requests/api-client.js';
import type { ErrorHandler } from '../../../../connectors/rest/requests/error-handler.js';

const MIB = 2 ** 20;
const clock = { now: () => new Date(), sleep: () => Promise.resolve() };
const handler: ErrorHandler = {
  maxRetries: 0,
  backOffs: [],
  interpret: () => ({ action: 'SUCCESS', failure: 'system_error', message: '' }),
};

test('answers are kept up to 64 MiB in all, and what is forgotten leaves its room to others', async () => {
  const sizes: Record<string, number> = { '/a': 40 * MIB, '/b': 24 * MIB, '/c': 1, '/d': 24 * MIB };
  const asked: string[] = [];
  const client = apiClient({
    guard: { allowed: { loopback: false, private: false, http: false }, hosts: new Set(['api.example']), patterns: [] },
    clock,
    random: () => 0.5,
    signal: new AbortController().signal,
    maxResponseBytes: 64 * MIB,
    budget: apiBudget(undefined, { config: {}, parameters: {} }, clock),
    onExchange: undefined,
    onRetry: undefined,
    faultText: () => '',
    answers: (request) => {
      asked.push(request.url.pathname);
      return new Answer(200, new Headers({}), new Uint8Array(sizes[request.url.pathname]!), request);
    },
  });
  const get = async (path: string, method = 'GET') =>
    (await client.send({
      method,
      url: `https://api.example${path}`,
      headers: {},
      body: undefined,
      handler,
      cachedAs: path,
      timeoutMs: undefined,
    }))!;
  const [a] = [await get('/a'), await get('/b'), await get('/c')];
  await get('/a');
  await get('/b');
  await get('/c');
  expect(asked.splice(0)).toEqual(['/a', '/b', '/c', '/c']);
  await get('/a', 'POST');
  expect(asked.splice(0)).toEqual(['/a']);

  client.forget(a);
  await get('/d');
  await get('/d');
  await get('/a');
  await get('/a');
  expect(asked.splice(0)).toEqual(['/d', '/a', '/a']);
  await client.close();
});
