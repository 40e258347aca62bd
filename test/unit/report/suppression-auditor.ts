import { keyOf, type Cell, type Dimension, type Value } from '../../../report/release/breakdowns.js';
import { placeOf, valueOf, WITH_OWN, type Fine } from './suppression-worlds.js';

// It has the tables of the others too.
const { breakdowns: BREAKDOWNS } = WITH_OWN;
const dimensionsOf = (cell: Cell): readonly Dimension[] =>
  BREAKDOWNS[cell.breakdown]!.filter((name) => cell.at[name] !== undefined);

/**
 * One who sees every table of every release, knows which places of the map there are, which figures did not move between two
 * releases and which are the same by their meaning, and can add and subtract. It knows nothing of how cells were chosen: its unknowns are
 * the finest counts, which no table shows, and it solves in whole fractions.
 */
export interface Published {
  readonly truth: readonly Fine[];
  readonly cells: readonly Cell[];
  /** Of each figure the release that its protected tables were taken from. */
  readonly origin: Readonly<Record<string, number>>;
}

const COUNTED: readonly Value[] = [
  'sent',
  'sent_with_opens',
  'sent_with_responses',
  'delivered',
  'opened',
  'opened_of_sent',
  'responded',
  'responded_of_sent',
  'kept',
  'kept_rate_of',
  'kept_rate_per',
];
const SAME: readonly (readonly Value[])[] = [
  ['sent', 'sent_with_opens', 'sent_with_responses', 'kept_rate_per'],
  ['kept', 'kept_rate_of'],
  ['opened', 'opened_of_sent'],
  ['responded', 'responded_of_sent'],
];
/** A whole and a part of it. */
const REMAINDERS: readonly (readonly [Value, Value])[] = [
  ['sent', 'delivered'],
  ['sent', 'opened'],
  ['sent', 'responded'],
  ['sent', 'sent_with_opens'],
  ['sent_with_opens', 'opened_of_sent'],
  ['sent_with_responses', 'responded_of_sent'],
  ['delivered', 'opened'],
  ['sent', 'kept'],
  ['sent', 'kept_rate_per'],
  ['kept_rate_per', 'kept_rate_of'],
];
/** Of tables by type of response those of the messages that were sent there. */
const WITHOUT_TYPE: Readonly<Record<string, string>> = {
  response_type_region: 'region',
  response_type_segment: 'segment',
  campaign_region_segment_primary_type: 'campaign_region_segment',
  campaign_region_segment_other_type: 'campaign_region_segment',
};
const isProtected = ({ breakdown }: Cell) =>
  BREAKDOWNS[breakdown]!.some((name) => name === 'region' || name === 'segment' || name === 'plan');

/** A sum of finest counts, and what it comes to. */
interface Sum {
  readonly parts: ReadonlyMap<string, bigint>;
  readonly value: number;
}

export interface Leak {
  readonly what: string;
  readonly value: number;
}

/** What was published, as sums: all of it, and its unprotected tables alone. */
function sumsIn(releases: readonly Published[], knowsWhatStayed: boolean) {
  const seen: Sum[] = [];
  const open: Sum[] = [];
  const places = new Map<string, { readonly cell: Cell; readonly sums: Map<string, Sum> }>();
  for (const [version, { truth, cells, origin }] of releases.entries())
    for (const cell of cells)
      for (const name of COUNTED) {
        const from = isProtected(cell) ? origin[name]! : version;
        const sum = sumOf(from === version ? truth : releases[from]!.truth, from, cell, name);
        if (sum === undefined) continue;
        const place = places.get(keyOf(cell)) ?? { cell, sums: new Map<string, Sum>() };
        places.set(keyOf(cell), place);
        place.sums.set(`${name}@${from}`, sum);
        if (cell.hidden.includes(name)) continue;
        if (Number(cell.values[name]) !== sum.value) throw new Error('a table that is not true');
        // Of nothing in all there is nothing in any part: no count is below zero.
        const told = sum.value === 0 ? [...sum.parts].map((part) => ({ parts: new Map([part]), value: 0 })) : [sum];
        seen.push(...told);
        if (!isProtected(cell)) open.push(...told);
      }
  // What did not move, and what is the same by its meaning, this reader knows.
  for (const { sums } of places.values()) {
    const list = [...sums];
    for (const [one, left] of list)
      for (const [other, right] of list) {
        if (one >= other || left.value !== right.value) continue;
        const [[name, version], [otherName, otherVersion]] = [one.split('@'), other.split('@')] as [string[], string[]];
        const names = [name!, otherName!] as Value[];
        const isFamily = name === otherName || SAME.some((family) => names.every((each) => family.includes(each)));
        if (!isFamily || (version !== otherVersion && (name !== otherName || !knowsWhatStayed))) continue;
        seen.push(difference(left, right));
        open.push(difference(left, right));
      }
  }
  return { seen, open, places };
}

