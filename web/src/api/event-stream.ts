import { isUnattended } from './attendance';
import { keptToken } from './token';

/** One event of the host, as server-sent events carry it. */
export interface SentEvent {
  readonly type: string;
  readonly data: string;
}

const AGAIN_AFTER_MS = 3_000;

/**
 * Listens until the signal or the host ends it, and goes on after a break with what came since. A browser's own EventSource
 * sends no token.
 */
export async function listen(address: string, signal: AbortSignal, told: (event: SentEvent) => void): Promise<void> {
  let last = '';
  while (!signal.aborted) {
    const token = keptToken();
    const headers = {
      Accept: 'text/event-stream',
      ...(last === '' ? {} : { 'Last-Event-ID': last }),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(isUnattended() ? { 'X-Unattended': '1' } : {}),
    };
    try {
      const response = await fetch(address, { headers, signal });
      // It ended and all of it is here, or the host refuses, which it will again.
      if (response.status === 204 || (response.status >= 400 && response.status < 500)) return;
      if (response.ok && response.body !== null)
        for await (const { id, ...event } of eventsOf(response.body)) {
          last = id ?? last;
          told(event);
          if (event.type === 'ended') return;
        }
    } catch {
      // Broken off: it is asked again.
    }
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS));
  }
}

async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<SentEvent & { readonly id?: string }> {
  const reader = body.pipeThrough(new TextDecoderStream() as never).getReader() as ReadableStreamDefaultReader<string>;
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line] as const));
      const valueOf = (name: string) => fields.get(name)?.slice(name.length + 2);
      const [type, data, id] = [valueOf('event'), valueOf('data'), valueOf('id')];
      if (type !== undefined && data !== undefined) yield { type, data, ...(id === undefined ? {} : { id }) };
    }
  }
}
