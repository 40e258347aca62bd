import type { DataSource } from 'typeorm';
import type { Role } from '../security/roles.js';
import type { SessionStore } from '../security/session-store.js';
import { STORE_SCHEMA } from './run.entity.js';
import { storable } from './storable.js';

const ATTEMPT = `${STORE_SCHEMA}.login_attempt`;
const SESSION = `${STORE_SCHEMA}.session`;
/** However busy it is. */
const LONGEST = `interval '12 hours'`;

interface SessionRow {
  subject: string;
  name: string;
  roles: Role[];
  has_second_factor: boolean;
  connections: string[] | null;
  regions: string[] | null;
}

export function sessionStore(source: DataSource): SessionStore {
  return {
    async begin({ state, verifier, nonce, returnTo }) {
      await source.query(`DELETE FROM ${ATTEMPT} WHERE expires_at < now()`);
      await source.query(
        `INSERT INTO ${ATTEMPT} (state, verifier, nonce, return_to, expires_at)
         VALUES ($1, $2, $3, $4, now() + interval '10 minutes') ON CONFLICT (state) DO NOTHING`,
        [state, verifier, nonce, returnTo],
      );
    },
    async take(state) {
      const [rows]: [{ verifier: string; nonce: string; return_to: string }[]] = await source.query(
        `DELETE FROM ${ATTEMPT} WHERE state = $1 AND expires_at > now() RETURNING verifier, nonce, return_to`,
        [state],
      );
      const [row] = rows;
      return row === undefined ? undefined : { verifier: row.verifier, nonce: row.nonce, returnTo: row.return_to };
    },
    async open(digest, { subject, name, roles, hasSecondFactor, connections, regions }) {
      await source.query(`DELETE FROM ${SESSION} WHERE opened_at < now() - ${LONGEST}`);
      await source.query(
        `INSERT INTO ${SESSION} (digest, subject, name, roles, has_second_factor, connections, regions, opened_at, seen_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, now(), now()) ON CONFLICT (digest) DO NOTHING`,
        [digest, storable(subject), storable(name), roles, hasSecondFactor, connections ?? null, regions ?? null],
      );
    },
    async find(digest, { idleMs, prolongs }) {
      const [rows]: [SessionRow[]] = await source.query(
        `UPDATE ${SESSION} SET seen_at = CASE WHEN $3 THEN now() ELSE seen_at END
          WHERE digest = $1 AND seen_at > now() - $2 * interval '1 ms' AND opened_at > now() - ${LONGEST}
          RETURNING subject, name, roles, has_second_factor, connections, regions`,
        [digest, idleMs, prolongs],
      );
      const [row] = rows;
      if (row === undefined) return undefined;
      const { connections, regions, has_second_factor: hasSecondFactor, ...session } = row;
      return {
        ...session,
        hasSecondFactor,
        ...(connections === null ? {} : { connections }),
        ...(regions === null ? {} : { regions }),
      };
    },
    async close(digest) {
      const [rows]: [{ name: string }[]] = await source.query(
        `DELETE FROM ${SESSION} WHERE digest = $1 RETURNING name`,
        [digest],
      );
      return rows[0]?.name;
    },
  };
}