/** Every small count, remainder or difference that follows from what was published and not from its unprotected tables alone. */
export function leaks(
  releases: readonly Published[],
  threshold: number,
  { knowsWhatStayed = true } = {},
): readonly Leak[] {
  const isSmall = (value: number) => value >= 1 && value < threshold;
  const { seen, open, places } = sumsIn(releases, knowsWhatStayed);
  const [reader, stranger] = [residueSolver(seen), residueSolver(open)];
  // Whole fractions take long: they decide where residues find something.
  const exact = { reader: once(() => solver(seen)), stranger: once(() => solver(open)) };
  const found: Leak[] = [];
  const judge = (what: string, sum: Sum) => {
    if (sum.parts.size > 0 && reader(sum) && !stranger(sum) && exact.reader()(sum) && !exact.stranger()(sum))
      found.push({ what, value: sum.value });
  };
  for (const [key, { cell, sums }] of places) {
    if (!isProtected(cell)) continue;
    for (const [what, sum] of sums) {
      if (isSmall(sum.value)) judge(`${key} ${what}`, sum);
      const [name, version] = what.split('@');
      for (const [whole, part] of REMAINDERS) {
        const rest = whole === name ? sums.get(`${part}@${version}`) : undefined;
        if (rest !== undefined && isSmall(sum.value - rest.value))
          judge(`${key} ${whole} less ${part} @${version}`, difference(sum, rest));
      }
      const breakdown = WITHOUT_TYPE[cell.breakdown];
      if (breakdown !== undefined) {
        const whole = places.get(keyOf({ breakdown, at: { ...cell.at, response_type: '' } }));
        const sent = whole?.sums.get(`sent@${version}`);
        if (sent !== undefined && isSmall(sent.value - sum.value))
          judge(`${key} sent less ${what}`, difference(sent, sum));
      }
      for (const [other, then] of sums)
        if (what < other && other.startsWith(`${name}@`) && isSmall(Math.abs(sum.value - then.value)))
          judge(`${key} ${what} less ${other}`, difference(sum, then));
    }
  }
  return found;
}

const UNTYPED: NonNullable<Fine['types']> = { counts: {}, primary: [], others: [] };

function sumOf(truth: readonly Fine[], version: number, cell: Cell, name: Value): Sum | undefined {
  const type = cell.at.response_type;
  const dimensions = dimensionsOf(cell).filter((name) => name !== 'response_type');
  const own = truth.filter((row) => dimensions.every((dimension) => placeOf(row)[dimension] === cell.at[dimension]));
  const finest = (row: Fine, of: string) =>
    `${of}@${version} ${row.campaign_id} ${row.channel} ${row.region} ${row.segment} ${row.plan ?? ''}`;
  if (type !== '') {
    const isOther = cell.breakdown.endsWith('_other_type');
    const isAll = !isOther && !cell.breakdown.endsWith('_primary_type');
    const told = (name === 'responded' ? own : []).flatMap((row): readonly (readonly [string, number])[] => {
      const { counts, again, ...which } = row.types ?? UNTYPED;
      const isTold = isAll || which[isOther ? 'others' : 'primary'].includes(type);
      return [
        ...(isTold && counts[type] !== undefined ? [[finest(row, `type ${type}`), counts[type]] as const] : []),
        ...((isAll || isOther) && again?.[type] !== undefined
          ? [[finest(row, `again ${type}`), again[type]] as const]
          : []),
      ];
    });
    if (told.length === 0) return undefined;
    return {
      parts: new Map(told.map(([part]) => [part, 1n])),
      value: told.reduce((sum, [, value]) => sum + value, 0),
    };
  }
  const measured = own.filter((row) => valueOf(row, name) !== null);
  if (measured.length === 0) return undefined;
  return {
    // What responded is the sum of the primary types.
    parts: new Map(
      measured.flatMap((row): [string, bigint][] =>
        name === 'responded' && row.types !== undefined
          ? row.types.primary.map((of) => [finest(row, `type ${of}`), 1n])
          : [[finest(row, name), 1n]],
      ),
    ),
    value: measured.reduce((sum, row) => sum + valueOf(row, name)!, 0),
  };
}

