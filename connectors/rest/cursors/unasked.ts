import type { StreamSlice } from '../run/slice.js';
import { DAY_US } from '../time/date-time.js';
import type { RecordFields } from './cursor.js';
import { momentScale, type Scale } from './scale.js';

/** Watches for an API that does not know how it is asked for days, and answers with all that it has each time. */
export interface Unasked {
  page(records: readonly RecordFields[], slice: StreamSlice): void;
  /** Where most records lie far from what was asked for. */
  readonly warning: string | undefined;
}

/** Names that a slice has the bounds under which are asked for; undefined for one that is not. */
export type AskedBounds = readonly [string | undefined, string | undefined];

/** An API may tell of a day by its month or its quarter, in a zone of its own. */
const NEAR_US = 93 * DAY_US;
/** Records of a page that are looked at: each costs the reading of a date. */
const LOOKED_AT = 20;
const FEWEST = 20;

/** `format` is how bounds are written; `names` are what asks for them in the manifest. */
export function unaskedRecords(
  field: string,
  scale: Scale,
  bounds: AskedBounds,
  { format, names }: { readonly format: string; readonly names: readonly [string, string] },
): Unasked {
  // A bound is no record, which may be written otherwise.
  const ofBound = momentScale([format], undefined);
  let seen = 0;
  let early = 0;
  let late = 0;
  return {
    page(records, slice) {
      const [from, to] = bounds.map((name) =>
        name === undefined ? undefined : ofBound.parse(slice.cursorSlice[name]),
      );
      const step = Math.max(1, records.length / LOOKED_AT);
      for (let at = 0; at < records.length; at += step) {
        const place = scale.parse(records[Math.floor(at)]![field]);
        if (place === undefined) continue;
        seen += 1;
        if (place < (from ?? -Infinity) - NEAR_US) early += 1;
        if (place > (to ?? Infinity) + NEAR_US) late += 1;
      }
    },
    get warning() {
      if (seen < FEWEST || (early + late) * 2 <= seen) return undefined;
      const unknown = names.filter((_name, at) => [early, late][at]! * 10 > seen).join(' and ');
      return `most records have their \`${field}\` more than three months before or after what was asked for, as if the API did not know ${unknown} and answered with all that it has each time; or it goes by another date. Look at what it takes, and at a request (\`tributary connectors try\`)`;
    },
  };
}
