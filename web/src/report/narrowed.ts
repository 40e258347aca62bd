import type { Figures, Section } from '../api/client';
import type { Narrowed } from './cards';
import { crossOf, nameOf, type Dimension } from './dimensions';
import { spanText, within } from './points';
import { NARROWINGS, type Narrowing } from './narrowings';
import { type View } from './view';

/** What the cards show while something is chosen. */
export interface Told extends Partial<Narrowed> {
  /** In words, such as “Region: West”. */
  readonly text: string;
  readonly parts: readonly NamedPart[];
  /** What the address asks for and the month has not. */
  readonly missing?: string;
}

/** One of what is chosen, by its name. */
export interface NamedPart {
  readonly key: Narrowing;
  readonly value: string;
  readonly label: string;
  readonly name: string;
}

/** What a response type tells, and what it does not. */
export const OF_TYPE = { tells: ['responded'], untold: 'is not told by response type' } as const;

const PAIR_SIGN = ' × ';

/** Undefined where nothing is chosen. Pairs of a campaign and a region or segment are asked for on their own. */
export function toldOf(section: Section, dimensions: readonly Dimension[], { narrowed }: View): Told | undefined {
  if (narrowed.size === 0) return undefined;
  const order = (key: Narrowing) => (NARROWINGS as readonly string[]).indexOf(key);
  const parts = [...narrowed]
    .toSorted(([one], [other]) => order(one) - order(other))
    .map(([key, value]) => ({ key, value, ...named(dimensions, key, value) }));
  const text = parts.map(({ label, name }) => `${label}: ${name}`).join(PAIR_SIGN);
  const missing = parts.find(({ isKnown }) => !isKnown);
  if (missing !== undefined) return { text, parts, missing: `no ${missing.label.toLowerCase()} “${missing.value}”` };
  const [region, segment, days] = (['region', 'segment', 'days'] as const).map((key) => narrowed.get(key));
  if (narrowed.size === 1 && days !== undefined) return { text, parts, ...summed(section, within(section.days, days)) };
  if (region !== undefined && segment !== undefined) {
    const figures = crossOf(section, region, segment);
    return figures === undefined
      ? { text, parts, missing: `nothing of region “${region}” and segment “${segment}”` }
      : { text, parts, figures };
  }
  if (narrowed.size > 1) return { text, parts };
  const [{ key, value }] = parts as [(typeof parts)[number]];
  const dimension = dimensions.find((one) => one.key === key);
  const row = dimension?.rows.find(({ id }) => id === value);
  return row === undefined
    ? { text, parts }
    : { text, parts, figures: row.figures, tells: dimension?.tells, untold: OF_TYPE.untold };
}

function named(dimensions: readonly Dimension[], key: Narrowing, value: string) {
  if (key === 'days') return { label: 'Days', name: spanText(value), isKnown: true };
  const dimension = dimensions.find((one) => one.key === key);
  const row = dimension?.rows.find(({ id }) => id === value);
  return {
    label: dimension?.label ?? key,
    name: row?.label ?? nameOf(value, key),
    isKnown: row !== undefined,
  };
}

const COUNTED = ['sent', 'delivered', 'opened', 'responded'] as const;

/** Counts of days add up. Rates do not: many opens of a few days belong to messages of the days before. */
export function summed({ totals }: Section, chosen: readonly Figures[]): Narrowed {
  const sums = Object.fromEntries(
    COUNTED.map((key) => {
      const values = chosen.flatMap((day) => (day[key] === null ? [] : [day[key]]));
      return [key, values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0)];
    }),
  );
  return {
    figures: { ...totals, ...sums },
    tells: COUNTED,
    untold: 'is told of a whole month: many opens and responses of these days belong to messages of the days before',
  };
}
