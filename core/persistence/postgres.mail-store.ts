import type { DataSource } from 'typeorm';
import type { MailStore, ReleaseMail } from '../alerting/mail-store.js';
import { STORE_SCHEMA } from './run.entity.js';
import { storable } from './storable.js';

const TABLE = `${STORE_SCHEMA}.release_mail`;

interface MailRow {
  month: string;
  version: number;
  attempts: number;
  created_at: Date;
}

export function mailStore(source: DataSource): MailStore {
  /** Who lost his lease has another number of attempts. */
  const change = async ({ month, version, attempts }: ReleaseMail, set: string, values: readonly unknown[]) => {
    await source.query(
      `UPDATE ${TABLE} SET leased_until = NULL, changed_at = now(), ${set}
        WHERE month = $1 AND version = $2 AND attempts = $3 AND state = 'waiting'`,
      [month, version, attempts, ...values],
    );
  };
  return {
    async newest() {
      const rows: MailRow[] = await source.query(
        `SELECT month, max(version)::int AS version FROM ${TABLE} GROUP BY month`,
      );
      return Object.fromEntries(rows.map(({ month, version }) => [month, version]));
    },
    async add({ month, version }) {
      await source.query(
        `INSERT INTO ${TABLE} (month, version, state) VALUES ($1, $2, 'waiting') ON CONFLICT DO NOTHING`,
        [month, version],
      );
    },
    async claim(leaseMs) {
      const [rows]: [MailRow[], number] = await source.query(
        `UPDATE ${TABLE} SET attempts = attempts + 1, leased_until = now() + $1 * interval '1 millisecond'
          WHERE (month, version) = (
            SELECT month, version FROM ${TABLE} WHERE state = 'waiting' AND due_at <= now()
               AND (leased_until IS NULL OR leased_until <= now()) ORDER BY month, version LIMIT 1 FOR UPDATE SKIP LOCKED)
          RETURNING month, version, attempts, created_at`,
        [leaseMs],
      );
      const [row] = rows;
      return row === undefined ? undefined : mailOf(row);
    },
    sent: (mail, answer) => change(mail, `state = 'sent', answer = $4`, [storable(answer)]),
    again: (mail, afterMs, error) =>
      change(mail, `due_at = now() + $4 * interval '1 millisecond', answer = $5`, [afterMs, storable(error)]),
    ended: (mail, state, error) => change(mail, 'state = $4, answer = $5', [state, storable(error)]),
  };
}

const mailOf = ({ month, version, attempts, created_at }: MailRow): ReleaseMail => ({
  month,
  version,
  attempts,
  createdAt: created_at.toISOString(),
});
