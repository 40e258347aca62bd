import { apiKey, basic, bearer, oauth2ClientCredentials } from '../../../../core/sdk/http/index.js';
import { failureOf, json, withApi, type Answer } from './local-api.js';

const good: Answer = (_seen, response) => json(response, {});

interface TokenServer {
  readonly answer: Answer;
  readonly issued: () => number;
  readonly revoke: () => void;
}

/** Issues numbered tokens, of which only the newest is valid. */
function tokenServer(life: unknown = 1200): TokenServer {
  let issued = 0;
  let valid = 0;
  return {
    issued: () => issued,
    revoke: () => {
      valid = -1;
    },
    answer: ({ url, headers }, response) => {
      if (url.pathname === '/token') {
        issued += 1;
        valid = issued;
        return json(response, { access_token: `token-${issued}`, expires_in: life });
      }
      const isValid = headers.authorization === `Bearer token-${valid}`;
      json(response, { used: headers.authorization }, {}, isValid ? 200 : 401);
    },
  };
}
const credentials = (url: string) => ({ tokenUrl: `${url}/token`, clientId: 'id', clientSecret: 'SECRET' });

test('bearer, basic and keys stand where the API expects them', () =>
  withApi(good, async ({ client, seen }) => {
    await client({ auth: bearer('abc') }).get('/x');
    await client({ auth: basic('me', 'pä:ss') }).get('/x');
    await client({ auth: apiKey({ header: 'X-Api-Key', value: 'abc' }) }).get('/x');
    await client({ auth: apiKey({ query: 'key', value: 'a&c' }) }).get('/x', { page: 1 });
    expect(seen[0]?.headers.authorization).toBe('Bearer abc');
    expect(seen[1]?.headers.authorization).toBe(`Basic ${Buffer.from('me:pä:ss').toString('base64')}`);
    expect(seen[2]?.headers['x-api-key']).toBe('abc');
    expect(seen[3]?.url.search).toBe('?page=1&key=a%26c');
  }));

test('an empty credential is an auth error before anything is sent', () => {
  expect(() => bearer(' ')).toThrow('The token is empty');
});

test('a fixed credential that is refused is asked for once', () =>
  withApi(
    (_seen, response) => json(response, {}, {}, 401),
    async ({ client, seen }) => {
      expect((await failureOf(client({ auth: bearer('abc') }).get('/x'))).kind).toBe('auth');
      expect(seen).toHaveLength(1);
    },
  ));

