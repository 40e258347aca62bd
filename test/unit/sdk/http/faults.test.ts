import { getEventListeners } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import zlib from 'node:zlib';
import { ConnectorError } from '../../../../core/sdk/errors.js';
import { networkError } from '../../../../core/sdk/http/exchange.js';
import { bearer, httpClient } from '../../../../core/sdk/http/index.js';
import { failureOf, fakeClock, json, withApi, type Answer } from './local-api.js';

const good: Answer = (_seen, response) => json(response, { fine: true });
const onceThen =
  (fault: Answer): Answer =>
  (seen, response, nth) =>
    nth === 1 ? fault(seen, response, nth) : good(seen, response, nth);
const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_seen, response) =>
    json(response, { message: 'SECRET-BODY' }, headers, code);

const HTML: Answer = (_seen, response) => {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.end('<html>SECRET-BODY</html>');
};

describe('faults that may pass', () => {
  const passing: [string, Answer][] = [
    ['a 500', status(500)],
    ['a 503', status(503)],
    ['a 408', status(408)],
    ['a reset connection', (_seen, response) => void response.socket?.resetAndDestroy()],
    ['a connection closed without an answer', (_seen, response) => void response.socket?.destroy()],
    [
      'a body shorter than its length',
      (_seen, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
        response.write('{"fine":');
        response.socket?.end();
      },
    ],
    [
      'a body cut in mid-chunk whose part is valid JSON',
      (_seen, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"fine":false}', () => response.socket?.destroy());
      },
    ],
    [
      'a gzip body that ends early',
      (_seen, response) => {
        const whole = zlib.gzipSync('{"fine":false}');
        response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
        response.end(whole.subarray(0, whole.length - 6));
      },
    ],
    [
      'a gzip body that is damaged',
      (_seen, response) => {
        const whole = zlib.gzipSync('{"fine":false}');
        whole.writeUInt8(whole.readUInt8(14) ^ 0xff, 14);
        response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
        response.end(whole);
      },
    ],
  ];
  test.each(passing)('%s is survived', (_name, fault) =>
    withApi(onceThen(fault), async ({ client, seen, clock }) => {
      expect(await client().get('/x')).toEqual({ fine: true });
      expect(seen).toHaveLength(2);
      expect(clock.slept).toEqual([250]);
    }),
  );
  test.each(passing)('%s for ever ends as transient after the attempts', (_name, fault) =>
    withApi(fault, async ({ client, seen }) => {
      const error = await failureOf(client({ retry: { attempts: 3 } }).get('/x'));
      expect(error).toMatchObject({ name: 'ConnectorError', kind: 'transient' });
      expect(error.message).toContain('(3 attempts)');
      expect(seen).toHaveLength(3);
    }),
  );

  test('a server that never answers is given up after the idle deadline', () =>
    withApi(
      onceThen(() => undefined),
      async ({ client }) => {
        expect(await client({ timeouts: { idleMs: 40 } }).get('/x')).toEqual({ fine: true });
      },
    ));

  test('a body that stops in the middle is given up after the idle deadline', () =>
    withApi(
      onceThen((_seen, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"fine":');
      }),
      async ({ client }) => {
        expect(await client({ timeouts: { idleMs: 40 } }).get('/x')).toEqual({ fine: true });
      },
    ));

  test('a body that trickles byte by byte is given up after the total deadline', async () => {
    let trickle: NodeJS.Timeout | undefined;
    await withApi(
      (_seen, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        clearInterval(trickle);
        trickle = setInterval(() => response.write(' '), 10);
      },
      async ({ client }) => {
        const patient = client({ timeouts: { totalMs: 80, idleMs: 5_000 }, retry: { attempts: 2 } });
        const error = await failureOf(patient.get('/x'));
        expect(error.kind).toBe('transient');
        expect(error.message).toContain('no complete answer within 80 ms');
      },
    ).finally(() => clearInterval(trickle));
  });

  test('an address where nobody listens is transient, with a hint', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const clock = fakeClock();
    const client = httpClient({ baseUrl: `http://127.0.0.1:${port}`, clock });
    const error = await failureOf(client.get('/x', { token: 'SECRET' }));
    expect(error.kind).toBe('transient');
    expect(error.message).toBe(`GET http://127.0.0.1:${port}/x?token=…: nobody answers at this address (5 attempts)`);
    expect(error.details.hint).toContain('host and port');
    expect(clock.slept).toHaveLength(4);
    // Nothing was sent, so a POST has surely not been done.
    await failureOf(client.post('/x', {}));
    expect(clock.slept).toHaveLength(8);
    await client.close();
  });

  test('pauses are a random part of a doubling limit', () =>
    withApi(status(500), async ({ client, clock }) => {
      let next = 0;
      const parts = [0.1, 0.9, 0.5, 1];
      const random = (): number => parts[next++] ?? 0;
      await failureOf(client({ random, retry: { baseMs: 100, capMs: 300 } }).get('/x'));
      expect(clock.slept).toEqual([10, 180, 150, 300]);
    }));
});

