import { cursorParam, linkHeader, nextUrl, offsetLimit, pageNumber } from '../../../../core/sdk/http/index.js';
import { all, failureOf, json, withApi, type Answer } from './local-api.js';

const items = (from: number, count: number): { id: number }[] =>
  Array.from({ length: count }, (_, i) => ({ id: from + i }));
const flat = (pages: { id: number }[][]): number[] => pages.flat().map(({ id }) => id);
const upTo = (count: number): number[] => items(0, count).map(({ id }) => id);

describe('pages by number and offset', () => {
  const numbered =
    (first: number): Answer =>
    ({ url }, response) => {
      const page = Number(url.searchParams.get('page')) - first;
      json(response, { campaigns: items(page * 3, Math.max(0, Math.min(3, 7 - page * 3))) });
    };
  test.each([0, 1])('numbers from %i end at an empty page', (first) =>
    withApi(numbered(first), async ({ client, seen }) => {
      const pages = await all<{ id: number }>(
        client().pages('/c', { paginate: pageNumber({ first }), items: 'campaigns', query: { archived: true } }),
      );
      expect(flat(pages)).toEqual(upTo(7));
      expect(pages).toHaveLength(3);
      expect(seen).toHaveLength(4);
      expect(seen.every(({ url }) => url.searchParams.get('archived') === 'true')).toBe(true);
    }),
  );
  test('a short page ends where the source says so', () =>
    withApi(numbered(1), async ({ client, seen }) => {
      const paginate = pageNumber({ sizeParam: 'per_page', size: 3, stopOnShortPage: true });
      expect(flat(await all(client().pages('/c', { paginate, items: 'campaigns' })))).toEqual(upTo(7));
      expect(seen).toHaveLength(3);
      expect(seen[0]?.url.search).toBe('?page=1&per_page=3');
    }));
  test('an offset skips nothing where the API gives fewer than asked for', () =>
    withApi(
      ({ url }, response) => {
        const offset = Number(url.searchParams.get('offset'));
        json(response, items(offset, Math.min(4, 10 - offset)));
      },
      async ({ client }) => {
        expect(flat(await all(client().pages('/c', { paginate: offsetLimit({ limit: 100 }) })))).toEqual(upTo(10));
      },
    ));
  test('an API that ignores the page number is a source error, not an endless read', () =>
    withApi(
      (_seen, response) => json(response, { list: items(0, 3) }),
      async ({ client, seen }) => {
        const error = await failureOf(all(client().pages('/c', { paginate: pageNumber(), items: 'list' })));
        expect(error.kind).toBe('source');
        expect(error.message).toContain('the same page came twice');
        expect(seen).toHaveLength(2);
      },
    ));
});

describe('pages by cursor', () => {
  const paginate = cursorParam({ param: 'after', from: 'paging.next' });
  test('an empty page with a cursor is not the end', () =>
    withApi(
      ({ url }, response) => {
        const at = Number(url.searchParams.get('after') ?? 0);
        const list = at === 1 || at === 2 ? [] : items(at === 0 ? 0 : 2, 2);
        json(response, { data: { list }, paging: { next: at < 3 ? at + 1 : null } });
      },
      async ({ client, seen }) => {
        expect(flat(await all(client().pages('/c', { paginate, items: 'data.list' })))).toEqual(upTo(4));
        expect(seen).toHaveLength(4);
      },
    ));
  test('a cursor loop is a source error', () =>
    withApi(
      (_seen, response, nth) => json(response, { list: items(nth, 1), paging: { next: ['a', 'b', 'c'][nth % 3] } }),
      async ({ client, seen }) => {
        const error = await failureOf(all(client().pages('/c', { paginate, items: 'list', query: { key: 'SECRET' } })));
        expect(error.kind).toBe('source');
        expect(error.message).toContain('read already');
        expect(error.message).not.toContain('SECRET');
        expect(seen).toHaveLength(4);
      },
    ));
  test('new cursors without an item for ever are a source error', () =>
    withApi(
      (_seen, response, nth) => json(response, { list: [], paging: { next: nth } }),
      async ({ client }) => {
        const error = await failureOf(all(client().pages('/c', { paginate, items: 'list' })));
        expect(error).toMatchObject({ kind: 'source' });
        expect(error.message).toContain('pages in a row are empty');
      },
    ));
  test('a cursor beyond 2^53 keeps its digits', () =>
    withApi(
      ({ url }, response) =>
        json(
          response,
          `{"list":[{"id":${url.search === '' ? 0 : 1}}],"paging":{"next":${url.search === '' ? '9007199254740993' : 'null'}}}`,
        ),
      async ({ client, seen }) => {
        await all(client().pages('/c', { paginate, items: 'list' }));
        expect(seen[1]?.url.search).toBe('?after=9007199254740993');
      },
    ));
});

