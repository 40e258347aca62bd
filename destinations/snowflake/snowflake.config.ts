import { z } from 'zod';
import { secret } from '#sdk';

/** `organisation-account`, `locator` or `locator.region.cloud`, or the whole address. */
const ACCOUNT = /^([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){0,3}|https?:\/\/[^/?#\s]+)$/;

const LOGINS = ['private_key', 'oauth_token', 'password'] as const;

export const snowflakeConfig = z
  .strictObject({
    account: z
      .string()
      .regex(ACCOUNT, 'must be an account such as `myorg-account1` or its address `https://…snowflakecomputing.com`')
      .describe('Account identifier (`organisation-account`), or its whole address'),
    endpoint: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Address to reach the account by where it is another one, as behind a proxy or by PrivateLink'),
    username: z.string().min(1).optional().describe('Login name of the user; an OAuth token brings its own'),
    private_key: secret('Private key of the user in PEM (key-pair login, the one to choose)').optional(),
    passphrase: secret('Passphrase of the private key, where it has one').optional(),
    oauth_token: secret('OAuth access token').optional(),
    password: secret('Password of the user, or a programmatic access token').optional(),
    role: z.string().min(1).optional().describe('Role to work with; default: that of the user'),
    warehouse: z.string().min(1).describe('Virtual warehouse that loads and answers'),
    database: z.string().min(1).describe('Database that holds the schemas of connections, metadata and report'),
    metadata_schema: z
      .string()
      .min(1)
      .default('tributary')
      .describe(
        'Schema of fences, bookmarks, ledger, quarantine, lineage, dirty marks and the load stage; give one that exists if the role may not create schemas',
      ),
    query_tag: z
      .string()
      .max(2_000)
      .default('tributary')
      .describe('Tag that all statements carry in the query history of the account'),
    keep_alive: z.boolean().default(true).describe('True: the session is kept alive while a slow source is read'),
    max_file_bytes: z
      .int()
      .min(1_000_000)
      .max(250_000_000)
      .default(150_000_000)
      .describe('Compressed size from which on a load file is closed; Snowflake advises 100 to 250 MB'),
  })
  .superRefine((config, context) => {
    const given = LOGINS.filter((name) => config[name] !== undefined);
    if (given.length !== 1)
      context.addIssue({
        code: 'custom',
        path: [given[1] ?? 'private_key'],
        message: `give one way to log in: ${LOGINS.join(', ')}${given.length === 0 ? '' : `; there are ${given.length}`}`,
      });
    if (config.username === undefined && config.oauth_token === undefined)
      context.addIssue({ code: 'custom', path: ['username'], message: 'is needed for this login' });
    if (config.passphrase !== undefined && config.private_key === undefined)
      context.addIssue({ code: 'custom', path: ['passphrase'], message: 'belongs to a `private_key`' });
  });

export type SnowflakeConfig = z.output<typeof snowflakeConfig>;
