import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { webhookChannel } from '../../../../core/alerting/index.js';
import { lookupWith } from '../../../../core/sdk/http/metadata-address.js';
import { httpClient } from '../../../../core/sdk/http/index.js';

/** Addresses at which a cloud tells a machine its own credentials, in the forms that get past a check of the text. */
const FORMS = [
  '169.254.169.254',
  '2852039166',
  '0xa9fea9fe',
  '0xa9.0xfe.0xa9.0xfe',
  '0251.0376.0251.0376',
  '169.254.43518',
  '[::ffff:169.254.169.254]',
  '[::ffff:a9fe:a9fe]',
  '[fe80::1]',
  '[fd00:ec2::254]',
  '100.100.100.200',
  '0.0.0.0',
];

let server: Server;
let asked: string[] = [];
let url: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url!);
    response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/iam/security-credentials/' });
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const client = (baseUrl: string) =>
  httpClient({ baseUrl, signal: AbortSignal.timeout(5_000), connector: 'test' } as never);
const message = { title: '', what: '', meaning: '', next: '', command: '' } as never;

it.each(FORMS)('%s is refused as the address of an API and of a webhook', async (host) => {
  expect(() => client(`http://${host}/`)).toThrow(/own link, where no API lies/);
  const channel = webhookChannel({ url: `http://${host}/`, secret: 'a-secret-of-a-test' });
  await expect(channel.send(message, AbortSignal.timeout(5_000))).rejects.toMatchObject({
    kind: 'config',
    message: expect.stringContaining('own link'),
  });
});

it('a name that leads there is refused at the connection, also where it led elsewhere before', async () => {
  const answers: LookupAddress[][] = [
    [{ address: '93.184.216.34', family: 4 }],
    [
      { address: '93.184.216.34', family: 4 },
      { address: '::ffff:169.254.169.254', family: 6 },
    ],
  ];
  const resolver = (_name: string, _options: object, callback: (error: null, found: LookupAddress[]) => void) =>
    callback(null, answers.shift()!);
  const look = lookupWith(resolver as never);
  const once_ = () =>
    new Promise((resolve, reject) =>
      look('rebinding.example', {}, (error, found) => (error ? reject(error) : resolve(found))),
    );
  expect(await once_()).toBe('93.184.216.34');
  await expect(once_()).rejects.toMatchObject({
    kind: 'config',
    message: expect.stringContaining('rebinding.example'),
  });
});

it('a redirection there is not followed, neither for an API nor for a webhook', async () => {
  asked = [];
  const api = client(url);
  await expect(api.get('/x')).rejects.toBeDefined();
  const channel = webhookChannel({ url, secret: 'a-secret-of-a-test' });
  await expect(channel.send(message, AbortSignal.timeout(5_000))).rejects.toMatchObject({ kind: 'config' });
  expect(asked).toEqual(['/x', '/']);
});
