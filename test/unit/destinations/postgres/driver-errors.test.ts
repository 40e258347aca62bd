import { fromDriver, isReadableUrl } from '../../../../destinations/postgres/connection.js';

const coded = (code: string) => Object.assign(new Error(`write ${code}`), { code });

test.each(['EPIPE', 'ECONNRESET', 'ECONNREFUSED'])(
  '%s of the network is a fault that may pass, and no SQL state',
  (code) => {
    expect(fromDriver(coded(code), 'checkpoint')).toMatchObject({
      kind: 'transient',
      message: `Postgres, checkpoint: the connection failed (${code}).`,
    });
  },
);

test.each([
  ['40P01', 'transient'],
  ['40001', 'transient'],
  ['53300', 'transient'],
  ['57014', 'destination'],
  ['25P03', 'transient'],
  ['25P04', 'destination'],
  ['53100', 'destination'],
  ['28P01', 'auth'],
  ['42P01', 'destination'],
])('SQL state %s is %s', (code, kind) => {
  expect(fromDriver(coded(code), 'checkpoint')).toMatchObject({ kind });
});

test.each([
  'Connection terminated',
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
  'timeout expired',
  'timeout exceeded when trying to connect',
  'Premature close',
])('"%s" of the driver is a connection that is gone', (message) => {
  expect(fromDriver(new Error(message), 'staging')).toMatchObject({ kind: 'transient' });
});

test.each(['the list was appended twice', 'cannot read "extended"', 'bad timeout option', 'the pool ended'])(
  '"%s" of anybody else is internal, and not repeated',
  (message) => {
    expect(fromDriver(new Error(message), 'staging')).toMatchObject({ kind: 'internal' });
  },
);

test.each([
  ['postgres://u:p@h:5432/db', true],
  ['postgresql://u:p%23%2F%40@h/db?sslmode=require', true],
  ['postgres:///db?host=/tmp&user=a@b', true],
  ['postgres://u:p@/db', true],
  ['postgres://u:p@h/db?sslmode=verify-full&sslrootcert=/nowhere/ca.pem', true],
  ['postgres://u:p#w@h/db', false],
  ['postgres://u:p/w@h/db', false],
  ['postgres://u:1#2@h/db', false],
  ['postgres://u:1/2@h/db', false],
  ['postgres://u:1?2@h/db', false],
  ['postgres://u:p@h:port/db', false],
  ['postgres://u:p@h:99999/db', false],
  ['postgres://u:%E0%A4@h/db', false],
])('%s can be read as a url: %s', (url, isReadable) => {
  expect(isReadableUrl(url)).toBe(isReadable);
});
