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
