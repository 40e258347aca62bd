import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import {
  emailChannel,
  pagerDutyChannel,
  slackChannel,
  teamsChannel,
  webhookChannel,
  type AlertMessage,
} from '../../../core/alerting/index.js';
import type { ConnectorError } from '../../../core/sdk/errors.js';
import { startPagerDuty } from '../../simulators/pagerduty/server.js';
import { startMailBox, type MailBox } from '../../support/mail.js';
import { startReceiver, type Receiver } from '../../support/receiver.js';

const MESSAGE: AlertMessage = {
  action: 'trigger',
  id: 'tributary-alert-1-1',
  key: 'daily:run_failed',
  project: 'outreach',
  kind: 'run_failed',
  severity: 'critical',
  connection: 'daily',
  run: 'a-run',
  text: {
    title: 'daily: the run failed',
    what: 'Column <b>member_id</b> & *others* were refused, see <!channel>.',
    meaning: 'The report goes on with the figures it has.',
    next: 'Correct "exports".',
    command: 'tributary runs show a-run',
  },
  openedAt: '2026-03-10T06:00:00.000Z',
  link: 'https://tributary.example.org/runs/a-run',
};
const RESOLVED: AlertMessage = {
  ...MESSAGE,
  action: 'resolve',
  id: 'tributary-alert-1-2',
  resolvedAt: '2026-03-10T07:00:00.000Z',
};
const never = () => new AbortController().signal;

let hook: Receiver;
beforeEach(async () => {
  hook = await startReceiver();
});
afterEach(() => hook.close());

const body = (index: number) => JSON.parse(hook.received[index]?.body ?? '') as any;

