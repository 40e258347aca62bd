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

export function cardsOf(totals: Figures, previous: Compared | undefined, lastYear: Compared | undefined): Card[] {
  return CARDS.map(({ key, label, definition }) => {
    const measured = totals[key];
    const rate = typeof measured === 'object' ? measured : null;
    return {
      key,
      label,
      unit: key === 'open_rate' || key === 'response_rate' ? 'rate' : 'count',
      value: valueOf(totals, key),
      numerator: rate?.numerator ?? null,
      denominator: rate?.denominator ?? null,
      definition,
      previous_month: changeOf(key, totals, previous),
      last_year: changeOf(key, totals, lastYear),
    };
  });
}

function valueOf(figures: Figures, key: CardKey): number | null {
  const value = figures[key];
  return value === null || typeof value === 'number' ? value : value.value;
}

function changeOf(key: CardKey, totals: Figures, other: Compared | undefined): Change | null {
  const now = valueOf(totals, key);
  const then = other === undefined ? null : valueOf(other.figures, key);
  if (other === undefined || now === null || then === null) return null;
  const isRate = key === 'open_rate' || key === 'response_rate';
  const change = isRate ? now - then : then === 0 ? null : now / then - 1;
  return {
    month: other.month,
    days: other.days,
    value: then,
    change: change === null ? null : Number(change.toFixed(6)),
  };
}