function difference(left: Sum, right: Sum): Sum {
  const parts = new Map(left.parts);
  for (const [part, times] of right.parts) {
    const rest = (parts.get(part) ?? 0n) - times;
    if (rest === 0n) parts.delete(part);
    else parts.set(part, rest);
  }
  return { parts, value: left.value - right.value };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

const PRIME = 33_554_393;

/** The same over the integers modulo a prime: what does not follow there does not follow, but for one prime in millions. */
function residueSolver(sums: readonly Sum[]): (sum: Sum) => boolean {
  const rows = new Map<string, readonly (readonly [string, number])[]>();
  const residue = (value: number) => ((value % PRIME) + PRIME) % PRIME;
  const rest = (parts: ReadonlyMap<string, bigint>) => {
    const left = new Map([...parts].map(([part, times]) => [part, residue(Number(times))]));
    // What is added on the way is looked at later.
    for (const [part, times] of left)
      for (const [other, own] of rows.get(part) ?? []) {
        const value = residue((left.get(other) ?? 0) - ((times * own) % PRIME));
        if (value === 0) left.delete(other);
        else left.set(other, value);
      }
    return left;
  };
  const inverse = (value: number) => {
    let [base, power, result] = [value, PRIME - 2, 1];
    for (; power > 0; power = Math.floor(power / 2), base = (base * base) % PRIME)
      if (power % 2 === 1) result = (result * base) % PRIME;
    return result;
  };
  for (const { parts } of sums) {
    const left = rest(parts);
    const [pivot] = left.keys();
    if (pivot === undefined) continue;
    const scale = inverse(left.get(pivot)!);
    rows.set(
      pivot,
      [...left].map(([part, times]) => [part, (times * scale) % PRIME] as const),
    );
  }
  return ({ parts }) => rest(parts).size === 0;
}

/** Gauss's elimination over whole numbers, without division: tells whether a sum follows from others. */
function solver(sums: readonly Sum[]): (sum: Sum) => boolean {
  const rows = new Map<string, ReadonlyMap<string, bigint>>();
  const rest = (parts: ReadonlyMap<string, bigint>) => {
    let left = new Map(parts);
    for (;;) {
      const pivot = [...left.keys()].find((part) => rows.has(part));
      if (pivot === undefined) return left;
      const row = rows.get(pivot)!;
      const [own, its] = [left.get(pivot)!, row.get(pivot)!];
      const next = new Map<string, bigint>();
      for (const part of new Set([...left.keys(), ...row.keys()])) {
        const value = (left.get(part) ?? 0n) * its - (row.get(part) ?? 0n) * own;
        if (value !== 0n) next.set(part, value);
      }
      left = shortened(next);
    }
  };
  for (const { parts } of sums) {
    const left = rest(parts);
    const [pivot] = left.keys();
    if (pivot !== undefined) rows.set(pivot, left);
  }
  return ({ parts }) => rest(parts).size === 0;
}

function shortened(row: Map<string, bigint>): Map<string, bigint> {
  let divisor = 0n;
  for (let value of row.values()) {
    if (value < 0n) value = -value;
    while (value !== 0n) [divisor, value] = [value, divisor % value];
  }
  if (divisor > 1n) for (const [part, value] of row) row.set(part, value / divisor);
  return row;
}
