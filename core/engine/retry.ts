import { isConnectorError } from '../sdk/errors.js';
import type { RunRequest } from './request.js';

const ATTEMPTS = 5;
const BASE_MS = 1_000;
const CAP_MS = 60_000;
/** However often it makes progress, a slice is given up after this. */
const TOTAL_MS = 30 * 60_000;

/** Does again what failed by a fault that may pass, as reading a slice. Nothing of the failed attempt was committed. */
export async function retrying<T>(
  run: RunRequest,
  stream: string,
  slice: string,
  attempt: () => Promise<T>,
): Promise<T> {
  const started = run.clock.now().getTime();
  for (let count = 1; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (run.signal.aborted || !isConnectorError(error) || (error.kind !== 'transient' && error.kind !== 'rate_limit'))
        throw error;
      const wait = error.details.retryAfterMs ?? run.clock.random() * Math.min(CAP_MS, BASE_MS * 3 ** (count - 1));
      if (count >= ATTEMPTS || run.clock.now().getTime() + wait - started > TOTAL_MS) throw error;
      run.on({
        type: 'warning',
        stream,
        message: `Slice "${slice}" failed and is tried again (${count} of ${ATTEMPTS - 1}): ${error.message}`,
      });
      await run.clock.sleep(wait, run.signal);
    }
  }
}
