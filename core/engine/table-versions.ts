import { VERSION_PARTITION, type Bookmark, type TableVersion } from '../protocol/index.js';

/** The version of the source's table that the rows of ours are of. */
export interface Standing {
  readonly version: bigint;
  /** False where rows of earlier versions may be among them. */
  readonly isWhole: boolean;
}

/** What one reading of the source has named so far. */
export interface NamedVersions {
  last: bigint | undefined;
  /** True once there was a record before any version was named. */
  hasUnnamed: boolean;
}

export const nothingNamed = (): NamedVersions => ({ last: undefined, hasUnnamed: false });

/** What is known where a unit begins. */
export interface VersionContext {
  readonly standing: Standing | undefined;
  readonly named: NamedVersions;
  readonly isNewTable: boolean;
  readonly canRemove: boolean;
  readonly warn: (message: string) => void;
}

/** The versions of one unit, which either adds to the table or replaces it. */
export interface UnitVersions {
  meet(step: TableVersion): void;
  meetRecords(): void;
  /** True while a state must not end the unit: it replaces the table, and has not all of it yet. */
  readonly isHeld: boolean;
  /** `isLast`: the reading has ended well. */
  end(isLast: boolean): { readonly replacesAll: boolean; readonly standing: Standing | undefined };
}

/**
 * Rows of earlier versions are removed only where every record of the new one is in this very unit; where that is not known they
 * stay, and the source's next version removes them.
 */
export function unitVersions({ named, isNewTable, canRemove, warn, ...before }: VersionContext): UnitVersions {
  let { standing } = before;
  let replacement: { readonly version: bigint; isActive: boolean; isAnnounced: boolean } | undefined;
  let hasRecords = false;

  const begin = ({ version, isActive, isFromStart }: TableVersion) => {
    const isFirst = !hasRecords && !named.hasUnnamed && replacement === undefined;
    replacement = undefined;
    if (standing === undefined && isNewTable && isFirst) standing = { version, isWhole: true };
    else if (canRemove && isFirst && (standing !== undefined || isFromStart))
      replacement = { version, isActive: false, isAnnounced: isActive };
    else standing = { version, isWhole: false };
  };
  return {
    meet(step) {
      const { version, isActive } = step;
      if (version === replacement?.version) {
        // One that was announced is so again for each parent of its records, and so says nothing before the end.
        if (isActive && hasRecords && !replacement.isAnnounced) replacement.isActive = true;
        replacement.isAnnounced ||= isActive;
      } else if (standing === undefined || version > standing.version) begin(step);
      named.last = version;
      if (!isActive || replacement !== undefined) return;
      if (standing !== undefined && version < standing.version) warn(older(version, standing.version));
      else if (standing?.isWhole === false) warn(canRemove ? partlyKnown(version) : cannotRemove(version));
    },
    meetRecords() {
      hasRecords = true;
      named.hasUnnamed ||= named.last === undefined;
    },
    get isHeld() {
      return replacement?.isActive === false;
    },
    end(isLast) {
      if (replacement === undefined) return { replacesAll: false, standing };
      const { version, isActive, isAnnounced } = replacement;
      const isWhole = isActive || (isLast && isAnnounced);
      return { replacesAll: isWhole, standing: { version, isWhole } };
    },
  };
}

const newly = (version: bigint) =>
  `The source has written its table anew (version ${version}); what is gone there stays here`;

const cannotRemove = (version: bigint) =>
  `${newly(version)}, since the destination removes no rows. ` +
  'Read it by `sync: full_refresh` with `write: overwrite` to have it taken away.';

const partlyKnown = (version: bigint) =>
  `${newly(version)}, since it is not known which rows are of that version. ` +
  'Let the stream be read from its start once to have it taken away; of a connection by `tributary state reset`.';

const older = (version: bigint, standing: bigint) =>
  `The source has activated version ${version} of its table, which is older than version ${standing} that lies here; nothing is ` +
  'removed. Look at the state that the source is given.';

/** As it was committed last. */
export function standingOf(bookmarks: readonly Bookmark[]): Standing | undefined {
  const position = bookmarks.find(({ partition }) => partition === VERSION_PARTITION)?.position;
  if (position?.kind !== 'state') return undefined;
  const { version, is_whole: isWhole } = position.state as { readonly version: string; readonly is_whole: boolean };
  return { version: BigInt(version), isWhole };
}

export function standingBookmark(stream: string, { version, isWhole }: Standing): Bookmark {
  const state = { version: String(version), is_whole: isWhole };
  return { stream, partition: VERSION_PARTITION, position: { kind: 'state', state } };
}