describe('mail', () => {
  let box: MailBox;
  afterEach(() => box.close());

  const send = (to: readonly string[], message: AlertMessage, more: object = {}) =>
    emailChannel(to, {
      host: '127.0.0.1',
      port: box.port,
      tls: 'none',
      from: 'tributary@example.org',
      ...more,
    }).send(message, never());

  test('it says the same as text and as HTML, and nothing in it is taken for markup', async () => {
    box = await startMailBox({ disabledCommands: ['STARTTLS', 'AUTH'] });
    const answer = await send(['ops@example.org', 'lead@example.org'], MESSAGE);
    expect(answer).toMatch(/^127\.0\.0\.1 answered 250/);
    await send(['ops@example.org'], RESOLVED);
    const [mail, resolved] = box.mails;
    expect(mail?.subject).toBe('[outreach] CRITICAL: daily: the run failed');
    expect(mail?.headers.get('auto-submitted')).toBe('auto-generated');
    expect([mail?.messageId, resolved?.messageId]).toEqual([
      '<tributary-alert-1-1@example.org>',
      '<tributary-alert-1-2@example.org>',
    ]);
    // One conversation in the reader's program.
    expect(resolved?.references).toEqual(mail?.references);
    for (const part of [...Object.values(MESSAGE.text), MESSAGE.link]) expect(mail?.text).toContain(part);
    const html = String(mail?.html);
    expect(html).toContain('Column &lt;b&gt;member_id&lt;/b&gt; &amp; *others*');
    expect(html).toContain(`href="${MESSAGE.link}"`);
    expect(html).not.toMatch(/<(script|img|link)|url\(/);
    expect(resolved?.subject).toBe('[outreach] Resolved: daily: the run failed');
    expect(resolved?.text).toContain('Nothing is left to do.');
  });

  test('an address that the server refuses is told, and the others get their mail', async () => {
    box = await startMailBox({
      disabledCommands: ['STARTTLS', 'AUTH'],
      onRcptTo: ({ address }, _session, done) =>
        done(address.startsWith('gone') ? Object.assign(new Error('no such user'), { responseCode: 550 }) : null),
    });
    expect(await send(['gone@example.org', 'ops@example.org'], MESSAGE)).toContain('refused 1 of 2 addresses');
    expect(box.mails).toHaveLength(1);
    await expect(send(['gone@example.org'], MESSAGE)).rejects.toMatchObject({ kind: 'config' });
  });

  test('a server that is busy is asked again, one without TLS gets no mail where TLS is asked for', async () => {
    box = await startMailBox({
      disabledCommands: ['STARTTLS', 'AUTH'],
      onMailFrom: (_address, _session, done) => done(Object.assign(new Error('try later'), { responseCode: 451 })),
    });
    await expect(send(['ops@example.org'], MESSAGE)).rejects.toMatchObject({
      kind: 'transient',
      message: expect.stringContaining('451'),
    });
    await expect(send(['ops@example.org'], MESSAGE, { tls: 'starttls' })).rejects.toMatchObject({ kind: 'config' });
    expect(box.mails).toEqual([]);
  });
});

test('Slack shows it, and no text of ours can call everybody', async () => {
  const slack = slackChannel({ url: hook.url });
  expect(await slack.send(MESSAGE, never())).toMatch(/^127\.0\.0\.1:\d+ answered 200: ok$/);
  const { text, blocks } = body(0);
  expect(text).toBe('CRITICAL: daily: the run failed');
  expect(blocks[1].text.text).toContain('see &lt;!channel&gt;.');
  expect(blocks[1].text.text).toContain(`<${MESSAGE.link}|The run>`);
  await slack.send({ ...MESSAGE, text: { ...MESSAGE.text, what: 'x'.repeat(9000) } }, never());
  expect(body(1).blocks[1].text.text.length).toBeLessThanOrEqual(3000);
});

test('Teams shows it as an adaptive card', async () => {
  await teamsChannel({ url: hook.url }).send(MESSAGE, never());
  const [{ contentType, content }] = body(0).attachments;
  expect(contentType).toBe('application/vnd.microsoft.card.adaptive');
  expect(content).toMatchObject({ type: 'AdaptiveCard', actions: [{ url: MESSAGE.link }] });
  expect(content.body[1].text).toContain(String.raw`Column <b>member\_id</b> & \*others\*`);
});

test('a webhook gets everything, signed with its time', async () => {
  const secret = 'a-secret-of-a-test';
  await webhookChannel({ url: hook.url, secret }).send(RESOLVED, never());
  const [{ headers, body: raw } = { headers: {}, body: '' }] = hook.received;
  const timestamp = headers['x-tributary-timestamp'];
  const expected = createHmac('sha256', secret).update(`${timestamp}.${raw}`).digest('hex');
  expect(headers['x-tributary-signature']).toBe(`sha256=${expected}`);
  expect(headers['idempotency-key']).toBe('tributary-alert-1-2');
  expect(raw).not.toContain(secret);
  expect(body(0)).toMatchObject({
    schema: 'tributary.alert/1',
    action: 'resolve',
    key: 'daily:run_failed',
    connection: 'daily',
    stream: null,
    what: MESSAGE.text.what,
    resolved_at: '2026-03-10T07:00:00.000Z',
  });
});

test('PagerDuty takes the longest names and texts there can be', async () => {
  const routing_key = '0123456789abcdef0123456789abcdef';
  const pager = await startPagerDuty([routing_key]);
  const channel = pagerDutyChannel({ routing_key, endpoint: pager.endpoint });
  const long = { key: 'k'.repeat(300), text: { ...MESSAGE.text, title: 't'.repeat(2000) } };
  await channel.send({ ...MESSAGE, ...long }, never());
  await channel.send({ ...RESOLVED, ...long }, never());
  expect(pager.alerts).toMatchObject([{ isResolved: true, details: { next: 'Correct "exports".' } }]);
  await pager.close();
});

test.each([
  [429, 'rate_limit'],
  [500, 'transient'],
  [503, 'transient'],
  [408, 'transient'],
  [400, 'config'],
  [404, 'config'],
  [302, 'config'],
  [401, 'auth'],
  [403, 'auth'],
])('an answer of %i is %s, and tells no address', async (status, kind) => {
  hook.answer(status, 'no\nthanks', { 'retry-after': '7' });
  const sending = slackChannel({ url: `${hook.url}/T000/secret-part` }).send(MESSAGE, never());
  const error = await sending.then(
    () => undefined,
    (thrown: unknown) => thrown as Error,
  );
  expect(error).toMatchObject({ kind, message: expect.stringMatching(new RegExp(`answered ${status}: no thanks$`)) });
  expect(JSON.stringify(error)).not.toContain('secret-part');
  expect(error?.message).not.toContain('secret-part');
});

test('a receiver that takes the message and never answers is let go in time', async () => {
  const open: Socket[] = [];
  const silent = createServer((socket) => void open.push(socket)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const server = { host: '127.0.0.1', port, tls: 'none', from: 'tributary@example.org' } as const;
  const kinds = await Promise.all(
    [slackChannel({ url: `http://127.0.0.1:${port}/` }), emailChannel(['ops@example.org'], server)].map((channel) =>
      channel.send(MESSAGE, AbortSignal.timeout(200)).catch((error: unknown) => (error as ConnectorError).kind),
    ),
  );
  for (const socket of open) socket.destroy();
  silent.close();
  expect(kinds).toEqual(['transient', 'transient']);
});