describe('pages by address', () => {
  test('the Link header is followed, and the credential with it', () =>
    withApi(
      ({ url }, response) => {
        const page = Number(url.searchParams.get('p') ?? 0);
        const links = [`</c?p=0&x=a,b>; rel="first"`, `</c?p=${page + 1}&x=a,b;c>; title="n"; rel="last next"`];
        json(response, items(page, 1), page < 2 ? { link: links.join(', ') } : { link: links[0]! });
      },
      async ({ client, seen }) => {
        const api = client({ headers: { 'x-api-key': 'abc' } });
        expect(flat(await all(api.pages('/c', { paginate: linkHeader(), query: { limit: 1 } })))).toEqual(upTo(3));
        expect(seen.map(({ url }) => url.search)).toEqual(['?limit=1', '?p=1&x=a,b;c', '?p=2&x=a,b;c']);
        expect(seen[2]?.headers['x-api-key']).toBe('abc');
      },
    ));
  test('an address in the body may be relative', () =>
    withApi(
      ({ url }, response) => {
        const page = Number(url.searchParams.get('p') ?? 0);
        json(response, { list: items(page, 1), next: page < 2 ? `?p=${page + 1}` : '' });
      },
      async ({ client }) => {
        expect(flat(await all(client().pages('/c', { paginate: nextUrl({ from: 'next' }), items: 'list' })))).toEqual(
          upTo(3),
        );
      },
    ));
  test.each([
    'https://evil.example',
    'http://127.0.0.1:1',
    'http://[::ffff:127.0.0.1]',
    'http://0x7f000001',
    'http://2130706433',
    'http://169.254.169.254',
  ])('an address of another origin (%s) is a source error, and nothing is sent there', (origin) =>
    withApi(
      (_seen, response) => json(response, { list: items(0, 1), next: `${origin}/c?key=SECRET` }),
      async ({ client, seen }) => {
        const error = await failureOf(
          all(client().pages('/c', { paginate: nextUrl({ from: 'next' }), items: 'list' })),
        );
        expect(error.kind).toBe('source');
        expect(error.message).toContain(new URL(origin).origin);
        expect(error.message).not.toContain('SECRET');
        expect(seen).toHaveLength(1);
      },
    ),
  );
});

describe('what a page is', () => {
  test('a missing list is an error, since it is not known to be empty', () =>
    withApi(
      (_seen, response) => json(response, { other: [] }),
      async ({ client }) => {
        const error = await failureOf(all(client().pages('/c', { paginate: pageNumber(), items: 'list' })));
        expect(error).toMatchObject({ kind: 'source' });
        expect(error.message).toContain('no list at "list"');
      },
    ));
  test('a null list is an empty one', () =>
    withApi(
      (_seen, response) => json(response, { list: null }),
      async ({ client }) => {
        expect(await all(client().pages('/c', { paginate: pageNumber(), items: 'list' }))).toEqual([]);
      },
    ));
  test('a fault in the middle is survived without loss or doubling', () =>
    withApi(
      ({ url }, response, nth) => {
        const page = Number(url.searchParams.get('page'));
        if (nth === 2) return void response.socket?.destroy();
        json(response, page <= 3 ? items(page - 1, 1) : []);
      },
      async ({ client }) => {
        expect(flat(await all(client().pages('/c', { paginate: pageNumber() })))).toEqual(upTo(3));
      },
    ));
  test('a skipped list is empty, a skipped page in the middle is an error', () =>
    withApi(
      ({ url }, response) => {
        const page = Number(url.searchParams.get('page'));
        json(response, items(page, 1), {}, url.pathname === '/c' && page === 1 ? 200 : 404);
      },
      async ({ client }) => {
        const more = { paginate: pageNumber(), statusKinds: { 404: 'skip' as const } };
        expect(await all(client().pages('/gone', more))).toEqual([]);
        expect((await failureOf(all(client().pages('/c', more)))).kind).toBe('source');
      },
    ));
  test('the next page is fetched only when it is asked for', () =>
    withApi(
      ({ url }, response) => json(response, items(Number(url.searchParams.get('page')), 1)),
      async ({ client, seen }) => {
        for await (const page of client().pages('/c', { paginate: pageNumber() })) {
          expect(page).toHaveLength(1);
          expect(seen).toHaveLength(Number(page[0].id));
          if (page[0].id === 3) break;
        }
        expect(seen).toHaveLength(3);
      },
    ));
});
