import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { startMailBox, type MailBox } from '../support/mail.js';
import { stopTestServer } from '../support/postgres.js';
import { startReceiver, type Receiver } from '../support/receiver.js';
import { atProbe, csvConnection, newProject, type Project } from './project.js';

const TLS = fileURLToPath(new URL('../fixtures/tls', import.meta.url));
const LOGIN = { MAIL_PASSWORD: 'mail-canary-7a1c', HOOK_SECRET: 'hook-canary-93bd-0001' };

let project: Project;
let box: MailBox;
let hook: Receiver;
/** A test that holds mail in the middle of its transfer. */
let holding: (() => void) | undefined;

beforeAll(async () => {
  hook = await startReceiver();
  box = await startMailBox({
    key: readFileSync(join(TLS, 'localhost.key')),
    cert: readFileSync(join(TLS, 'localhost.pem')),
    authOptional: false,
    onAuth: ({ username, password }, _session, done) =>
      username === 'tributary' && password === LOGIN.MAIL_PASSWORD
        ? done(null, { user: username })
        : done(new Error('wrong password')),
    onMailFrom(_address, _session, done) {
      if (holding === undefined) done();
      else holding();
    },
  });
  project = await newProject(
    `${csvConnection('columns: { date: date, sent: integer }', '    error_budget: { records: 0%, or: 0 }')}
alerts:
  link: https://tributary.example.org/
  channels:
    ops:
      email: [ops@example.org]
      smtp: { host: localhost, port: ${box.port}, username: tributary, password: "\${env:MAIL_PASSWORD}", from: tributary@example.org }
    hook: { webhook: { url: "${hook.url}", secret: "\${env:HOOK_SECRET}" } }
  rules:
    - { when: run_failed, severity: critical, to: [ops] }
    - { when: run_interrupted, to: [hook] }
    - { when: worker_lost, to: [hook], escalate: { after: 1h, to: [ops] } }
`,
  );
});
afterAll(async () => {
  await project.remove();
  await hook.close();
  await box.close();
  await stopTestServer();
});

const options = (more: Readonly<Record<string, string>> = {}) => ({
  env: { ...LOGIN, NODE_EXTRA_CA_CERTS: join(TLS, 'localhost.pem'), ...more },
});

async function serve() {
  const host = project.start(['serve', '--port', '0', '--no-worker', '--json'], options());
  await once(createInterface({ input: host.child.stdout! }), 'line');
  return host;
}

/** What the store says, asked until it is so. */
async function until(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: project.storeUrl });
  await client.connect();
  try {
    while ((await client.query(sql)).rowCount === 0) await client.query('SELECT pg_sleep(0.05)');
  } finally {
    await client.end();
  }
}
const delivered = (channel: string, action: string, kind: string) =>
  `SELECT FROM tributary_store.alert_delivery d JOIN tributary_store.alert_incident i ON i.id = d.incident_id
    WHERE d.channel = '${channel}' AND d.action = '${action}' AND i.kind = '${kind}' AND d.state = 'sent'`;

