import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Publication, PublishOptions } from '../../report/index.js';
import { ConnectorError, type ErrorDetails, type ErrorKind } from '../sdk/index.js';

/** How a thread reaches the destination by itself: a session cannot be lent to it. */
export interface ThreadReach {
  /** As the configuration names the plugin. */
  readonly connector: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly baseFolder: string;
}

export interface Assignment {
  readonly reach: ThreadReach;
  readonly options: Omit<PublishOptions, 'probe'>;
}

export type Answer =
  | { readonly publication: Publication }
  | { readonly fault: { readonly kind: ErrorKind; readonly message: string; readonly details: ErrorDetails } };

/** Built, and where a test runs the sources. */
const PROGRAM = ['./publishing.worker.js', '../../dist/core/app/publishing.worker.js']
  .map((place) => fileURLToPath(new URL(place, import.meta.url)))
  .find((place) => existsSync(place));

/**
 * `publishMonth` in a thread of its own, while this one answers others. What is to be hidden in a month of hundreds of campaigns by
 * region and segment is reckoned for minutes. Aborted, the thread ends at once, and the database takes its transaction back.
 */
export async function publishAside(assignment: Assignment, signal: AbortSignal): Promise<Publication> {
  signal.throwIfAborted();
  if (PROGRAM === undefined) throw new ConnectorError('internal', 'The program of the publishing thread is missing.');
  const thread = new Worker(PROGRAM, { workerData: assignment });
  const end = () => void thread.terminate();
  signal.addEventListener('abort', end, { once: true });
  try {
    const answer = await new Promise<Answer>((resolve, reject) => {
      thread.once('message', resolve);
      thread.once('error', reject);
      thread.once('exit', () =>
        reject(
          signal.aborted ? (signal.reason as Error) : new ConnectorError('internal', 'The publishing thread ended.'),
        ),
      );
    });
    if ('publication' in answer) return answer.publication;
    const { kind, message, details } = answer.fault;
    throw new ConnectorError(kind, message, details);
  } finally {
    signal.removeEventListener('abort', end);
  }
}
