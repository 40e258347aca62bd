import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { webhookChannel } from '../../../../core/alerting/index.js';
import { httpClient } from '../../../../core/sdk/http/index.js';

const file = (name: string) => readFileSync(new URL(`../../../fixtures/tls/${name}`, import.meta.url));

test('a server whose certificate nobody vouches for is told nothing, by an API or a webhook', async () => {
  let asked = 0;
  const server = createServer({ cert: file('localhost.pem'), key: file('localhost.key') }, (_, response) => {
    asked++;
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const signal = AbortSignal.timeout(5_000);
  await expect(httpClient({ baseUrl: url, signal }).get('/x')).rejects.toMatchObject({ kind: 'config' });
  const channel = webhookChannel({ url, secret: 'a-secret-of-a-test' });
  const message = { title: '', what: '', meaning: '', next: '', command: '' } as never;
  await expect(channel.send(message, signal)).rejects.toBeDefined();
  expect(asked).toBe(0);
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});
