import { expect, test } from '@jest/globals';
import { createScrubber, scrubDeep, scrubMessages } from '../../../core/app/scrubber.js';

const scrub = createScrubber(['s3cr/et+1', 's3cr/et+1 and more', 'abc', 'a"b\nc-is-a-long-second-line']);

test.each<[string, unknown]>([
  ['got s3cr/et+1.', 'got ***.'],
  // The longer one goes whole.
  ['got s3cr/et+1 and more', 'got ***'],
  ['q=s3cr%2Fet%2B1&x=1', 'q=***&x=1'],
  [`basic ${Buffer.from('s3cr/et+1').toString('base64')}`, expect.stringMatching(/^basic \*\*\*.?$/)],
  // Inside of something longer, a character at its edge holds bits of its neighbour.
  [btoa('me:s3cr/et+1:x'), expect.stringMatching(/^[\w+/]{1,5}\*\*\*[\w+/=]{1,5}$/)],
  ['{"k":"a\\"b\\nc-is-a-long-second-line"}', '{"k":"***"}'],
  ['line: c-is-a-long-second-line', 'line: ***'],
  // Too short to be hidden without telling it.
  ['abcdef', 'abcdef'],
  ['postgres://user:pw@host/db', 'postgres://user:***@host/db'],
  ['authorization: Bearer abcdef.ghijklmnop-123', 'authorization: Bearer ***'],
  ['{"password": "other","n":1}', '{"password": ***,"n":1}'],
  ['https://x.test/?api_key=other&n=1', 'https://x.test/?api_key=***&n=1'],
  // Sentences stay as they are.
  [
    'sources.braze.config.api_key: environment variable X is not set',
    'sources.braze.config.api_key: environment variable X is not set',
  ],
  ['The token is wrong: renew it', 'The token is wrong: renew it'],
  ['see basic settings', 'see basic settings'],
])('%s', (text, expected) => {
  expect(scrub(text)).toEqual(expected);
});

test.each([
  ['no user jane.doe@example.org here', 'no user *** here'],
  ['{"external_user_id":"M-77","n":1}', '{"external_user_id":***,"n":1}'],
  ["rejected first_name='Jane', dob=1931-05-06 (n=1)", 'rejected first_name=***, dob=*** (n=1)'],
  ['Key (member_id)=(M-77) already exists.', 'Key (member_id)=(***) already exists.'],
  ['SSN 123-45-6789, call (312) 555-0177 or +1 312-555-0178', 'SSN ***, call *** or ***'],
  // What tells of nobody.
  ['mail to ops@example.org was refused', 'mail to ops@example.org was refused'],
  ['sftp://deploy@files.example.net:22 refused the key', 'sftp://deploy@files.example.net:22 refused the key'],
  [
    'at 2026-03-14T05:00:00Z run 7f3a9c01-0000-4000-8000-000000000001 read 1234567890 rows',
    expect.stringContaining('1234567890 rows'),
  ],
  ['sources.sfmc.config.subscriber_key: is missing', 'sources.sfmc.config.subscriber_key: is missing'],
  ['stream "people": the column "email" needs a rule', 'stream "people": the column "email" needs a rule'],
  ['campaign_id="spring", channel=email', 'campaign_id="spring", channel=email'],
])('of persons: %s', (text, expected) => {
  expect(createScrubber([], new Set(['ops@example.org']))(text)).toEqual(expected);
});

test('no text makes the search for identifiers slow', () => {
  const started = performance.now();
  for (const text of [
    'a'.repeat(200_000),
    'a='.repeat(100_000),
    `${'a.'.repeat(100_000)}@`,
    '"a":"'.repeat(40_000),
    '1'.repeat(200_000),
  ])
    createScrubber([])(text);
  expect(performance.now() - started).toBeLessThan(3_000);
});

test('fields that are named like secrets go whole, wherever they are; circles end', () => {
  const fields: Record<string, unknown> = { n: 1, list: [{ api_key: 7, Authorization: ['x'] }], text: 's3cr/et+1' };
  fields['self'] = fields;
  expect(scrubDeep(fields, scrub)).toEqual({
    n: 1,
    list: [{ api_key: '***', Authorization: '***' }],
    text: '***',
    self: '(circular)',
  });
  expect(scrubDeep(new Error('got s3cr/et+1'), scrub)).toContain('got ***');
});

test('of a run only sentences are changed, so that no name is lost', () => {
  const event = {
    type: 'warning',
    stream: 's3cr/et+1',
    message: 's3cr/et+1',
    error: { hint: 'no s3cr/et+1', kind: 'auth' },
  };
  expect(scrubMessages(event, scrub)).toEqual({
    ...event,
    message: '***',
    error: { hint: 'no ***', kind: 'auth' },
  });
});
