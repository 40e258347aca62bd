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
