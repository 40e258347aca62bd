import { createHash } from 'node:crypto';

export { literal, quote } from '../sql/postgres.names.js';

const digest = (text: string, length: number) => createHash('sha256').update(text).digest('hex').slice(0, length);

/** A number for the advisory lock of a connection, 31 bits. */
export const lockNumber = (connection: string): number => Number.parseInt(digest(connection, 8), 16) & 0x7fff_ffff;

/** All staging tables of a connection start so; what follows is the epoch, by which those of dead runs are recognised. */
export const stagingPrefix = (connection: string): string => `stg_${digest(connection, 12)}_`;

/** Deterministic in connection, epoch, stream, slice and sequence, and short enough for Postgres's 63 bytes. */
export function stagingName(
  connection: string,
  epoch: bigint,
  stream: string,
  slice: string,
  sequence: number,
): string {
  return `${stagingPrefix(connection)}${epoch}_${digest(`${stream}\0${slice}\0${sequence}`, 16)}`;
}
