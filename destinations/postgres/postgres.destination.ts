import { z } from 'zod';
import { ConnectorError, defineDestination, secret } from '#sdk';
import { fromDriver, isReadableUrl, openPool } from './connection.js';
import { openSession } from './session.js';
import { openSqlSession } from './sql-session.js';

export const postgres = defineDestination({
  name: 'postgres',
  summary: 'A PostgreSQL database, version 14 to 18.',
  config: z.strictObject({
    url: secret('`postgres://user:password@host:port/database`, or `embedded` for the database that Tributary brings')
      .refine((url) => url === 'embedded' || /^postgres(ql)?:\/\//.test(url), {
        error: 'must be `embedded` or a postgres:// url',
        abort: true,
      })
      .refine(
        (url) => url === 'embedded' || isReadableUrl(url),
        'cannot be read as a url; percent-encode the password (`#` is %23, `/` is %2F, `@` is %40), and give a port of digits',
      ),
    metadata_schema: z
      .string()
      .min(1)
      .default('tributary')
      .describe(
        'Schema of fence, bookmarks, ledger, quarantine, lineage and dirty marks; give one that exists if the role may not create schemas',
      ),
  }),
  async check({ url }, { signal }) {
    const pool = openPool({ url, max: 1, applicationName: 'tributary-check', stopBy: signal });
    try {
      const { rows } = await pool.query<{ version: number }>(
        `SELECT current_setting('server_version_num')::int AS version`,
      );
      const version = rows[0]?.version ?? 0;
      if (version < 140_000)
        throw new ConnectorError(
          'config',
          `The server is PostgreSQL ${Math.floor(version / 10_000)}; 14 is the oldest that is supported.`,
        );
    } catch (error) {
      throw fromDriver(error, 'connecting');
    } finally {
      await pool.end();
    }
  },
  connect: ({ url, metadata_schema }, { probe }) =>
    openSession({ url, metadataSchema: metadata_schema, probe: probe ?? (() => undefined) }),
  async sql({ url }, { readOnly, signal }) {
    return openSqlSession(url, { readOnly, signal });
  },
});
