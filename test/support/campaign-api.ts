import { CAMPAIGNS, RESULTS } from './campaigns.js';
import { demandingApi } from './demanding-api.js';
import type { Script, ScriptedAnswer, SeenRequest } from './scripted-api.js';

type Query = Readonly<Record<string, string>>;
const page = <T>(rows: readonly T[], from: number, size: number) => rows.slice(from, from + size);
const between = (query: Query, field: 'day' | 'at') =>
  RESULTS.filter(
    (row) =>
      (query['from'] === undefined || row[field] >= query['from']) &&
      (query['to'] === undefined || row[field] <= query['to']),
  );

/** An API of campaigns that pages, filters and logs in by every way that the manifests of the tests use. */
export const campaignApi: Script = (request, seen): ScriptedAnswer => {
  const query: Query = Object.fromEntries(request.query);
  const [, first = '', second = '', third = ''] = request.path.split('/');
  const asked = (path: string) => seen.filter((one) => one.path === path).length;
  const base = `http://${request.headers['host']}`;
  switch (first) {
    case 'campaigns':
      if (third === 'results') {
        const own = between(query, 'day').filter(({ campaign_id: id }) => String(id) === second);
        return { body: { data: own } };
      }
      return { body: { data: page(CAMPAIGNS, Number(query['offset'] ?? 0), Number(query['limit'] ?? 100)) } };
    case 'items':
      return { body: { data: { rows: page(CAMPAIGNS, Number(query['offset'] ?? 0), Number(query['limit'] ?? 100)) } } };
    case 'pages':
      return { body: { items: page(CAMPAIGNS, (Number(query['page'] ?? 1) - 1) * 2, 2) } };
    case 'cursor': {
      const from = Number(query['after'] ?? 0);
      return {
        body: { data: page(CAMPAIGNS, from, 2), meta: { next: from + 2 < CAMPAIGNS.length ? from + 2 : null } },
      };
    }
    case 'linked': {
      const from = Number(query['from'] ?? 0);
      const link: Record<string, string> =
        from + 2 < CAMPAIGNS.length ? { Link: `<${base}/linked?from=${from + 2}>; rel="next"` } : {};
      return { headers: link, body: page(CAMPAIGNS, from, 2) };
    }
    case 'paged': {
      const [from, size] = [Number(query['from'] ?? 0), Number(query['size'] ?? 2)];
      const next = from + size < CAMPAIGNS.length ? `${base}/paged?size=${size}&from=${from + size}` : null;
      return { body: { data: page(CAMPAIGNS, from, size), next } };
    }
    case '%5C@x.example':
      return { body: { data: page(CAMPAIGNS, 0, 1) } };
    case 'nothing':
      return { body: null };
    case 'shifts':
      return {
        body: {
          data: ['2024-03-05T21:00:00.000-05:00', '2024-03-05T22:30:00.000-05:00'].map((at, id) => ({
            id,
            ended_at: at,
          })),
        },
      };
    case 'results': {
      const rows = between(query, query['by'] === 'at' ? 'at' : 'day').filter(
        ({ campaign_id: id }) => query['campaign'] === undefined || query['campaign'].split(',').includes(String(id)),
      );
      return { body: { data: rows } };
    }
    case 'newest':
      return {
        body: {
          data: page(
            [...RESULTS].toSorted((a, b) => (a.at < b.at ? 1 : -1)),
            Number(query['offset'] ?? 0),
            10,
          ),
        },
      };
    case 'counts':
      return { body: RESULTS.filter(({ id }) => id > Number(query['since'] ?? 0)) };
    case 'posted': {
      const body =
        request.body === ''
          ? {}
          : request.headers['content-type'] === 'application/json'
            ? (JSON.parse(request.body) as unknown)
            : Object.fromEntries(new URLSearchParams(request.body));
      return { body: { data: [{ id: 1, body, type: request.headers['content-type'] ?? null }] } };
    }
    case 'flaky':
      if (asked('/flaky') === 0) return { status: 503, body: { error: 'busy' } };
      if (asked('/flaky') === 1) return { status: 429, headers: { 'retry-after': '1' }, body: {} };
      return { body: { data: CAMPAIGNS } };
    case 'hidden':
      return second === '2' || second === '4'
        ? { status: 404, body: { message: 'gone away' } }
        : { body: { data: [{ id: Number(second), seen: true }] } };
    case 'worded':
      if (second === '1') return { status: 404, body: 'It is gone.' };
      if (second === '2') return { status: 404, body: { message: '', error: 'gone' } };
      return { body: { data: [{ id: Number(second) }] } };
    case 'gaps':
      return { body: { data: page([{ id: 1 }, null, {}, { id: 2 }, { id: 3 }], Number(query['offset'] ?? 0), 2) } };
    case 'soft':
      return { body: { status: 'error', message: 'no such thing' } };
    case 'csv':
      return {
        headers: { 'content-type': 'text/csv' },
        body: 'id,name,note\n1,"a ""b"", c",x\n2,second,\n3,"two\nlines",NA\n',
      };
    case 'jsonl':
      return { body: '{"id":1,"a":true}\n{"id":2,"a":null}\n' };
    case 'lines':
      return { body: 'first\nsecond\n' };
    case 'xml':
      return {
        headers: { 'content-type': 'application/xml' },
        body: '<?xml version="1.0"?><root><row id="1"><name>a</name></row><row id="2"><name>b</name><empty/></row></root>',
      };
    case 'login':
      return { body: { session: { token: `s-${request.method}` } } };
    case 'token':
      return { body: { access_token: `t-${new URLSearchParams(request.body).get('grant_type')}`, expires_in: 3600 } };
    case 'private':
      return guarded(request);
    case 'fields':
      return {
        body: {
          fields: ['id', 'name', 'region', 'updated_at', 'details'].map((name) => ({
            name,
            type: name === 'id' ? 'int' : 'str',
          })),
        },
      };
    case 'chosen': {
      const names = (query['fields'] ?? '').split(',');
      return {
        body: {
          data: CAMPAIGNS.map((row) =>
            Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name))),
          ),
        },
      };
    }
    case 'jobs':
      if (request.method === 'POST') return { body: { job: { id: 'j1' } } };
      return {
        body: { state: asked(request.path) < 1 ? 'RUNNING' : 'DONE', urls: [`${base}/report/1`, `${base}/report/2`] },
      };
    case 'report':
      return { body: `id,value\n${second}1,a\n${second}2,b\n` };
    case 'tables':
      return {
        body: {
          tables: [
            { key: 'campaigns', title: 'All campaigns' },
            { key: 'pages', title: 'Pages' },
          ],
        },
      };
    case 'nested':
      return {
        body: {
          groups: {
            x: { rows: [{ id: 1, list: [{ n: 1 }, { n: 2 }] }] },
            y: {
              rows: [
                { id: 2, list: [] },
                { id: 3, list: [{ n: 3 }] },
              ],
            },
          },
        },
      };
    default:
      return demandingApi(request);
  }
};

function guarded({ headers }: SeenRequest): ScriptedAnswer {
  const shown = headers['authorization'] ?? headers['x-session'] ?? headers['x-api-key'] ?? '';
  return shown === '' ? { status: 401, body: { message: 'who is there' } } : { body: { data: [{ id: 1, shown }] } };
}
