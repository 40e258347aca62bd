import type { DataSource } from 'typeorm';
import { GENESIS, hashOf, type AuditedAct, type AuditEntry, type AuditHead } from '../security/audit-chain.js';
import type { AuditStore } from '../security/audit-store.js';
import { STORE_SCHEMA } from './run.entity.js';
import { storable } from './storable.js';

const TABLE = `${STORE_SCHEMA}.audit`;
const HEAD = `${STORE_SCHEMA}.audit_head`;
const AT_ONCE = 5_000;

interface AuditRow {
  seq: string;
  at: Date;
  actor: string;
  action: string;
  object: string;
  outcome: AuditEntry['outcome'];
  detail: string;
  hash: string;
}

/** `key` makes the chain one that only its holders can continue; undefined: anybody who can write may. */
export function auditStore(source: DataSource, key: string | undefined): AuditStore {
  return {
    append: (act) =>
      source.transaction(async (runner) => {
        const [before]: { seq: string; hash: string; at: Date }[] = await runner.query(
          `SELECT seq, hash, date_trunc('milliseconds', clock_timestamp()) AS at FROM ${HEAD} FOR UPDATE`,
        );
        const { actor, action, object, outcome, detail } = storable(act) as AuditedAct;
        const entry = {
          seq: Number(before!.seq) + 1,
          at: before!.at.toISOString(),
          actor,
          action,
          object,
          outcome,
          detail: JSON.stringify(detail),
        };
        const hash = hashOf(entry, before!.hash, key);
        await runner.query(
          `INSERT INTO ${TABLE} (seq, at, actor, action, object, outcome, detail, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
          [entry.seq, entry.at, actor, action, object, outcome, entry.detail, hash],
        );
        await runner.query(`UPDATE ${HEAD} SET seq = $1, hash = $2`, [entry.seq, hash]);
        return { seq: entry.seq, hash };
      }),
    async list({ limit, before, actor, action, object, outcome, since, until }) {
      const rows: AuditRow[] = await source.query(
        `SELECT * FROM ${TABLE} WHERE ($2::bigint IS NULL OR seq < $2)
            AND ($3::text IS NULL OR actor = $3) AND ($4::text IS NULL OR action = $4)
            AND ($5::text IS NULL OR object = $5) AND ($6::text IS NULL OR outcome = $6)
            AND ($7::timestamptz IS NULL OR at >= $7) AND ($8::timestamptz IS NULL OR at < $8)
          ORDER BY seq DESC LIMIT $1`,
        [limit, before, actor, action, object, outcome, since, until].map((value) => storable(value ?? null)),
      );
      return rows.map(toEntry);
    },
    readAll: (take) =>
      source.transaction('REPEATABLE READ', async (runner) => {
        for (let after = 0; ;) {
          const rows: AuditRow[] = await runner.query(
            `SELECT * FROM ${TABLE} WHERE seq > $1 ORDER BY seq LIMIT ${AT_ONCE}`,
            [after],
          );
          for (const row of rows) take(toEntry(row));
          if (rows.length < AT_ONCE) break;
          after = Number(rows.at(-1)!.seq);
        }
        return headOf(runner);
      }),
    async summary() {
      const rows: { actor: string; action: string; times: string; last_at: Date }[] = await source.query(
        `SELECT actor, action, count(*) AS times, max(at) AS last_at FROM ${TABLE}
          WHERE outcome = 'allowed' GROUP BY actor, action ORDER BY actor, last_at DESC, action`,
      );
      return rows.map(({ actor, action, times, last_at: lastAt }) => ({
        actor,
        action,
        times: Number(times),
        lastAt: lastAt.toISOString(),
      }));
    },
    async lastOfEach(action) {
      const rows: AuditRow[] = await source.query(
        `SELECT DISTINCT ON (actor) * FROM ${TABLE} WHERE outcome = 'allowed' AND action = $1 ORDER BY actor, seq DESC`,
        [action],
      );
      return rows.map(toEntry);
    },
    head: () => headOf(source),
  };
}

async function headOf(runner: Pick<DataSource, 'query'>): Promise<AuditHead> {
  const [row]: { seq: string; hash: string }[] = await runner.query(`SELECT seq, hash FROM ${HEAD}`);
  return row === undefined ? GENESIS : { seq: Number(row.seq), hash: row.hash };
}

function toEntry({ seq, at, actor, action, object, outcome, detail, hash }: AuditRow): AuditEntry {
  return { seq: Number(seq), at: at.toISOString(), actor, action, object, outcome, detail, hash };
}
