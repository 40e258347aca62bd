import type { StreamSlice } from '../run/slice.js';
import { DAY_US } from '../time/date-time.js';
import type { RecordFields } from './cursor.js';
import type { Scale } from './scale.js';

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

/** `place` is what the manifest asks for them by. */
export function unaskedRecords(field: string, scale: Scale, bounds: AskedBounds, place: string): Unasked {
  let seen = 0;
  let far = 0;
  return {
    page(records, slice) {
      const [from, to] = bounds.map((name) => (name === undefined ? undefined : scale.parse(slice.cursorSlice[name])));
      const step = Math.max(1, records.length / LOOKED_AT);
      for (let at = 0; at < records.length; at += step) {
        const place = scale.parse(records[Math.floor(at)]![field]);
        if (place === undefined) continue;
        seen += 1;
        if (place < (from ?? -Infinity) - NEAR_US || place > (to ?? Infinity) + NEAR_US) far += 1;
      }
    },
    get warning() {
      return seen < FEWEST || far * 2 <= seen
        ? undefined
        : `most records have their \`${field}\` more than three months before or after what was asked for, as if the API did not know ${place} and answered with all that it has each time. Look at what it takes, and at a request (\`tributary connectors try\`)`;
    },
  };
}
