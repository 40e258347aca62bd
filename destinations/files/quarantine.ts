import { createHash } from 'node:crypto';
import { jsonText, type Checkpoint, type HeldRecord, type Reject, type TableSpec } from '#sdk';

/** Rejected records as they are held: told apart by their place in a file, else by a hash of what is known of them. */
export function heldRecords(
  table: TableSpec,
  slice: string,
  rejects: readonly Reject[],
  now: string,
): readonly HeldRecord[] {
  return rejects.map(({ position, field, reason, detail, payload }) => ({
    stream: table.stream,
    key: table.fromFiles
      ? `${slice}\u001F${position}`
      : createHash('sha256')
          .update(jsonText(payload) as string)
          .digest('hex'),
    reason,
    field: field ?? null,
    detail,
    slice,
    position,
    payload,
    times: 1,
    firstSeen: now,
    lastSeen: now,
  }));
}

/** What is held after a checkpoint, or with the records of one that failed. Seen again counts; a file that is read again replaces its own. */
export function heldAfter(
  held: readonly HeldRecord[],
  { stream, fromFiles }: TableSpec,
  found: readonly HeldRecord[],
  checkpoint?: Checkpoint,
): readonly HeldRecord[] {
  const isOwn = (record: HeldRecord) => record.stream === stream;
  const replayed = checkpoint?.replayed ?? [];
  const passed = new Set(replayed.filter(({ fault }) => fault === undefined).map(({ key }) => key));
  const isResolved = (record: HeldRecord) =>
    isOwn(record) &&
    (passed.has(record.key) ||
      checkpoint?.replacesAll === true ||
      (fromFiles && checkpoint?.lineage?.checksum !== undefined && record.slice === checkpoint.slice));
  const idOf = ({ stream: name, key, reason }: HeldRecord) => `${name}\n${key}\n${reason}`;
  const before = new Map(held.map((record) => [idOf(record), record]));
  const after = new Map(held.filter((record) => !isResolved(record)).map((record) => [idOf(record), record]));
  for (const record of found) {
    const seen = before.get(idOf(record));
    after.set(idOf(record), {
      ...record,
      times: (seen?.times ?? 0) + 1,
      firstSeen: seen?.firstSeen ?? record.firstSeen,
    });
  }
  return [...after.values()];
}
