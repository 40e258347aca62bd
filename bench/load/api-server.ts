import { closeSync, openSync, readSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Serves the lines of a file as pages 1, 2, 3, …, and an empty page after the last. Prints its address. */
const path = process.argv[2] ?? '';
const LF = 10;

function lineEnds(): readonly number[] {
  const file = openSync(path, 'r');
  const buffer = Buffer.allocUnsafe(1 << 20);
  const ends: number[] = [];
  for (let offset = 0; ;) {
    const bytes = readSync(file, buffer, 0, buffer.length, offset);
    if (bytes === 0) break;
    for (let at = buffer.indexOf(LF); at >= 0 && at < bytes; at = buffer.indexOf(LF, at + 1)) ends.push(offset + at);
    offset += bytes;
  }
  closeSync(file);
  return ends;
}

const ends = lineEnds();
const file = openSync(path, 'r');
const server = createServer((request, response) => {
  const page = Number(new URL(request.url ?? '/', 'http://localhost').searchParams.get('page'));
  response.setHeader('content-type', 'application/json');
  const end = ends[page - 1];
  if (end === undefined) {
    response.end('{"events":[]}');
    return;
  }
  const start = page === 1 ? 0 : (ends[page - 2] as number) + 1;
  const body = Buffer.allocUnsafe(end - start);
  readSync(file, body, 0, body.length, start);
  response.end(body);
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
