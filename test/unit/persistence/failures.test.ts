import { fileFailure, noBinaries, serverFailure } from '../../../core/persistence/embedded/failures.js';

test.each([
  ['destination', 'initdb: error: could not write file "base/1/1259": No space left on device'],
  ['destination', 'LOG: x\nFATAL:  could not extend file "base/1/2": Disk quota exceeded'],
  [
    'config',
    'LOG:  could not bind IPv4 address "127.0.0.1": Address already in use\nFATAL:  could not create any TCP/IP sockets',
  ],
  ['config', 'FATAL:  could not open file "postgresql.conf": Permission denied'],
  ['config', 'postgres: error while loading shared libraries: libicuuc.so.60: cannot open shared object file'],
  ['config', 'FATAL:  database files are incompatible with server'],
  ['destination', 'FATAL:  something that nobody foresaw'],
])('is a fault of kind %s when the server says "%s"', (kind, output) => {
  const failure = serverFailure('start', output);
  expect(failure.kind).toBe(kind);
  expect(failure.details.hint).toMatch(/\w/);
});

test('tells what was fatal and leaves out the rest of the log', () => {
  const log =
    '2026-11-24 16:00:00.000 UTC [7] LOG:  starting PostgreSQL 18.4\n2026-11-24 16:00:00.001 UTC [7] FATAL:  no luck\n';
  expect(serverFailure('start', log).message).toBe('The embedded database could not start: no luck');
});

test('a full disk of ours is as clear as one that the server meets', () => {
  const error = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  expect(fileFailure('be opened', error)).toMatchObject({ kind: 'destination', cause: error });
});

test('missing programs name the platform and both ways out', () => {
  const failure = noBinaries('linux-riscv64', undefined);
  expect(failure).toMatchObject({ kind: 'config', message: expect.stringContaining('linux-riscv64') });
  expect(failure.details.hint).toMatch(/npm ci.*postgres:\/\//);
});
