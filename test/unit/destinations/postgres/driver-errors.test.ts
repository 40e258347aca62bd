import { fromDriver } from '../../../../destinations/postgres/connection.js';

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
  ['53100', 'destination'],
  ['28P01', 'auth'],
  ['42P01', 'destination'],
])('SQL state %s is %s', (code, kind) => {
  expect(fromDriver(coded(code), 'checkpoint')).toMatchObject({ kind });
});