describe('faults that do not pass', () => {
  test.each([
    [400, 'internal', 'for the developer'],
    [401, 'auth', 'Issue a new one'],
    [403, 'auth', 'Grant it the permission'],
    [404, 'config', 'Check the address'],
    [422, 'internal', 'for the developer'],
    [302, 'config', 'Set the address of the API'],
  ])('a %i is %s, asked once, and shows neither secret nor body', (code, kind, next) =>
    withApi(status(code, { location: '/login?SECRET-BODY' }), async ({ client, seen, url }) => {
      const error = await failureOf(client({ auth: bearer('SECRET-KEY') }).get('/x', { api_key: 'SECRET-QUERY' }));
      expect(error.kind).toBe(kind);
      expect(error.details.hint).toContain(next);
      expect(error.message).toBe(`GET ${url}/x?api_key=…: answered ${code}`);
      expect(JSON.stringify([error.message, error.details, error.stack, String(error.cause)])).not.toContain('SECRET');
      expect(seen).toHaveLength(1);
    }),
  );

  test('a 403 is told from a wrong key, also where a source gives its own hint, unless it says that it means another thing', () =>
    withApi(status(403), async ({ client }) => {
      const faultBy = async (statusKinds = {}) => (await failureOf(client({ statusKinds }).get('/x'))).details.fault;
      expect(await faultBy()).toBe('permission');
      expect(await faultBy({ 403: { kind: 'auth', hint: 'Grant it.' } })).toBe('permission');
      expect(await faultBy({ 403: { kind: 'config', hint: 'Correct it.' } })).toBeUndefined();
    }));

  test('a source may say what a status means, and skip one', () =>
    withApi(
      ({ url }, response, nth) =>
        status(url.pathname === '/gone' ? 404 : nth === 1 ? 202 : 200)({} as never, response, nth),
      async ({ client, seen }) => {
        const api = client({ statusKinds: { 202: 'transient' } });
        expect(await api.get('/x')).toEqual({ message: 'SECRET-BODY' });
        expect(seen).toHaveLength(2);
        expect(await api.get('/gone', {}, { statusKinds: { 404: 'skip' } })).toBeUndefined();
        expect((await failureOf(api.get('/gone'))).kind).toBe('config');
      },
    ));

  test('a source may look into the body of an error itself', () =>
    withApi(
      (_seen, response) => json(response, { message: 'Invalid Campaign ID' }, {}, 400),
      async ({ client }) => {
        const response = await client().request({ method: 'GET', path: '/x', statusKinds: { 400: 'ok' } });
        expect(response).toMatchObject({ status: 400, body: { message: 'Invalid Campaign ID' } });
      },
    ));

  test.each<[string, Answer]>([
    ['a login page', HTML],
    ['broken JSON', (_seen, response) => json(response, '{"secret":"SECRET-BODY"')],
    ['an empty body', (_seen, response) => json(response, '')],
    ['invalid UTF-8', (_seen, response) => void response.end(Buffer.from('{"a":"\xff SECRET-BODY"}', 'latin1'))],
  ])('%s with 200 is asked for once more, then is a source error without its text', (_name, answer) =>
    withApi(answer, async ({ client, seen }) => {
      const error = await failureOf(client().get('/x'));
      expect(error.kind).toBe('source');
      expect(error.message).toContain('instead of JSON');
      expect(JSON.stringify([error.message, error.details, error.stack, String(error.cause)])).not.toContain('SECRET');
      expect(seen).toHaveLength(2);
    }),
  );

  test('a login page that is gone at the second try is survived', () =>
    withApi(onceThen(HTML), async ({ client }) => {
      expect(await client().get('/x')).toEqual({ fine: true });
    }));

  test('an error inside a 200 is handled by the kind that the source gives it', () =>
    withApi(
      (_seen, response, nth) => json(response, nth < 3 ? { message: 'busy' } : { message: 'success', nth }),
      async ({ client, seen }) => {
        const check = (body: { message: string }): void => {
          if (body.message !== 'success') throw new ConnectorError('transient', `the API says ${body.message}`);
        };
        expect(await client({ check }).get('/x')).toEqual({ message: 'success', nth: 3 });
        expect(seen).toHaveLength(3);
      },
    ));

  test.each(['identity', 'gzip'])('an answer that is too large is a source error (%s)', (encoding) =>
    withApi(
      (_seen, response) => {
        const body = JSON.stringify({ text: 'x'.repeat(200_000) });
        response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding });
        response.end(encoding === 'gzip' ? zlib.gzipSync(body) : body);
      },
      async ({ client, seen }) => {
        const error = await failureOf(client({ maxResponseBytes: 100_000 }).get('/x'));
        expect(error.kind).toBe('source');
        expect(error.message).toContain('larger than 100000 bytes');
        expect(seen).toHaveLength(1);
      },
    ),
  );
});

