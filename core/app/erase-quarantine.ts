import { fromJsonText, type RecordSeal, type SqlSession } from '../protocol/index.js';
import { dialectOf, hasTables } from '../../destinations/sql/index.js';

export interface QuarantineErasure {
  readonly metadata: string;
  readonly connection: string;
  readonly stream: string;
  readonly tokens: ReadonlySet<string>;
  /** Opens records that are encrypted whole; absent: the stream's are not. */
  readonly seal: RecordSeal | undefined;
  readonly isTheirs: (record: unknown) => boolean;
  readonly isDry: boolean;
}

export interface ErasedAside {
  /** Records in quarantine that are the member's. */
  readonly quarantined: number;
  /** Records of which it cannot be seen whose they are: no key opens them, or of their line only a part was kept. */
  readonly sealed: number;
}

const PAGE = 500;

/**
 * Takes a member's records out of quarantine, resolved ones too: those that name a token, and those under a seal that hold the
 * value of one. May be repeated.
 */
export async function eraseQuarantined(
  sql: SqlSession,
  { metadata, connection, stream, tokens, seal, isTheirs, isDry }: QuarantineErasure,
): Promise<ErasedAside> {
  const { quote, literal, contains, counted, metadataTable } = dialectOf(sql);
  const name = metadataTable('quarantine', connection);
  if (!(await hasTables(sql, metadata, [name]))) return { quarantined: 0, sealed: 0 };
  const table = `${quote(metadata)}.${quote(name)}`;
  const own = `connection = ${literal(connection)} AND stream = ${literal(stream)}`;
  const columns = ['record_key', 'record_values', 'payload', 'detail'];
  const text = columns.map((column) => `COALESCE(CAST(${column} AS text), '')`).join(` || ' ' || `);
  const named = `(${[...tokens].map((token) => contains(text, literal(token))).join(' OR ')})`;
  const count = async (statement: string) => Number((await sql.query<{ n: number }>(statement))[0]?.n ?? 0);
  let quarantined = await count(
    isDry
      ? `SELECT count(*) AS n FROM ${table} WHERE ${own} AND ${named}`
      : counted(`DELETE FROM ${table} WHERE ${own} AND ${named}`),
  );
  let sealed = 0;
  const isSealed = contains('CAST(payload AS text)', literal('"_sealed"'));
  let after = '';
  for (;;) {
    const page = await sql.query<{ record_key: string; reason: string; payload: unknown }>(
      `SELECT record_key, reason, CAST(payload AS text) AS payload FROM ${table}
        WHERE ${own} AND ${isSealed} AND NOT ${named}${after} ORDER BY record_key, reason LIMIT ${PAGE}`,
    );
    for (const { record_key: key, reason, payload } of page) {
      const { _sealed: body } = fromJsonText(String(payload)) as { _sealed?: unknown };
      const opened = typeof body === 'string' ? seal?.open(body) : undefined;
      const record = opened === undefined ? undefined : (fromJsonText(opened) as Record<string, unknown>);
      if (record !== undefined && isTheirs(record)) {
        quarantined += 1;
        if (!isDry)
          await sql.query(
            `DELETE FROM ${table} WHERE ${own} AND record_key = ${literal(key)} AND reason = ${literal(reason)}`,
          );
      } else if (record === undefined || '_cut' in record || '_hidden' in record) sealed += 1;
    }
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) return { quarantined, sealed };
    const key = literal(last.record_key);
    after = ` AND (record_key > ${key} OR (record_key = ${key} AND reason > ${literal(last.reason)}))`;
  }
}
