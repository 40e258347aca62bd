import { createServer } from 'node:http';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guardedLookup, refusalOf } from '../../../../connectors/rest/requests/address-guard.js';
import { campaignApi } from '../../../support/campaign-api.js';
import { scriptedApi, type Script } from '../../../support/scripted-api.js';
import { read } from './reading.js';

const failing = (manifest: string, script: Script, more: Partial<Parameters<typeof read>[0]> = {}) =>
  read({
    manifest,
    script,
    config: { start_date: '2024-03-02', ...more.config },
    ...(more.options === undefined ? {} : { options: more.options }),
  });

const NOBODY = { loopback: false, private: false, http: false };

test.each([
  ['127.0.0.1', 'an address of this machine'],
  ['::1', 'an address of this machine'],
  ['::ffff:127.0.0.1', 'an address of this machine'],
  ['10.1.2.3', 'an address of a private network'],
  ['172.31.0.1', 'an address of a private network'],
  ['192.168.1.1', 'an address of a private network'],
  ['100.64.0.1', 'an address of a private network'],
  ['fd12::1', 'an address of a private network'],
  ['::ffff:10.0.0.1', 'an address of a private network'],
  ['169.254.169.254', 'an address that no API has'],
  ['::ffff:169.254.169.254', 'an address that no API has'],
  ['fe80::1', 'an address that no API has'],
  ['0.0.0.0', 'an address that no API has'],
  ['224.0.0.1', 'an address that no API has'],
  ['64:ff9b::7f00:1', 'an address that no API has'],
  ['64:ff9b:1::a9fe:a9fe', 'an address that no API has'],
  ['::ffff:0:7f00:1', 'an address that no API has'],
  ['::127.0.0.1', 'an address that no API has'],
  ['::', 'an address that no API has'],
  ['fec0::1', 'an address that no API has'],
  ['168.63.129.16', 'an address that no API has'],
  ['2002:7f00:1::', 'an address that no API has'],
  ['93.184.216.34', undefined],
  ['2606:4700::1111', undefined],
])('of %s it is known what it is', (address, expected) => {
  expect(refusalOf(address, NOBODY)).toBe(expected);
});

test('allowing private addresses allows no metadata address', () => {
  expect(refusalOf('10.1.2.3', { ...NOBODY, private: true })).toBeUndefined();
  expect(refusalOf('169.254.169.254', { loopback: true, private: true, http: true })).toBe(
    'an address that no API has',
  );
});

test('a name that leads to an own address, beside a public one, is not connected to', async () => {
  const lookup = guardedLookup(NOBODY, ((
    _name: string,
    _options: object,
    callback: (error: null, found: object[]) => void,
  ) =>
    callback(null, [
      { address: '93.184.216.34', family: 4 },
      { address: '10.0.0.7', family: 4 },
    ])) as never);
  const error = await new Promise((resolve) => lookup('rebinding.example', { all: true }, (fault) => resolve(fault)));
  expect(error).toMatchObject({ kind: 'config', message: expect.stringContaining('an address of a private network') });
});

test('without allowance neither this machine nor plain http is reached', async () => {
  await expect(failing('page-increment.yaml', campaignApi, { options: { allow: [] } })).rejects.toThrow(
    'would be asked without encryption',
  );
  await expect(failing('page-increment.yaml', campaignApi, { options: { allow: ['http'] } })).rejects.toThrow(
    'is an address of this machine',
  );
  await expect(
    failing('page-increment.yaml', campaignApi, {
      options: { allow: ['http', 'private', 'loopback'] },
      config: { endpoint: 'http://169.254.169.254/latest' },
    }),
  ).rejects.toThrow('is an address that no API has');
  await expect(
    failing('page-increment.yaml', campaignApi, {
      options: { allow: ['loopback'] },
      config: { endpoint: 'file:///etc/passwd' },
    }),
  ).rejects.toThrow('is no http or https address');
});

test('a redirect, a next page and a result lead nowhere that the manifest does not name', async () => {
  const redirect: Script = () => ({ status: 302, headers: { location: 'http://169.254.169.254/latest/meta-data' } });
  await expect(failing('page-increment.yaml', redirect)).rejects.toThrow('would be asked without encryption');
  await expect(failing('page-increment.yaml', redirect, { options: { allow: ['loopback', 'http'] } })).rejects.toThrow(
    'A request was to go to "169.254.169.254", which the manifest does not name',
  );
  const next: Script = ({ headers }) => ({
    headers: { link: `<http://localhost:${headers['host']!.split(':')[1]}/linked>; rel="next"` },
    body: [{ id: 1 }],
  });
  await expect(failing('link-header-path.yaml', next)).rejects.toThrow('A request was to go to "localhost"');
});

test('another origin gets no credential', async () => {
  const script: Script = ({ headers, path }) =>
    path === '/elsewhere'
      ? { body: { data: [] } }
      : { status: 307, headers: { location: `http://localhost:${headers['host']!.split(':')[1]}/elsewhere` } };
  const { api } = await failing('offset-pages-api-key.yaml', script, {
    config: { api_key: 'k-1' },
    options: { allow: ['loopback'], allowed_hosts: ['localhost'] },
  });
  expect(api.seen.map(({ path, headers }) => [path, headers['x-api-key']])).toEqual([
    ['/items', 'k-1'],
    ['/elsewhere', undefined],
  ]);
});

