import { openStore } from '../../../core/persistence/index.js';
import { bearer, httpClient } from '../../../core/sdk/http/index.js';
import { shareBudgets } from '../../../core/sdk/http/shared-budget.js';

/** A worker that asks an API as often as its budget allows, until it is told to stop; counts what was answered. */
const [storeUrl = '', apiUrl = '', requests = '', per = ''] = process.argv.slice(2);
const store = await openStore(storeUrl);
shareBudgets(store.budgets);
const client = httpClient({
  baseUrl: apiUrl,
  auth: bearer('one key of all'),
  rateLimit: { requests: Number(requests), per },
});
const stop = new AbortController();
process.stdin.once('data', () => stop.abort());
process.stdout.write('{"is":"ready"}\n');
const lane = async (): Promise<void> => {
  while (!stop.signal.aborted) await client.get('/x');
};
await Promise.all([lane(), lane(), lane(), lane()]);
await client.close();
await store.close();
process.stdin.destroy();
