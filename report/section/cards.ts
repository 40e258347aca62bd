import type { Card, CardKey, Change, Figures } from './model.js';

export interface Compared {
  readonly month: string;
  readonly days: number | null;
  readonly figures: Figures;
}

const CARDS: readonly { readonly key: CardKey; readonly label: string; readonly definition: string }[] = [
  { key: 'sent', label: 'Messages sent', definition: 'Messages handed over for delivery, control groups left out.' },
  {
    key: 'delivered',
    label: 'Messages delivered',
    definition: 'Messages that the receiving side accepted, where the channel tells.',
  },
  {
    key: 'opened',
    label: 'Messages opened (summed by day)',
    definition: 'Messages opened at least once, as the source counts them per day, added up over days. Not members.',
  },
  {
    key: 'responded',
    label: 'Responded',
    definition: 'Positive responses of the primary types, which do not overlap.',
  },
  {
    key: 'open_rate',
    label: 'Open rate (of sent)',
    definition: 'Opened ÷ sent, over the messages for which opens are measured.',
  },
  {
    key: 'response_rate',
    label: 'Response rate (of sent)',
    definition: 'Responded ÷ sent, over the campaigns that measure both.',
  },
];

export interface MonthFigures {
  readonly month: string;
  readonly figures: Figures | undefined;
}

export function cardsOf(
  totals: Figures,
  previous: Compared | undefined,
  lastYear: Compared | undefined,
  history: readonly MonthFigures[],
): Card[] {
  return CARDS.map(({ key, label, definition }) => {
    return {
      key,
      label,
      unit: key === 'open_rate' || key === 'response_rate' ? 'rate' : 'count',
      ...(measuredIn(totals, key) ?? NOT_MEASURED),
      definition,
      history: history.map(({ month, figures }) => ({
        month,
        value: figures === undefined ? null : (measuredIn(figures, key)?.value ?? null),
      })),
      previous_month: changeOf(key, totals, previous),
      last_year: changeOf(key, totals, lastYear),
    };
  });
}

const NOT_MEASURED = { value: null, numerator: null, denominator: null, low: null, high: null };

/** A figure, and where it is a rate what it was computed from. */
function measuredIn(figures: Figures, key: CardKey) {
  const measured = figures[key];
  return typeof measured === 'number' ? { ...NOT_MEASURED, value: measured } : measured;
}

function changeOf(key: CardKey, totals: Figures, other: Compared | undefined): Change | null {
  const now = measuredIn(totals, key);
  const then = other === undefined ? null : measuredIn(other.figures, key);
  if (other === undefined || now === null || then === null) return null;
  const difference = now.value - then.value;
  const isRate = then.denominator !== null;
  return {
    month: other.month,
    days: other.days,
    ...then,
    change: isRate ? difference : then.value > 0 ? difference / then.value : null,
  };
}
