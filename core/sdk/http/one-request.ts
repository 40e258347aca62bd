import type { Dispatcher } from 'undici';
import { countedCall } from './call-count.js';
import { exchange, type WireLimits, type WireRequest, type WireResponse } from './exchange.js';
import { limitStateOf } from './limit-headers.js';
import { tracedExchange } from './trace.js';

/**
 * Sends one request once, for a source that decides itself what is repeated: it is traced and counted like those of the client.
 * Throws as `exchange` does; an answer of any status is an answer. The caller has judged the address, and closes the dispatcher.
 */
export async function oneRequest(
  dispatcher: Dispatcher,
  wire: WireRequest,
  limits: WireLimits,
  { resends = 0, signal }: { readonly resends?: number; readonly signal?: AbortSignal } = {},
): Promise<WireResponse> {
  const count = countedCall(wire.url);
  const response = await tracedExchange(wire, resends, () => exchange(dispatcher, wire, limits, signal));
  count.answered(limitStateOf(response.headers, new Date()));
  if (response.status === 429) count.refused();
  return response;
}
