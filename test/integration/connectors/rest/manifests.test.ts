import { read } from './reading.js';

const rows = Array.from({ length: 5 }, (_, at) => ({ id: at + 1, name: `n${at}`, ok: at % 2 === 0 ? true : null }));

test('offsets, a key in a header, parameters and a filter', async () => {
  const { records, requests, api } = await read({
    manifest: 'offset-pages-api-key.yaml',
    config: { api_key: 'k-1', kind: 'a b', start_date: '2024-01-01' },
    script: ({ query }) => {
      const { offset, limit } = Object.fromEntries(query);
      return { body: { data: { rows: rows.slice(Number(offset), Number(offset) + Number(limit)) } } };
    },
  });
  expect(records).toEqual({ items: [rows[0], rows[4]].map((row) => ({ ...row })) });
  expect(requests).toEqual(
    ['0', '2', '4'].map((offset) => `GET /items?kind=a b&day=2024-01-01&offset=${offset}&limit=2`),
  );
  expect(api.seen.map(({ headers }) => headers['x-api-key'])).toEqual(['k-1', 'k-1', 'k-1']);
});
