import { oauth } from '../../../../connectors/rest/auth/oauth.js';
import { connect } from '../../../../connectors/rest/connected.js';
import { noParts } from '../../../../connectors/rest/requests/request-option.js';
import { restConfig } from '../../../../connectors/rest/rest.config.js';
import { scriptedApi, type ScriptedAnswer, type ScriptedApi } from '../../../support/scripted-api.js';

const START = Date.parse('2024-03-10T12:00:00Z');
let api: ScriptedApi;
let time: number;
/** What the token server answers beside the token. */
let answer: ScriptedAnswer;
let source: Awaited<ReturnType<typeof connect>>;
beforeEach(async () => {
  time = START;
  answer = {};
  api = await scriptedApi((_request, seen) => ({
    ...answer,
    body: { access_token: `t${seen.length + 1}`, ...(answer.body as object | undefined) },
  }));
  const config = { api: { endpoint: api.url, streams: { a: { path: '/a' } } }, allow: ['loopback'] };
  const clock = { now: () => new Date(time), sleep: () => Promise.resolve() };
  const { signal } = new AbortController();
  source = await connect(restConfig.parse(config), { signal, baseFolder: '.', clock });
});
afterEach(async () => {
  await source.close();
  await api.close();
});

const credential = (id = 'c') => {
  const node = {
    type: 'OAuthAuthenticator',
    token_refresh_endpoint: `${api.url}/token`,
    client_id: id,
    client_secret: 's',
    grant_type: 'client_credentials',
  };
  const made = oauth(node, source.environment);
  return {
    shown: async () => {
      const parts = noParts();
      await made.apply(parts);
      return parts.header['Authorization'];
    },
    refused: (token: string) => made.renew!({ authorization: `Bearer ${token}` }),
  };
};

test('many who ask at once fetch one token, each credential its own, and the next one once it is old', async () => {
  answer = { body: { expires_in: 3600 } };
  const [a, b, other] = [credential(), credential(), credential('other')];
  const many = () => Promise.all(Array.from({ length: 10 }, (_, at) => (at % 2 === 0 ? a : b).shown()));
  expect(new Set(await many())).toEqual(new Set(['Bearer t1']));
  expect(await other.shown()).toBe('Bearer t2');
  time += 3_600_000;
  expect(new Set(await many())).toEqual(new Set(['Bearer t3']));
  // Of many who are refused the same one, one fetches the next.
  await Promise.all(Array.from({ length: 10 }, () => a.refused('t3')));
  await b.refused('t3');
  expect(await b.shown()).toBe('Bearer t4');
  expect(api.seen).toHaveLength(4);
});

test('a token that could not be fetched is asked for again by who comes next', async () => {
  answer = { status: 401 };
  const { shown } = credential();
  const ends = await Promise.allSettled([shown(), shown()]);
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  answer = {};
  expect(await shown()).toBe('Bearer t2');
});

test.each([
  ['3600', 3540],
  [3600, 3540],
  // What is said to live for no time known is taken for an hour.
  [undefined, 3540],
  [600, 540],
  [300, 270],
  [10, 9],
  [0, 0],
])('a token that lives for %j s is shown for %d s', async (life, seconds) => {
  answer = { body: life === undefined ? {} : { expires_in: life } };
  const { shown } = credential();
  expect(await shown()).toBe('Bearer t1');
  if (seconds > 0) {
    time = START + seconds * 1000 - 1;
    expect(await shown()).toBe('Bearer t1');
  }
  time = START + seconds * 1000;
  expect(await shown()).toBe('Bearer t2');
});

test('a token lives from when it was asked for, however long its answer took', async () => {
  answer = { body: { expires_in: 100 } };
  const { script } = api;
  api.script = (...asked) => {
    time += 50_000;
    return script(...asked);
  };
  const { shown } = credential();
  await shown();
  time = START + 89_999;
  expect(await shown()).toBe('Bearer t1');
  time = START + 90_000;
  expect(await shown()).toBe('Bearer t2');
});
