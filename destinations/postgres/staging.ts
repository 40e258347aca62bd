import { finished } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom, type CopyStreamQuery } from 'pg-copy-streams';
import type { TableSpec } from '#sdk';
import { COPY_HEADER, COPY_TRAILER, type BinaryBatch } from './binary-batch.js';
import { sqlType } from './columns.js';
import { BEGIN_LONG, fromDriver } from './connection.js';
import { quote } from './names.js';

/**
 * One COPY in binary format. `write` resolves when the bytes have left for the server, so that the batch may be used again;
 * `end` gives the server's own count.
 */
export interface BinaryCopy {
  readonly bytes: number;
  write(batch: BinaryBatch): Promise<void>;
  end(): Promise<number>;
  fail(): Promise<void>;
}

export function beginCopy(client: pg.ClientBase, target: string, options = 'FORMAT binary'): BinaryCopy {
  const doing = 'loading';
  const stream: CopyStreamQuery = client.query(copyFrom(`COPY ${target} FROM STDIN (${options})`));
  const done = finished(stream).catch((error: unknown) => {
    throw fromDriver(error, doing);
  });
  // Reported by whoever waits next; the stream must not be touched again, since its connection is gone.
  let failure: unknown;
  done.catch((error: unknown) => (failure = error));
  let bytes = 0;
  const send = (chunk: Uint8Array) =>
    Promise.race([
      done,
      new Promise<void>((resolve, reject) => {
        stream.write(chunk, (error) => (error ? reject(fromDriver(error, doing)) : resolve()));
      }),
    ]);
  const started = send(COPY_HEADER);
  return {
    get bytes() {
      return bytes;
    },
    async write(batch) {
      await started;
      if (failure !== undefined) throw failure;
      bytes += batch.bytes;
      await send(batch.bytesView());
    },
    async end() {
      await started;
      if (failure !== undefined) throw failure;
      stream.end(COPY_TRAILER);
      await done;
      return stream.rowCount;
    },
    async fail() {
      if (failure === undefined) stream.destroy();
      await done.catch(() => undefined);
    },
  };
}

/** A COPY in a transaction of its own. */
export async function beginLongCopy(client: pg.ClientBase, target: string): Promise<BinaryCopy> {
  await client.query(BEGIN_LONG);
  const copy = beginCopy(client, target);
  return {
    get bytes() {
      return copy.bytes;
    },
    write: (batch) => copy.write(batch),
    async end() {
      const rows = await copy.end();
      await client.query('COMMIT');
      return rows;
    },
    async fail() {
      await copy.fail();
      // Where the connection is gone the transaction is too.
      await client.query('ROLLBACK').catch(() => undefined);
    },
  };
}

/** Unlogged: what is staged is worth nothing after a crash, since the slice is then read again. */
export function stagingTable(name: string, table: TableSpec): string {
  const columns = table.fields.map((field) => `${quote(field.name)} ${sqlType({ ...field, nullable: true })}`);
  return `CREATE UNLOGGED TABLE ${name} (_pos bigint NOT NULL${columns.map((column) => `, ${column}`).join('')}) WITH (autovacuum_enabled = off)`;
}

/** How many rows are staged, and whether keys may repeat among them, by one look. */
export async function lookAtStaged(
  client: pg.ClientBase,
  table: TableSpec,
  staging: string,
): Promise<{ readonly rows: number; readonly repeats: boolean }> {
  // Workers would each find nearly all keys, and sort them for one another.
  await client.query('SET LOCAL max_parallel_workers_per_gather = 0');
  const { rows } = await client.query<{ n: number; repeats: boolean }>(lookOf(table, staging));
  await client.query('SET LOCAL max_parallel_workers_per_gather TO DEFAULT');
  return { rows: Number(rows[0]?.n), repeats: rows[0]?.repeats === true };
}

function lookOf({ key, fields }: TableSpec, staging: string): string {
  const [first, ...others] = key;
  // The position itself is the key, or there is none.
  if (first === undefined || key.includes('_source_row'))
    return `SELECT count(*) AS n, false AS repeats FROM ${staging}`;
  // Sorting short values takes two thirds of the time of a hash of them; by the rules of a language it may take several times that.
  if (others.length === 0 && fields.find(({ name }) => name === first)?.type !== 'string')
    return `SELECT count(*) AS n, count(DISTINCT ${quote(first)}) < count(*) AS repeats FROM ${staging}`;
  return `SELECT coalesce(sum(n), 0) AS n, coalesce(max(n) > 1, false) AS repeats
            FROM (SELECT count(*) AS n FROM ${staging} GROUP BY ${key.map(quote).join(', ')}) AS keys`;
}
