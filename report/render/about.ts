import { addMonths } from '../section/calendar.js';
import type { Card, Change, Section } from '../section/model.js';
import { changeOf, differenceOf, rounded } from './rounding.js';
import { none, shownCount, shownRate, textOf, type Shown } from './shown.js';
import { amountText, instantText, monthText, shortMonthText, signedText } from './text.js';

/** What stands at the head of the section, in words. */
export function aboutOf(section: Section): readonly (readonly [term: string, text: string])[] {
  const { project, status, sources, time_zones } = section;
  return [
    ['Sources', sources.map(({ source }) => source).join(', ') || 'none'],
    ['Data as of', status.data_as_of === null ? 'not known' : instantText(status.data_as_of, project.time_zone)],
    ['Time zone of days', time_zones.join(', ')],
    ['Completeness', completenessOf(section)],
  ];
}

/** `October 2025`, or how far of it. */
export const spanText = ({ month }: Section): string =>
  `${monthText(month.id)}${month.through_day === month.last_day ? '' : `, to ${month.through_day}`}`;

export function stateText({ status, project }: Section): string {
  const { state, is_held, final_from, release } = status;
  const version = release === null || release.is_live ? '' : `, version ${release.version}`;
  if (is_held) return `Preliminary, since days are missing${version}`;
  if (state === 'preliminary') return `Preliminary until ${instantText(final_from, project.time_zone)}${version}`;
  return `${state === 'final' ? 'Final' : 'Restated'}${version}`;
}

function completenessOf({ status, sources }: Section): string {
  const { days_present, days_expected } = status;
  const lacking = sources
    .filter(({ missing_days }) => missing_days.length > 0)
    .map(({ source, missing_days }) => `${source} lacks ${someOf(missing_days)}`);
  return [`${days_present} of ${days_expected} ${days_expected === 1 ? 'day' : 'days'}`, ...lacking].join('; ');
}

export function someOf(days: readonly string[]): string {
  const shown = days.slice(0, 3).join(', ');
  return days.length > 3 ? `${shown} and ${days.length - 3} more days` : shown;
}

/** The figure of a card, or of the month that it is compared with. */
export function cardFigure({ unit, ...figure }: Card | (Change & Pick<Card, 'unit'>)): Shown {
  const { value, numerator, denominator, low, high } = figure;
  if (value === null) return none('not_measured');
  if (unit === 'amount') return { is: 'money', amount: amountText(value) };
  if (unit === 'count' || numerator === null || denominator === null) return shownCount(value);
  const share = { value, numerator, denominator, low, high };
  return unit === 'rate' ? shownRate(share) : { is: 'quotient', share };
}

/** How a card differs from another month. */
export interface Comparison {
  /** The month, or its first days. */
  readonly span: string;
  readonly before: Shown;
  /** With its arrow and unit; absent where there is no sense in one. */
  readonly moved?: { readonly value: number; readonly text: string };
}

/** Beside the month before and the same month of the last year; nothing where the card has no figure itself. */
export function comparisonsOf(card: Card, month: string): readonly Comparison[] {
  if (card.value === null) return [];
  return [
    compared(card, card.previous_month, addMonths(month, -1)),
    compared(card, card.last_year, addMonths(month, -12)),
  ];
}

function compared(card: Card, change: Change | null, month: string): Comparison {
  if (change === null) return { span: shortMonthText(month), before: none('no_figure') };
  const span = change.days === null ? shortMonthText(month) : `1–${change.days} ${shortMonthText(month)}`;
  const before = cardFigure({ ...change, unit: card.unit });
  const now = cardFigure(card);
  if (change.change === null) return { span, before };
  const [units, digits, unit] =
    now.is === 'rate' && before.is === 'rate'
      ? [rounded(differenceOf(now.share, before.share), 4), 2, 'points']
      : [rounded(changeOf(card.value ?? 0, change.value), 3), 1, '%'];
  // What is shown as zero has no direction, whatever stands behind the last digit.
  const arrow = units > 0n ? '▲' : units < 0n ? '▼' : '=';
  return { span, before, moved: { value: change.change, text: `${arrow} ${signedText(units, digits)} ${unit}` } };
}

export const comparisonText = ({ span, before, moved }: Comparison): string =>
  before.is === 'none'
    ? `${span}: ${textOf(before)}`
    : `${moved === undefined ? '' : `${moved.text} `}from ${textOf(before)} in ${span}`;