describe('requests that must not be done twice', () => {
  const cut: Answer = (_seen, response) => void response.socket?.destroy();
  test.each<[string, Answer]>([
    ['a cut connection', cut],
    ['a 503', status(503)],
    ['a login page', HTML],
  ])('a POST whose outcome is unknown after %s is not repeated', (_name, fault) =>
    withApi(onceThen(fault), async ({ client, seen }) => {
      expect(await failureOf(client().post('/x', { a: 1 }))).toMatchObject({ name: 'ConnectorError' });
      expect(seen).toHaveLength(1);
    }),
  );
  test('a POST that is declared idempotent is repeated', () =>
    withApi(onceThen(cut), async ({ client, seen }) => {
      expect(await client().post('/x', { big: 2n ** 60n }, { idempotent: true })).toEqual({ fine: true });
      expect(seen.map(({ body }) => body)).toEqual(Array(2).fill('{"big":1152921504606846976}'));
    }));
  test('a POST that was refused by a rate limit has surely not been done and is repeated', () =>
    withApi(onceThen(status(429)), async ({ client }) => {
      expect(await client().post('/x', { a: 1 })).toEqual({ fine: true });
    }));
});

describe('compression, addresses, cancellation', () => {
  test.each([
    ['gzip', zlib.gzipSync],
    ['deflate', zlib.deflateSync],
    ['br', zlib.brotliCompressSync],
    ['zstd', zlib.zstdCompressSync],
  ])('%s is read', (encoding, compress) =>
    withApi(
      ({ headers }, response) => {
        expect(headers['accept-encoding']).toBe('gzip, br, zstd');
        response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding });
        response.end(compress(JSON.stringify({ text: 'Grüße 🙂' })));
      },
      async ({ client }) => {
        expect(await client().get('/x')).toEqual({ text: 'Grüße 🙂' });
      },
    ),
  );

  test('a path lies below the base, a query keeps lists and leaves out what is missing', () =>
    withApi(good, async ({ client, seen, url }) => {
      const query = { a: [1, 2], b: undefined, c: null, d: new Date(0), e: 'ü&=' };
      await client({ baseUrl: `${url}/v2/` }).get('/things', query);
      expect(seen[0]?.url.pathname).toBe('/v2/things');
      expect([...(seen[0]?.url.searchParams ?? [])]).toEqual([
        ['a', '1'],
        ['a', '2'],
        ['d', '1970-01-01T00:00:00.000Z'],
        ['e', 'ü&='],
      ]);
    }));

  test.each(['https://elsewhere.example/x', '//elsewhere.example/x', 'http://user:pw@127.0.0.1/x'])(
    'credentials are not sent to %s',
    (path) =>
      withApi(good, async ({ client, seen }) => {
        const error = await failureOf(client({ auth: bearer('key') }).get(path));
        expect(error.kind).toBe('source');
        expect(seen).toHaveLength(0);
      }),
  );

  test('an answer without a body is undefined, a request answers status and headers too', () =>
    withApi(
      ({ method }, response) =>
        json(response, method === 'POST' ? '' : { a: 1 }, { 'x-id': '7' }, method === 'POST' ? 204 : 200),
      async ({ client }) => {
        expect(await client().post('/x', {})).toBeUndefined();
        const response = await client().request({ method: 'get', path: '/x' });
        expect(response).toMatchObject({ status: 200, body: { a: 1 }, headers: { 'x-id': '7' } });
      },
    ));

  test.each(['CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID', 'DEPTH_ZERO_SELF_SIGNED_CERT'])(
    'a certificate that is not trusted needs a person and is not tried again: %s',
    (code) => {
      expect(networkError(Object.assign(new Error('tls'), { code }))).toMatchObject({ kind: 'config' });
    },
  );

  test.each(['ftp://example.com', 'example.com', 'https://user:SECRET@example.com'])(
    'an address such as %s is a configuration error',
    (baseUrl) => {
      expect(() => httpClient({ baseUrl })).toThrow(expect.objectContaining({ kind: 'config' }));
    },
  );

  test('an abort ends a request in flight at once, with its reason', async () => {
    const stop = new AbortController();
    await withApi(
      () => stop.abort(new Error('Ctrl-C')),
      async ({ client, seen }) => {
        expect((await failureOf(client({ signal: stop.signal }).get('/x'))).message).toBe('Ctrl-C');
        expect(seen).toHaveLength(1);
      },
    );
  });

  test('many requests under one signal leave no listener on it', () =>
    withApi(good, async ({ client }) => {
      const stop = new AbortController();
      const warnings: Error[] = [];
      const note = (warning: Error): void => void warnings.push(warning);
      process.on('warning', note);
      const api = client({ signal: stop.signal });
      await Promise.all(Array.from({ length: 40 }, () => api.get('/x', {}, { signal: new AbortController().signal })));
      await Promise.all(Array.from({ length: 40 }, () => api.get('/x')));
      await new Promise(setImmediate);
      process.off('warning', note);
      expect(warnings).toEqual([]);
      expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
    }));

  test('an abort ends a real wait at once, with its reason', async () => {
    const stop = new AbortController();
    await withApi(status(429, { 'retry-after': '600' }), async ({ url, seen }) => {
      const client = httpClient({ baseUrl: url, signal: stop.signal });
      const failure = failureOf(client.get('/x'));
      while (seen.length === 0) await new Promise(setImmediate);
      stop.abort(new Error('Ctrl-C'));
      expect((await failure).message).toBe('Ctrl-C');
      await client.close();
    });
  });

  test('a header that HTTP does not allow is an error that does not quote it', () =>
    withApi(good, async ({ client }) => {
      const error = await failureOf(client({ auth: bearer('SECRET\nKEY') }).get('/x'));
      expect(error.kind).toBe('internal');
      expect(JSON.stringify([error.message, error.details, String(error.cause)])).not.toContain('SECRET');
    }));
});
