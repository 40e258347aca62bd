import { existsSync } from 'node:fs';
import { z } from 'zod';
import { sources } from '../../connectors/index.js';
import type { Plugin } from '../../core/plugins/index.js';
import { destinations } from '../../destinations/index.js';

/** What one thing is called in every connector, with the words that it is not called. */
const CANONICAL: Readonly<Record<string, RegExp>> = {
  endpoint: /^((base|api|rest)_?)?(url|uri|address)$|^base_url$/,
  api_key: /^(token|api_token|access_key|auth_token|key|rest_key|apikey)$/,
  client_id: /^(consumer_key|app_id|oauth_client_id)$/,
  client_secret: /^(consumer_secret|app_secret|oauth_secret)$/,
  host: /^(hostname|server)$/,
  port: /^(tcp_port|ssh_port)$/,
  username: /^(user|user_name|login)$/,
  password: /^(pass|pwd|passwd)$/,
  private_key: /^(ssh_key|key_file|pkey|identity)$/,
  database: /^(db|dbname|db_name)$/,
  start_date: /^(since|from|from_date|start|start_day|initial_date)$/,
  page_size: /^(per_page|limit|batch_size)$/,
  timeout: /^(timeout_ms|time_limit|request_timeout)$/,
  streams: /^(tables|entities|objects|resources)$/,
};

/** Exceptions, by plugin and key, each with its reason. One that is not needed any more fails the test. */
const WAIVERS: Readonly<Record<string, string>> = {
  'postgres.url':
    'one postgres:// URL holds host, port, user, password and database at once; it is no endpoint of an API',
  'rest.start':
    'the short form has one for the first page, and one for a cursor of any format, which need not be a date',
  'rest.from': 'the short form names the query parameter of another API with it',
};

const SECRET_LOOKING = /(^|_)(api_key|key|secret|password|passphrase|token|credentials?)$/;
/** Keys that look like a secret and are none. */
const NO_SECRETS = new Set(['primary_key']);

interface Key {
  readonly path: string;
  readonly name: string;
  readonly description?: string;
  readonly secret: boolean;
}

/** Every key of a configuration, however deep it lies. */
function keysOf(schema: unknown, at: string): readonly Key[] {
  if (typeof schema !== 'object' || schema === null) return [];
  if (Array.isArray(schema)) return schema.flatMap((inner) => keysOf(inner, at));
  const { properties = {}, items, additionalProperties, anyOf, allOf, oneOf } = schema as Record<string, any>;
  const own = Object.entries<any>(properties).flatMap(([name, inner]): readonly Key[] => {
    const path = at === '' ? name : `${at}.${name}`;
    return [{ path, name, description: inner.description, secret: inner.secret === true }, ...keysOf(inner, path)];
  });
  return [...own, ...[items, additionalProperties, anyOf, allOf, oneOf].flatMap((inner) => keysOf(inner, at))];
}

const configKeys = ({ config }: Plugin) => keysOf(z.toJSONSchema(config, { io: 'input', unrepresentable: 'any' }), '');
const plugins: readonly Plugin[] = [...sources, ...destinations];
const folderOf = ({ kind, name }: Plugin) => (kind === 'source' ? `connectors/${name}` : `destinations/${name}`);

describe.each(plugins.map((plugin) => [`${plugin.kind} ${plugin.name}`, plugin] as const))('%s', (_, plugin) => {
  const keys = configKeys(plugin);

  test('has a name of the house and a summary that is a sentence', () => {
    expect(plugin.name).toMatch(/^[a-z][a-z0-9_]*$/);
    expect(plugin.summary).toMatch(/^[A-Z].{10,120}\.$/);
  });

  test('calls its options as all others do', () => {
    const synonyms = keys.flatMap(({ name }) => {
      const canonical = Object.keys(CANONICAL).find((key) => CANONICAL[key]?.test(name));
      const isWaived = WAIVERS[`${plugin.name}.${name}`] !== undefined;
      return canonical === undefined || isWaived ? [] : [`${name} is called ${canonical}`];
    });
    expect(synonyms).toEqual([]);
    expect(keys.filter(({ name }) => !/^[a-z][a-z0-9_]*$/.test(name))).toEqual([]);
  });

  test('describes every option', () => {
    const top = keys.filter(({ path }) => !path.includes('.'));
    expect(top.filter(({ description }) => description === undefined).map(({ path }) => path)).toEqual([]);
  });

  test('marks what looks like a secret as one', () => {
    const open = keys.filter(({ name, secret }) => SECRET_LOOKING.test(name) && !secret && !NO_SECRETS.has(name));
    expect(open.map(({ path }) => path)).toEqual([]);
  });

  test('refuses a key that it does not know', () => {
    const codes = plugin.config.safeParse({ not_a_key: 1 }).error?.issues.map(({ code }) => code);
    expect(codes).toContain('unrecognized_keys');
  });

  test('has a README', () => {
    expect(existsSync(`${folderOf(plugin)}/README.md`)).toBe(true);
  });
});

test('names are unique', () => {
  const names = plugins.map(({ kind, name }) => `${kind} ${name}`);
  expect(new Set(names).size).toBe(names.length);
});

test('no waiver is left over', () => {
  const needed = plugins.flatMap((plugin) =>
    configKeys(plugin)
      .filter(({ name }) => Object.values(CANONICAL).some((synonym) => synonym.test(name)))
      .map(({ name }) => `${plugin.name}.${name}`),
  );
  expect(Object.keys(WAIVERS).filter((key) => !needed.includes(key))).toEqual([]);
});
