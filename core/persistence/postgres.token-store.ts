import type { DataSource } from 'typeorm';
import type { ApiToken } from '../security/api-token.js';
import type { Role } from '../security/roles.js';
import type { TokenStore } from '../security/token-store.js';
import { STORE_SCHEMA } from './run.entity.js';
import { storable } from './storable.js';

const TABLE = `${STORE_SCHEMA}.api_token`;

interface TokenRow {
  id: string;
  name: string;
  digest: Buffer;
  roles: Role[];
  connections: string[] | null;
  regions: string[] | null;
  created_at: Date;
  created_by: string;
  expires_at: Date;
  revoked_at: Date | null;
  last_used_at: Date | null;
}

export function tokenStore(source: DataSource): TokenStore {
  return {
    async create({ id, name, digest, roles, connections, regions, createdAt, createdBy, expiresAt }) {
      // The store may be asked twice for the same by a broken connection.
      await source.query(
        `INSERT INTO ${TABLE} (id, name, digest, roles, connections, created_at, created_by, expires_at, regions)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING`,
        [
          id,
          storable(name),
          digest,
          roles,
          connections ?? null,
          createdAt,
          storable(createdBy),
          expiresAt,
          regions ?? null,
        ],
      );
    },
    async find(id) {
      const [row]: TokenRow[] = await source.query(`SELECT * FROM ${TABLE} WHERE id = $1`, [id]);
      return row === undefined ? undefined : { ...toToken(row), digest: row.digest };
    },
    async list() {
      const rows: TokenRow[] = await source.query(`SELECT * FROM ${TABLE} ORDER BY created_at DESC, id`);
      return rows.map(toToken);
    },
    async revoke(id) {
      const [, changed]: [unknown, number] = await source.query(
        `UPDATE ${TABLE} SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL`,
        [id],
      );
      return changed > 0;
    },
    async used(id) {
      await source.query(
        `UPDATE ${TABLE} SET last_used_at = now()
          WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`,
        [id],
      );
    },
  };
}

function toToken(row: TokenRow): ApiToken {
  return {
    id: row.id,
    name: row.name,
    roles: row.roles,
    ...(row.connections === null ? {} : { connections: row.connections }),
    ...(row.regions === null ? {} : { regions: row.regions }),
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
    expiresAt: row.expires_at.toISOString(),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at.toISOString() }),
    ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at.toISOString() }),
  };
}
