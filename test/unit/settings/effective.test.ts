import { parse } from 'yaml';
import { z } from 'zod';
import { secret } from '../../../core/sdk/fields.js';
import { effectiveConfig, maskUrls, renderEffective, secretPathsOf } from '../../../core/settings/index.js';
import { parseText, SECRETS, spoiled } from './sample.js';

const CANARIES = ['braze-canary-5f2e', 'not-a-real-key', 'canary'];
const KEY = '      api_key: ${env:BRAZE_API_KEY}';

const shown = (options: string, env = {}, paths: ReturnType<typeof secretPathsOf> = []) =>
  renderEffective(effectiveConfig(parseText(spoiled(KEY, options), { ...SECRETS, ...env }), paths));

describe('the effective configuration', () => {
  test('has every default, marked, and is YAML again', () => {
    const text = shown(KEY);
    expect(text).toMatch(/store: embedded # default/);
    expect(text).toMatch(/schema: raw_daily # default/);
    expect(text).toMatch(/basis: event_day\n/);
    expect(parse(text)).toMatchObject({
      version: 1,
      connections: { daily: { schema: 'raw_daily', streams: { series: { lookback: '14d' } } } },
    });
  });

  test('says of a secret where it comes from, and nothing else', () => {
    const text = shown(
      '      api_key: ${env:BRAZE_API_KEY}\n      token: "${env:NONE:-fallback-canary}"\n      password: written-canary',
    );
    expect(text).toContain('member_key: "***(env MEMBER_KEY, set)"');
    expect(text).toContain('***(env BRAZE_API_KEY, set)');
    expect(text).toContain('***(env NONE, not set, default taken)');
    expect(text).toContain('***(written in the file)');
    for (const canary of CANARIES) expect(text).not.toContain(canary);
  });

  test.each([
    ['nested', '      auth:\n        credentials: { user_key: "${env:DEEP}" }'],
    ['in a list', '      tokens: ["${env:DEEP}"]\n      keys_of: [{ token: written-canary }]'],
    ['in a header', '      headers: { Authorization: "Bearer ${env:DEEP}", X-Api-Key: "${env:DEEP}" }'],
    ['in a URL', '      url: postgres://user:${env:DEEP}@host/db'],
    ['in a URL from outside', '      url: ${env:URL}'],
    ['in a query', '      feed: https://host/path?sig=${env:DEEP}&x=1'],
    ['unencoded in a URL', '      url: "postgres://user:p/w@canary?x#y@host/db"'],
  ])('masks what is %s, whatever the plugin declares', (_, options) => {
    const text = shown(options, { DEEP: 'deep-canary', URL: 'https://me:url-canary@host/' });
    expect(text).not.toContain('canary');
  });

  test('masks what the plugin declares, however deep', () => {
    const schema = z.toJSONSchema(
      z.strictObject({
        pin_code: secret('x').optional(),
        servers: z.array(z.strictObject({ login: secret('x'), host: z.string() })),
        extra: z.record(z.string(), secret('x')),
        either: z.union([z.strictObject({ phrase: secret('x') }), z.string()]),
      }),
    );
    const paths = secretPathsOf(schema, ['sources', 'braze', 'config']);
    const text = shown(
      `      pin_code: canary
      servers: [{ login: canary, host: visible-host }]
      extra: { a: canary }
      either: { phrase: canary }`,
      {},
      paths,
    );
    expect(text).not.toContain('canary');
    expect(text).toContain('visible-host');
  });

  test('shows the defaults of a plugin, marked', () => {
    const loaded = parseText(spoiled(KEY, KEY));
    const effective = effectiveConfig(loaded, [], {
      pluginConfigs: { 'sources.braze.config': { api_key: 'ignored', page_size: 100, retry: { attempts: 3 } } },
    });
    expect(effective.values).toMatchObject({
      sources: { braze: { config: { page_size: 100, retry: { attempts: 3 } } } },
    });
    expect(effective.defaults).toEqual(
      expect.arrayContaining(['sources.braze.config.page_size', 'sources.braze.config.retry.attempts']),
    );
    expect(effective.defaults).not.toContain('sources.braze.config.api_key');
    expect(JSON.stringify(effective.values)).not.toContain('canary');
  });

  test('leaves what is no secret as it is', () => {
    const text = shown(
      '      endpoint: https://rest.example.com:8443/a?page=1\n      primary_key: [id]\n      page: 2',
    );
    expect(text).toContain('https://rest.example.com:8443/a?page=1');
    expect(text).toMatch(/primary_key:\s*\n?\s*(- id|\[ id \])/);
  });
});

test.each([
  ['postgres://u:p@h:5432/d', 'postgres://u:***@h:5432/d'],
  ['postgresql://u:p%40x@h/d?sslpassword=q&a=1', 'postgresql://u:***@h/d?sslpassword=***&a=1'],
  ['https://h/p?token=t#x', 'https://h/p?token=***#x'],
  ['http://127.0.0.1:4010/x', 'http://127.0.0.1:4010/x'],
  ['failed at https://me:pw@h now', 'failed at https://me:***@h now'],
])('in %s the password is masked', (text, masked) => {
  expect(maskUrls(text)).toBe(masked);
});
