import type { Figures, FigureName, OwnMeasureLine, Rate } from '../section/model.js';
import { countText, percentText, quotientText } from './text.js';

/** One value of a table, as every form of the report understands it. What is no number says why, and is never a zero. */
export type Shown =
  | { readonly is: 'text'; readonly text: string; readonly detail?: string }
  | { readonly is: 'day'; readonly day: string }
  | { readonly is: 'count'; readonly value: number }
  | { readonly is: 'rate'; readonly share: Rate }
  /** A ratio that is no percentage, printed with two decimals. */
  | { readonly is: 'quotient'; readonly share: Rate }
  /** Decimal text with two digits after the point. */
  | { readonly is: 'money'; readonly amount: string }
  /** How much more or less, as a share. */
  | { readonly is: 'change'; readonly value: number }
  /** A difference of two shares with its interval. */
  | { readonly is: 'lift'; readonly difference: Points; readonly low: Points; readonly high: Points }
  | { readonly is: 'none'; readonly why: keyof typeof WHY };

export interface Points {
  readonly value: number;
  /** In points, with its sign. */
  readonly text: string;
}

export const WHY = {
  not_measured: 'not measured',
  /** A small count of people, or one that would tell it. */
  hidden: 'hidden',
  /** A rate of no messages: measured, but no number. */
  nothing_sent: '–',
  no_data: 'no data',
  no_figure: 'no figure',
  not_applicable: '',
} as const;

export const none = (why: keyof typeof WHY): Shown => ({ is: 'none', why });
export const text = (of: string, detail?: string): Shown => ({
  is: 'text',
  text: of,
  ...(detail === undefined || detail === '' ? {} : { detail }),
});

export const shownCount = (value: number | null): Shown =>
  value === null ? none('not_measured') : { is: 'count', value };

export const shownRate = (share: Rate | null): Shown => (share === null ? none('not_measured') : { is: 'rate', share });

const MONEY: readonly FigureName[] = ['cost', 'revenue'];
const RATES: readonly FigureName[] = ['open_rate', 'response_rate'];

export const kindOf = (name: FigureName): 'count' | 'rate' | 'money' =>
  MONEY.includes(name) ? 'money' : RATES.includes(name) ? 'rate' : 'count';

/** A figure of a row; `suppressed` names those that are null since they are hidden. */
export function shownFigure(figures: Figures, name: FigureName, suppressed: readonly string[] = []): Shown {
  if (suppressed.includes(name)) return none('hidden');
  const value = figures[name];
  if (value === null) return none(kindOf(name) === 'rate' && figures.sent === 0 ? 'nothing_sent' : 'not_measured');
  if (typeof value === 'number') return { is: 'count', value };
  return typeof value === 'string' ? { is: 'money', amount: value } : { is: 'rate', share: value };
}

/** A figure of the user's own. */
export function shownOwn(figures: Figures, { name, kind }: OwnMeasureLine, suppressed: readonly string[] = []): Shown {
  if (suppressed.includes(name)) return none('hidden');
  const value = figures.own?.[name] ?? null;
  if (value === null) return none('not_measured');
  if (typeof value === 'number') return { is: 'count', value };
  if (typeof value === 'string') return { is: 'money', amount: value };
  return { is: kind === 'percent' ? 'rate' : 'quotient', share: value };
}

/** Wilson's interval of a rate in words; undefined where it has none. */
export const intervalText = ({ low, high }: { readonly low: number | null; readonly high: number | null }) =>
  low === null || high === null ? undefined : `${(low * 100).toFixed(2)} to ${(high * 100).toFixed(2)} %`;

/** As it is printed where there are only letters. */
export function textOf(shown: Shown): string {
  switch (shown.is) {
    case 'text':
      return shown.detail === undefined ? shown.text : `${shown.text} (${shown.detail})`;
    case 'day':
      return shown.day;
    case 'count':
      return countText(shown.value);
    case 'rate':
      return percentText(shown.share);
    case 'quotient':
      return quotientText(shown.share);
    case 'money':
      return shown.amount;
    case 'change': {
      const { value } = shown;
      return `${value < 0 ? '−' : value > 0 ? '+' : '±'}${countText(Math.round(Math.abs(value) * 100))} %`;
    }
    case 'lift':
      return `${shown.difference.text} (${shown.low.text} to ${shown.high.text})`;
    case 'none':
      return WHY[shown.why];
  }
}