test('a failure that no host saw is told by the next one, also when that is killed while it tells', async () => {
  await project.write('data/a.csv', 'date,sent\n2026-03-01,ninety\n');
  expect(await project.run(['sync', 'daily'], options())).toMatchObject({ code: 7 });

  // Of two workers one is killed, and one stops as it was told to.
  const started = async () => {
    const worker = project.start(['worker', '--json'], options());
    await once(createInterface({ input: worker.child.stdout! }), 'line');
    return worker;
  };
  const [lost, stopped] = await Promise.all([started(), started()]);
  lost.child.kill('SIGKILL');
  stopped.child.kill('SIGTERM');
  await Promise.all([lost.ended, stopped.ended]);

  // The first host is killed with the mail on its way.
  const held = new Promise<void>((resolve) => (holding = resolve));
  const first = await serve();
  await held;
  first.child.kill('SIGKILL');
  await first.ended;
  holding = undefined;
  expect(box.mails).toEqual([]);
  const client = new pg.Client({ connectionString: project.storeUrl });
  await client.connect();
  const { rowCount: silent } = await client.query(
    `UPDATE tributary_store.worker SET started_at = started_at - interval '5 min', seen_at = now() - interval '2 min'`,
  );
  expect(silent).toBe(1);
  const { rowCount } = await client.query(
    `UPDATE tributary_store.alert_delivery SET lease_until = now() - interval '1 s' WHERE state = 'waiting'`,
  );
  await client.end();
  expect(rowCount).toBe(1);

  const second = await serve();
  await until(delivered('hook', 'trigger', 'worker_lost'));
  expect(JSON.parse(hook.received[0]?.body ?? '')).toMatchObject({ kind: 'worker_lost', connection: null, run: null });
  const acknowledged = await project.data(
    ['alerts', 'ack', hook.received[0] && JSON.parse(hook.received[0].body).key],
    options(),
  );
  expect(acknowledged.deliveries).toMatchObject([
    { channel: 'hook', state: 'sent' },
    { channel: 'ops', state: 'dropped' },
  ]);
  await until(delivered('ops', 'trigger', 'run_failed'));
  expect(box.mails).toHaveLength(1);
  const [mail] = box.mails;
  expect(mail?.subject).toBe('[outreach] CRITICAL: daily: the run failed');
  expect(mail?.text).toMatch(/The run: https:\/\/tributary\.example\.org\/runs\/[-0-9a-f]{36}\n/);
  expect(mail?.text).not.toContain('ninety');

  await project.write('data/a.csv', 'date,sent\n2026-03-01,90\n');
  expect(await project.run(['sync', 'daily'], options())).toMatchObject({ code: 0 });
  await until(delivered('ops', 'resolve', 'run_failed'));
  expect(box.mails.map(({ subject }) => subject)).toEqual([
    '[outreach] CRITICAL: daily: the run failed',
    '[outreach] Resolved: daily: the run failed',
  ]);
  expect(await project.data(['alerts', 'list', '--open'], options())).toMatchObject([
    { kind: 'worker_lost', times: 1 },
  ]);

  await project.write('data/a.csv', 'date,sent\n2026-03-01,90\n2026-03-02,91\n');
  // A process that is killed cannot tell of itself.
  const killed = { ...options(), node: atProbe('before_run_recorded', 'process.kill(process.pid, "SIGKILL");') };
  expect(await project.run(['sync', 'daily'], killed)).toMatchObject({ signal: 'SIGKILL' });
  await until(delivered('hook', 'trigger', 'run_interrupted'));
  expect(JSON.parse(hook.received[1]?.body ?? '')).toMatchObject({ action: 'trigger', key: 'daily:run_interrupted' });
  const [open, , past] = await project.data(['alerts', 'list'], options());
  expect(open).toMatchObject({ kind: 'run_interrupted', resolved_at: null, deliveries: [{ channel: 'hook' }] });
  // Nor can it of what it had committed: the destination does.
  const told = async (...args: string[]) => (await project.run(args, options())).stdout;
  expect(await told('runs', 'list')).toContain('its process ended; what it had committed stands');
  expect(await told('runs', 'show', open.run)).toMatch(
    /the next run goes on from there:\nstream +checkpoints +read +inserted/,
  );
  expect(await told('status', 'daily')).toMatch(/the process of its last run ended\ndaily: The next run goes on/);
  expect(past).toMatchObject({ kind: 'run_failed', times: 1, deliveries: [{ state: 'sent', attempt: 2 }, {}] });

  second.child.kill('SIGTERM');
  const end = await second.ended;
  expect(end.code).toBe(0);
  for (const secret of Object.values(LOGIN))
    expect(
      [end.stderr, ...box.mails.map(({ html }) => String(html)), ...hook.received.map(({ body }) => body)].join(),
    ).not.toContain(secret);
});

test('a test message shows what the channel answers', async () => {
  hook.answer(200, 'thanks');
  const seen = hook.received.length;
  const { answers } = await project.data(['alerts', 'test', 'hook'], options());
  expect(answers).toEqual([expect.stringContaining('answered 200: thanks'), expect.stringContaining('answered 200')]);
  expect(hook.received.slice(seen).map(({ body }) => (JSON.parse(body) as { action: string }).action)).toEqual([
    'trigger',
    'resolve',
  ]);
  hook.answer(404, 'no such hook');
  const refused = await project.run(['alerts', 'test', 'hook'], options());
  expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('answered 404: no such hook') });
  const unknown = await project.run(['alerts', 'test', 'hooc'], options());
  expect(unknown).toMatchObject({ code: 3, stderr: expect.stringContaining('It has: ops, hook.') });
});

test('mail goes over TLS with a certificate that is trusted and a login that is right, or not at all', async () => {
  const before = box.mails.length;
  const ask = async (more: Readonly<Record<string, string>>) => project.run(['alerts', 'test', 'ops'], options(more));
  const login = await ask({ MAIL_PASSWORD: 'wrong-canary-11' });
  expect(login).toMatchObject({ code: 4, stderr: expect.stringContaining('refused the login') });
  expect(login.stderr).not.toContain('wrong-canary-11');
  const untrusted = await ask({ NODE_EXTRA_CA_CERTS: '' });
  expect(untrusted).toMatchObject({ code: 3, stderr: expect.stringContaining('certificate that is not trusted') });
  expect(box.mails).toHaveLength(before);
  expect(await ask({})).toMatchObject({ code: 0, stdout: expect.stringContaining('localhost answered 250') });
  expect(box.mails).toHaveLength(before + 2);
});

test('the configuration is shown without the secrets of channels', async () => {
  const { stdout } = await project.run(['config', 'show'], options());
  for (const secret of Object.values(LOGIN)) expect(stdout).not.toContain(secret);
  expect(stdout).toContain('***(env MAIL_PASSWORD, set)');
});
