import type { DataSource } from 'typeorm';
import type { RetentionStore } from './retention-store.js';
import { STORE_SCHEMA } from './run.entity.js';

const TABLE = `${STORE_SCHEMA}.retention`;

export function retentionStore(source: DataSource): RetentionStore {
  return {
    async keptFrom(connection, stream) {
      const [row] = (await source.query(
        `SELECT kept_from::text AS day FROM ${TABLE} WHERE connection = $1 AND stream = $2`,
        [connection, stream],
      )) as { day: string }[];
      return row?.day;
    },
    async note(connection, stream, keptFrom) {
      await source.query(
        `INSERT INTO ${TABLE} (connection, stream, kept_from, done_at) VALUES ($1, $2, $3, now())
           ON CONFLICT (connection, stream) DO UPDATE SET kept_from = excluded.kept_from, done_at = now()`,
        [connection, stream, keptFrom],
      );
    },
  };
}
