import { createHash } from 'node:crypto';
import type { RunIdentity } from '#sdk';
import { metadataTable } from '../sql/snowflake.dialect.js';
import { quote } from '../sql/snowflake.names.js';

export { literal, quote, storedName } from '../sql/snowflake.names.js';

const digest = (text: string, length: number) => createHash('sha256').update(text).digest('hex').slice(0, length);

/** What an epoch belongs to: a connection, or a part of a backfill. Connections have no `#` in their names. */
export const fenceKey = ({ connection, part }: RunIdentity): string =>
  part === undefined ? connection : `${connection}#${part}`;

/** A fence's key as a part of names. */
export const fenceMark = (key: string): string => digest(key, 12);

/** All that runs leave behind while they load starts so; then come the mark of their fence and the epoch, by which that of dead runs is recognised. */
export const LOAD_PREFIX = 'stg_';
export const loadPrefix = (key: string): string => `${LOAD_PREFIX}${fenceMark(key)}_`;

export interface LoadPlace {
  readonly key: string;
  readonly epoch: bigint;
  readonly stream: string;
  readonly slice: string;
  readonly sequence: number;
}

/** Name of a staging table: deterministic in fence, epoch, stream, slice and sequence. */
export function stagingName({ key, epoch, stream, slice, sequence }: LoadPlace): string {
  return `${loadPrefix(key)}${epoch}_${digest(`${stream}\0${slice}\0${sequence}`, 16)}`;
}

/** By this name a transaction of a run is found among those of the account. */
export const transactionName = (key: string, epoch: bigint): string => `tributary_${fenceMark(key)}_${epoch}`;

/** The stage into which files of all connections go, each run in a folder of its own. */
export const stageOf = (metadata: string): string => `@${quote(metadata)}.${quote('load')}`;

/** The folder of one run on the stage. */
export const runFolder = (key: string, epoch: bigint): string => `${loadPrefix(key)}${epoch}`;

/** Tables that a checkpoint updates are tables of one connection each, since an update locks its whole table. */
export const ownTable = (metadata: string, table: 'fence' | 'bookmark' | 'quarantine', connection: string): string =>
  `${quote(metadata)}.${quote(metadataTable(table, connection))}`;

/** Tables that checkpoints only add to, which keeps nobody waiting. */
export const sharedTable = (metadata: string, table: 'ledger' | 'lineage' | 'dirty'): string =>
  `${quote(metadata)}.${quote(table)}`;
