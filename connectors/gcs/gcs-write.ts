import { ConnectorError } from '#sdk';
import type { Ask } from './gcs-requests.js';

/** Google: a piece of a resumable upload has a multiple of 256 KiB. */
const PIECE_BYTES = 8 << 20;

/** Writes an object by a resumable upload. It is not there before it is whole; a piece that was cut off is sent again. */
export async function writeObject(
  ask: Ask,
  target: { readonly upload: string; readonly name: string },
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const what = `Object "${target.name}"`;
  const started = await ask(
    what,
    { method: 'POST', path: target.upload, query: { uploadType: 'resumable', name: target.name } },
    signal,
  );
  const session = started.headers['location'];
  await started.body.dump();
  if (typeof session !== 'string') throw new ConnectorError('destination', `${what}: the storage opens no upload.`);
  let at = 0;
  let held: Uint8Array[] = [];
  let size = 0;
  const send = async (bytes: Uint8Array, isLast: boolean) => {
    const end = at + bytes.byteLength;
    const range = bytes.byteLength === 0 ? `bytes */${end}` : `bytes ${at}-${end - 1}/${isLast ? end : '*'}`;
    const answer = await ask(
      what,
      { method: 'PUT', path: session, headers: { 'content-range': range }, body: bytes, expected: [308] },
      signal,
    );
    await answer.body.dump();
    if (isLast === (answer.statusCode === 308))
      throw new ConnectorError('destination', `${what}: the storage took other bytes than were sent.`);
    at = end;
  };
  for await (const chunk of chunks) {
    held.push(chunk);
    size += chunk.byteLength;
    while (size > PIECE_BYTES) {
      const all = Buffer.concat(held);
      await send(all.subarray(0, PIECE_BYTES), false);
      held = [all.subarray(PIECE_BYTES)];
      size -= PIECE_BYTES;
    }
  }
  await send(Buffer.concat(held), true);
}
