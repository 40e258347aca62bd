import { SAMPLE, SECRETS, errorsOf, parseText } from './sample.js';

const ENV = { ...SECRETS, KEY: '0123456789abcdef0123456789abcdef', CHAT: 'https://hooks.example.org/T1/canary' };

const withAlerts = (channels: string, rules: string) =>
  `${SAMPLE}alerts:\n  channels: { ${channels} }\n  rules: [ ${rules} ]\n`;
const PAGER = 'pager: { pagerduty: { routing_key: "${env:KEY}" } }';
const SMTP = 'host: smtp.example.org, from: t@example.org';

test('channels and rules are read with their defaults', () => {
  const channels = `${PAGER}, chat: { slack: { url: "\${env:CHAT}" } }, ops: { email: [a@b.org], smtp: { ${SMTP} } }`;
  const { settings } = parseText(withAlerts(channels, '{ when: run_failed, to: [pager, ops] }'), ENV);
  expect(settings.alerts).toMatchObject({
    channels: {
      pager: { pagerduty: { routing_key: ENV.KEY, endpoint: 'https://events.pagerduty.com/v2/enqueue' } },
      chat: { slack: { url: ENV.CHAT } },
      ops: { smtp: { port: 587, tls: 'starttls' } },
    },
    rules: [{ when: 'run_failed', severity: 'error', to: ['pager', 'ops'] }],
  });
});

test.each<[string, string, string, string]>([
  [
    'no kind',
    'a: {}',
    '{ when: auth, to: [a] }',
    'channels.a: needs exactly one of email, pagerduty, slack, teams, webhook',
  ],
  [
    'two kinds',
    'a: { slack: { url: "https://a.org/" }, teams: { url: "https://a.org/" } }',
    '{ when: auth, to: [a] }',
    'channels.a: needs exactly one of email, pagerduty, slack, teams, webhook',
  ],
  ['an unknown channel', PAGER, '{ when: auth, to: [pagr] }', 'rules[0].to[0]: no such channel; did you mean "pager"?'],
  [
    'an unknown connection',
    PAGER,
    '{ when: auth, to: [pager], connections: [dayly] }',
    'rules[0].connections[0]: no such connection; did you mean "daily"?',
  ],
  ['an unknown event', PAGER, '{ when: run_faild, to: [pager] }', 'did you mean "run_failed"?'],
  ['nobody to tell', PAGER, '{ when: auth, to: [] }', 'rules[0].to: must be a list with at least one entry'],
  [
    'a share of another rule',
    PAGER,
    '{ when: auth, to: [pager], budget_used: 50% }',
    'rules[0].budget_used: has a meaning only with when: quarantine_growth; remove it',
  ],
  [
    'an age of another rule',
    PAGER,
    '{ when: auth, to: [pager], older_than: 2d }',
    'rules[0].older_than: has a meaning only with when: stale_data; remove it',
  ],
  [
    'connections of a worker',
    PAGER,
    '{ when: worker_lost, to: [pager], connections: [daily] }',
    'rules[0].connections: has no meaning with when: worker_lost; remove it',
  ],
  [
    'an escalation to nobody known',
    PAGER,
    '{ when: auth, to: [pager], escalate: { after: 30m, to: [bos] } }',
    'rules[0].escalate.to[0]: no such channel',
  ],
  [
    'a digest for a pager',
    'a: { pagerduty: { routing_key: "${env:KEY}" }, digest: { at: "08:00" } }',
    '{ when: auth, to: [a] }',
    'channels.a.digest: has no meaning for pagerduty',
  ],
  [
    'a channel that is never told',
    'a: { slack: { url: "https://a.org/" }, quiet: { from: "00:00", to: "24:00" } }',
    '{ when: auth, to: [a] }',
    'channels.a.quiet.to: leaves no time of the week',
  ],
  ['mail without a server', 'a: { email: [a@b.org] }', '{ when: auth, to: [a] }', 'email and smtp need each other'],
  [
    'what is no mail address',
    `a: { email: [ops], smtp: { ${SMTP} } }`,
    '{ when: auth, to: [a] }',
    'channels.a.email: must be mail addresses like ops@example.org',
  ],
  [
    'half a login',
    `a: { email: [a@b.org], smtp: { ${SMTP}, username: u } }`,
    '{ when: auth, to: [a] }',
    'channels.a.smtp: needs both username and password, or neither',
  ],
  [
    'a password without TLS',
    `a: { email: [a@b.org], smtp: { ${SMTP}, tls: none, username: u, password: "\${env:KEY}" } }`,
    '{ when: auth, to: [a] }',
    'channels.a.smtp.password: would go over the wire unprotected',
  ],
  [
    'an address that is read on the way',
    'a: { slack: { url: "http://hooks.example.org/x" } }',
    '{ when: auth, to: [a] }',
    'channels.a.slack.url: must be an address that begins with https://',
  ],
  [
    'a secret that can be guessed',
    'a: { webhook: { url: "https://a.org/", secret: short } }',
    '{ when: auth, to: [a] }',
    'channels.a.webhook.secret: must have at least 16 characters',
  ],
])('%s is told at its place', (_, channels, rules, message) => {
  const errors = errorsOf(withAlerts(channels, rules), ENV);
  expect(errors).toEqual([expect.stringMatching(/^c\.yaml:\d+:\d+: alerts\./)]);
  expect(errors[0]).toContain(message);
});
