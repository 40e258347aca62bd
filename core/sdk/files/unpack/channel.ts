import type { TransferListItem } from 'node:worker_threads';

/** Chunks that may be on their way unread: one is worked on while the next arrives. */
const WINDOW = 2;

/** What a port of a thread and the thread itself have in common. */
interface Port {
  postMessage(message: unknown, transfer: TransferListItem[]): void;
  on(event: 'message', listener: (message: Message) => void): unknown;
}

type Message =
  | { readonly chunk: Uint8Array }
  | { readonly end: true }
  | { readonly fault: unknown }
  | { readonly served: true };

/** Chunks from one thread to another in both directions, as fast as they are taken. */
export interface Channel {
  /** Sends all, and with them their memory. */
  send(chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /** Tells the other side what its `received` is to throw. */
  sendFault(fault: unknown): void;
  /** Ends when the other side has sent all. */
  received(): AsyncGenerator<Uint8Array>;
  /** Lets both ends of this side stop: `send` returns, and `received` throws the error where there is one. */
  close(error?: unknown): void;
}

/** `faultOf` makes an error of what `sendFault` sent. */
export function channelOf(port: Port, faultOf: (fault: unknown) => unknown): Channel {
  const arrived: Uint8Array[] = [];
  let room = WINDOW;
  let isEnded = false;
  let closed: { readonly error: unknown } | undefined;
  let wakeReader = () => {};
  let wakeSender = () => {};
  const maySend = () => room > 0 || closed !== undefined;
  const close = (error?: unknown) => {
    closed ??= { error };
    wakeReader();
    wakeSender();
  };
  port.on('message', (message) => {
    if ('served' in message) {
      room += 1;
      wakeSender();
      return;
    }
    if ('fault' in message) return close(faultOf(message.fault));
    if ('end' in message) isEnded = true;
    else arrived.push(message.chunk);
    wakeReader();
  });
  return {
    close,
    sendFault: (fault) => port.postMessage({ fault }, []),
    send: async (chunks) => {
      for await (const chunk of chunks) {
        while (!maySend()) await new Promise<void>((resolve) => (wakeSender = resolve));
        if (closed !== undefined) return;
        room -= 1;
        port.postMessage({ chunk }, [chunk.buffer as ArrayBuffer]);
      }
      port.postMessage({ end: true }, []);
    },
    received: async function* () {
      for (;;) {
        const chunk = arrived.shift();
        if (chunk !== undefined) {
          port.postMessage({ served: true }, []);
          yield chunk;
        } else if (closed?.error !== undefined) throw closed.error;
        else if (isEnded || closed !== undefined) return;
        else await new Promise<void>((resolve) => (wakeReader = resolve));
      }
    },
  };
}