describe('OAuth 2 client credentials', () => {
  test('concurrent requests share one token', async () => {
    const server = tokenServer();
    await withApi(server.answer, async ({ client, url, seen }) => {
      const api = client({
        auth: oauth2ClientCredentials({ ...credentials(url), scope: 'read', extraBody: { account_id: '7' } }),
      });
      await Promise.all(Array.from({ length: 8 }, () => api.get('/x')));
      expect(server.issued()).toBe(1);
      expect(Object.fromEntries(new URLSearchParams(seen[0]?.body))).toEqual({
        grant_type: 'client_credentials',
        account_id: '7',
        scope: 'read',
        client_id: 'id',
        client_secret: 'SECRET',
      });
    });
  });

  test('id and secret go as basic authorization where asked for, and headers of the API do not go to the token server', async () => {
    const server = tokenServer();
    await withApi(server.answer, async ({ client, url, seen }) => {
      const auth = oauth2ClientCredentials({ ...credentials(url), style: 'basic' });
      await client({ auth, headers: { 'X-Api-Key': 'abc' } }).get('/x');
      expect(seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from('id:SECRET').toString('base64')}`);
      expect(seen[0]?.body).toBe('grant_type=client_credentials');
      expect(seen[0]?.headers['x-api-key']).toBeUndefined();
      expect(seen[1]?.headers['x-api-key']).toBe('abc');
    });
  });

  test.each([1200, '1200'])('a token is renewed before its end (%p)', async (life) => {
    const server = tokenServer(life);
    await withApi(server.answer, async ({ client, url, clock }) => {
      const api = client({ auth: oauth2ClientCredentials(credentials(url)) });
      await api.get('/x');
      await clock.sleep(1_139_000);
      await api.get('/x');
      expect(server.issued()).toBe(1);
      await clock.sleep(2_000);
      await Promise.all([api.get('/x'), api.get('/x')]);
      expect(server.issued()).toBe(2);
    });
  });

  test('a token that the API refuses in mid-sync is renewed once for all requests', async () => {
    const server = tokenServer();
    await withApi(server.answer, async ({ client, url }) => {
      const api = client({ auth: oauth2ClientCredentials(credentials(url)) });
      await api.get('/x');
      server.revoke();
      const answers = await Promise.all(Array.from({ length: 6 }, () => api.get('/x')));
      expect(answers.map(({ used }) => used)).toEqual(Array(6).fill('Bearer token-2'));
      expect(server.issued()).toBe(2);
    });
  });

  test('an API that refuses the new token too is an auth error, not a loop', () =>
    withApi(
      ({ url }, response) =>
        url.pathname === '/token' ? json(response, { access_token: 't' }) : json(response, {}, {}, 401),
      async ({ client, url, seen }) => {
        expect((await failureOf(client({ auth: oauth2ClientCredentials(credentials(url)) }).get('/x'))).kind).toBe(
          'auth',
        );
        expect(seen.map((one) => one.url.pathname)).toEqual(['/token', '/x', '/token', '/x']);
      },
    ));

  test.each<[string, Answer]>([
    ['a 400', (_seen, response) => json(response, { error: 'invalid_client SECRET' }, {}, 400)],
    ['a 401', (_seen, response) => json(response, { error: 'SECRET' }, {}, 401)],
    ['a 404', (_seen, response) => json(response, {}, {}, 404)],
    ['an answer without a token', (_seen, response) => json(response, { token: 'SECRET' })],
    ['a login page', (_seen, response) => void response.setHeader('content-type', 'text/html').end('SECRET')],
  ])('%s of the token server is an auth error for all who wait, without the secret', (_name, answer) =>
    withApi(answer, async ({ client, url, seen }) => {
      const api = client({ auth: oauth2ClientCredentials(credentials(url)) });
      for (const error of await Promise.all([failureOf(api.get('/x')), failureOf(api.get('/y'))])) {
        expect(error.kind).toBe('auth');
        expect(JSON.stringify([error.message, error.details, error.stack, String(error.cause)])).not.toContain(
          'SECRET',
        );
      }
      expect(seen.every((one) => one.url.pathname === '/token')).toBe(true);
    }),
  );

  test('a token server that fails for a moment is asked again, and for ever is transient', () =>
    withApi(
      ({ url }, response, nth) =>
        url.pathname === '/token' && nth > 1 && nth < 4
          ? json(response, { access_token: 't' })
          : json(response, {}, {}, url.pathname === '/token' ? 503 : 200),
      async ({ client, url }) => {
        await client({ auth: oauth2ClientCredentials(credentials(url)) }).get('/x');
        const second = client({ auth: oauth2ClientCredentials(credentials(url)) });
        expect((await failureOf(second.get('/x'))).kind).toBe('transient');
      },
    ));

  test('a request that is aborted while it waits for a token leaves the others their token', async () => {
    const stop = new AbortController();
    await withApi(
      ({ url }, response) => {
        if (url.pathname !== '/token') return json(response, { fine: true });
        stop.abort(new Error('not needed'));
        setImmediate(() => json(response, { access_token: 't' }));
      },
      async ({ client, url }) => {
        const api = client({ auth: oauth2ClientCredentials(credentials(url)) });
        const [aborted, answer] = await Promise.all([
          failureOf(api.get('/x', {}, { signal: stop.signal })),
          api.get('/y'),
        ]);
        expect(aborted.message).toBe('not needed');
        expect(answer).toEqual({ fine: true });
      },
    );
  });
});
