import type { DataSource } from 'typeorm';
import type { ConfigurationStore, SeenConfiguration } from '../security/configuration-store.js';
import { STORE_SCHEMA } from './run.entity.js';
import { storable } from './storable.js';

const TABLE = `${STORE_SCHEMA}.configuration_seen`;

export function configurationStore(source: DataSource): ConfigurationStore {
  return {
    async seen() {
      const [row]: { values: SeenConfiguration }[] = await source.query(`SELECT "values" FROM ${TABLE}`);
      return row?.values;
    },
    async remember(configuration) {
      await source.query(
        `INSERT INTO ${TABLE} ("values", seen_at) VALUES ($1, now())
         ON CONFLICT (singleton) DO UPDATE SET "values" = excluded."values", seen_at = excluded.seen_at`,
        [JSON.stringify(storable(configuration))],
      );
    },
  };
}
