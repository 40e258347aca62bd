import type { DataSource } from 'typeorm';
import type { KeyStore, KnownKey } from '../security/key-store.js';
import { STORE_SCHEMA } from './run.entity.js';

const TABLE = `${STORE_SCHEMA}.known_key`;

export function keyStore(source: DataSource): KeyStore {
  return {
    async find(names) {
      const rows: KnownKey[] = await source.query(
        `SELECT name, version, digest FROM ${TABLE} WHERE name = ANY($1) ORDER BY name, version`,
        [names],
      );
      return rows;
    },
    async remember(keys) {
      await source.query(
        `INSERT INTO ${TABLE} (name, version, digest, first_used_at)
         SELECT k.name, k.version, k.digest, now()
           FROM jsonb_to_recordset($1::jsonb) AS k(name text, version int, digest text)
         ON CONFLICT (name, version) DO NOTHING`,
        [JSON.stringify(keys)],
      );
    },
  };
}
