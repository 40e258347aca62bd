import { parentPort, workerData } from 'node:worker_threads';
import type { FileVersion } from '../../../protocol/index.js';
import { toConnectorError } from '../../errors.js';
import { channelOf } from './channel.js';
import { decrypted, type PgpRules } from './pgp-message.js';
import type { ThreadFault } from './pgp.js';

/** The thread that decrypts one message: what `decrypting` sends comes in, and what is decrypted goes back. */
const { rules, file } = workerData as { readonly rules: PgpRules; readonly file: FileVersion };
if (parentPort === null) throw new Error('This is the program of a thread.');
const channel = channelOf(parentPort, (fault) => fault);
try {
  await channel.send(decrypted(channel.received(), rules, file));
} catch (error) {
  const { kind, message, details } = toConnectorError(error);
  const { fault, hint } = details;
  channel.sendFault({
    kind,
    message,
    details: { ...(fault && { fault }), ...(hint && { hint }) },
  } satisfies ThreadFault);
} finally {
  parentPort.close();
}
