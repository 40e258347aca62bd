import { Worker } from 'node:worker_threads';
import { ConnectorError, type ErrorDetails, type ErrorKind } from '../../errors.js';
import { channelOf } from './channel.js';
import { refused } from './faults.js';
import { freeing } from './freed.js';
import type { Layer } from './layer.js';
import { decrypted, type PgpRules } from './pgp-message.js';

/** Below this the start of a thread, some 40 ms, takes longer than the message. */
const THREAD_BYTES = 8 << 20;
/**
 * In MB. The library makes four times as much garbage as it decrypts. A small young generation frees it early and cheaply;
 * with Node's defaults 60 MB more of it lay about. What is decrypted does not count: it lies outside of the heap.
 */
const LIMITS = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 64 };

/** A fault as it comes from the thread: errors lose their class on the way. */
export interface ThreadFault {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly details: Pick<ErrorDetails, 'fault' | 'hint'>;
}

/** Takes PGP off: of a large file in a thread of its own, so that it costs what it takes there, and not a pause of what loads. */
export function decrypting(rules: PgpRules): Layer {
  return async function* (chunks, { file, givesChunksAway }) {
    if (file.bytes < THREAD_BYTES) {
      yield* decrypted(chunks, rules, file);
      return;
    }
    const thread = new Worker(new URL('./pgp-thread.js', import.meta.url), {
      workerData: { rules, file },
      env: {},
      resourceLimits: LIMITS,
    });
    const channel = channelOf(thread, (fault) => {
      const { kind, message, details } = fault as ThreadFault;
      return new ConnectorError(kind, message, details);
    });
    thread.on('error', (cause) =>
      channel.close(refused(file, 'could not be decrypted: the thread for it has ended', 'Ask who made it.', cause)),
    );
    channel.send(copies(freeing(chunks, () => givesChunksAway))).catch((error: unknown) => channel.close(error));
    try {
      yield* channel.received();
    } finally {
      channel.close();
      await thread.terminate();
    }
  };
}

/** Sending takes the memory of a chunk away, which may be that of others too. */
async function* copies(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield new Uint8Array(chunk);
}
