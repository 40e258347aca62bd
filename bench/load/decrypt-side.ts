import { createReadStream, statSync } from 'node:fs';
import { decrypting } from '../../core/sdk/files/unpack/pgp-message.js';
import type { DecryptReply, DecryptTask } from './task.js';

/** Decrypts a file as our sources do, and does nothing with what comes out. */
const { pgpKey, input } = JSON.parse(process.argv[2] ?? '{}') as DecryptTask;
const file = { name: input, bytes: statSync(input).size, modifiedAt: '', version: '' };
const layer = decrypting({ privateKey: pgpKey, publicKeys: [], requireSignature: false });
const started = performance.now();
const cpu = process.cpuUsage();
const chunks = layer(createReadStream(input, { highWaterMark: 1 << 18 }), {
  file,
  identity: { checksum: '', bytes: 0 },
  givesChunksAway: true,
})[Symbol.asyncIterator]();
while ((await chunks.next()).done !== true);
const reply: DecryptReply = {
  seconds: (performance.now() - started) / 1000,
  cpuSeconds: Object.values(process.cpuUsage(cpu)).reduce((sum, micros) => sum + micros, 0) / 1e6,
};
process.stdout.write(JSON.stringify(reply));
