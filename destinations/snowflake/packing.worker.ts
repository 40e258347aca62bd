import { writeSync } from 'node:fs';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { constants, crc32, deflateRawSync, type ZlibOptions } from 'node:zlib';
import type { Answer, Task } from './packing-thread.js';

/** RFC 1952: deflate, no name, no time, an unknown system. */
const HEAD = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);
/** RFC 1951: a last block with nothing in it. Checksum and length of what was packed follow it. */
const LAST_BLOCK = [0x03, 0x00];

interface Packed {
  readonly fd: number;
  crc: number;
  plain: number;
  written: number;
}

const port = parentPort as MessagePort;
const options = workerData as ZlibOptions;
const files = new Map<number, Packed>();

port.on('message', (task: Task) => {
  const said = answerTo(task);
  if (task.doing === 'pack') {
    const memory = task.block.buffer;
    port.postMessage({ ...said, memory } satisfies Answer, [memory]);
  } else port.postMessage(said);
});

function answerTo(task: Task): Answer {
  if (task.doing === 'open') files.set(task.file, { fd: task.fd, crc: 0, plain: 0, written: 0 });
  const file = files.get(task.file);
  // Its number may be that of another file by now.
  if (file === undefined) return { written: 0, fault: 'the file was removed' };
  try {
    if (task.doing === 'pack') pack(file, task.block);
    else if (task.doing === 'end') end(file);
    else if (task.doing === 'forget') files.delete(task.file);
    return { written: file.written };
  } catch (error) {
    return { written: file.written, fault: (error as Error).message };
  }
}

/** Each block is packed by itself and ends at a whole byte, so that all of them make one member of gzip. */
function pack(file: Packed, block: Uint8Array): void {
  if (file.written === 0) write(file, HEAD);
  file.crc = crc32(block, file.crc);
  file.plain += block.byteLength;
  const packed = deflateRawSync(block, { ...options, finishFlush: constants.Z_SYNC_FLUSH });
  write(file, packed);
  // The collector lets some 60 MB of these gather before it looks. Node cuts small ones from a buffer of this size.
  if (packed.buffer.byteLength > Buffer.poolSize) packed.buffer.transfer(0);
}

function end(file: Packed): void {
  if (file.written === 0) write(file, HEAD);
  const trailer = Buffer.alloc(10);
  trailer.set(LAST_BLOCK);
  trailer.writeUInt32LE(file.crc, 2);
  trailer.writeUInt32LE(file.plain % 2 ** 32, 6);
  write(file, trailer);
}

function write(file: Packed, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.byteLength;) at += writeSync(file.fd, bytes, at);
  file.written += bytes.byteLength;
}