test('a host that a path of the manifest names whole is one that it names', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-path-'));
  const elsewhere = await scriptedApi(() => ({ body: { items: [{ id: 7 }] } }));
  try {
    const text = (path: string) => `version: 7.0.0
check: { stream_names: [a] }
streams:
  - { name: a, type: DeclarativeStream, retriever: { requester: { type: HttpRequester, url_base: "{{ config['endpoint'] }}", path: "${path}" }, record_selector: { extractor: { field_path: [items] } } } }
`;
    const own = join(folder, 'm.yaml');
    const port = new URL(elsewhere.url).port;
    await writeFile(own, text(`http://localhost:${port}/items/{{ stream_slice }}`));
    expect((await failing(own, campaignApi)).records['a']).toEqual([{ id: 7 }]);
    // What a template makes of what comes later is nobody's name.
    await writeFile(own, text(`{{ 'http://' ~ 'localhost' }}:${port}/items/{{ stream_slice }}`));
    await expect(failing(own, campaignApi)).rejects.toThrow('A request was to go to "localhost"');
  } finally {
    await elsewhere.close();
    await rm(folder, { recursive: true });
  }
});

test.each([307, 308])(
  'a body goes on after a %i, without credentials, and to no host that is not named',
  async (status) => {
    const manifest = 'bodies.yaml';
    const script: Script = ({ headers, path }) =>
      path === '/elsewhere'
        ? { body: { data: [{ id: 1 }] } }
        : { status, headers: { location: `http://localhost:${headers['host']!.split(':')[1]}/elsewhere` } };
    const secrets = { request_headers: { Authorization: 'Bearer a', Cookie: 'b=c', 'X-Api-Key': 'd' } };
    const config = { kind: 'a', start_date: '2024-03-02' };
    const folder = await mkdtemp(join(tmpdir(), 'tributary-redirect-'));
    try {
      const text = await readFile(`test/fixtures/manifests/${manifest}`, 'utf8');
      const own = join(folder, manifest);
      await writeFile(
        own,
        text
          .replaceAll('http_method: POST', `http_method: POST, ${JSON.stringify(secrets).slice(1, -1)}`)
          .replace(/, request_headers: \{ type: Header \}/, ''),
      );
      const allowed = { allow: ['loopback'], allowed_hosts: ['localhost'] };
      const { api, records } = await failing(own, script, { config, options: allowed });
      expect(records['form']).toEqual([{ id: 1 }]);
      const [before, after] = api.seen;
      expect(before).toMatchObject({ method: 'POST', body: 'a=2024-03-02&n=5', headers: { cookie: 'b=c' } });
      expect(after).toMatchObject({ method: 'POST', path: '/elsewhere', body: before!.body });
      expect(after!.headers['content-type']).toBe('application/x-www-form-urlencoded');
      for (const name of ['authorization', 'cookie', 'x-api-key']) expect(after!.headers[name]).toBeUndefined();
      const seen: string[] = [];
      const watched: Script = (request, all) => (seen.push(request.path), script(request, all));
      await expect(failing(own, watched, { config })).rejects.toThrow('A request was to go to "localhost"');
      expect(seen).toEqual(['/posted']);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);

test('a redirect that makes a GET sends nothing that belongs to the body', async () => {
  const script: Script = ({ method }) =>
    method === 'POST' ? { status: 303, headers: { location: '/elsewhere' } } : { body: { data: [] } };
  const { api } = await failing('bodies.yaml', script, { config: { kind: 'a', start_date: '2024-03-02' } });
  expect(api.seen.slice(0, 2).map(({ method, body, headers }) => [method, body, headers['content-type']])).toEqual([
    ['POST', 'a=2024-03-02&n=5', 'application/x-www-form-urlencoded'],
    ['GET', '', undefined],
  ]);
});

test('paging that does not end is stopped', async () => {
  const same: Script = () => ({ body: { data: [{ id: 1 }], meta: { next: 7 } } });
  await expect(failing('cursor-pagination.yaml', same)).rejects.toMatchObject({
    message: expect.stringMatching(/: paging does not end: the same answer came again under the same page token\.$/),
    details: { hint: 'Look at `cursor_value` and `stop_condition` of the paginator.' },
  });
  let at = 0;
  const other: Script = () => ({ body: { data: [{ id: (at += 1) }], meta: { next: at } } });
  await expect(failing('cursor-pagination.yaml', other, { options: { max_pages: 50 } })).rejects.toThrow(
    'more than 50 pages, which is what `max_pages` of the source allows',
  );
});

test('an answer without end is cut off, and so is one of redirects', async () => {
  const chunk = Buffer.alloc(1 << 20, 'x');
  const server = createServer((_request, response) => {
    const write = () => {
      while (!response.destroyed && response.write(chunk));
      response.once('drain', write);
    };
    write();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await expect(
    failing('page-increment.yaml', campaignApi, { config: { endpoint }, options: { max_response_bytes: 8 << 20 } }),
  ).rejects.toMatchObject({
    message: expect.stringContaining('larger than 8388608 bytes'),
    details: { hint: 'Ask for smaller pages, or raise `max_response_bytes` of the source.' },
  });
  server.closeAllConnections();
  server.close();
  const round: Script = ({ path }) => ({ status: 302, headers: { location: `${path}x` } });
  await expect(failing('page-increment.yaml', round)).rejects.toThrow('leads from one address to the next without end');
});

test('a login page in place of JSON is a fault, and no empty list', async () => {
  await expect(
    failing('page-increment.yaml', () => ({ headers: { 'content-type': 'text/html' }, body: '<html>log in</html>' })),
  ).rejects.toThrow('answered 200 with something that is no JSON');
});
