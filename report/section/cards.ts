import type { Card, CardUnit, Change, Figures, OwnMeasureLine } from './model.js';

export interface Compared {
  readonly month: string;
  readonly days: number | null;
  readonly figures: Figures;
}

type About = Pick<Card, 'key' | 'label' | 'definition'>;

const CARDS: readonly About[] = [
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
  own: readonly OwnMeasureLine[] = [],
): Card[] {
  const units = new Map<string, CardUnit>(own.map(({ name, kind }) => [name, kind === 'percent' ? 'rate' : kind]));
  const all: readonly About[] = [
    ...CARDS,
    ...own.map((measure) => ({ key: measure.name, label: ownLabel(measure), definition: measure.definition })),
  ];
  return all.map(({ key, label, definition }) => {
    return {
      key,
      label,
      unit: units.get(key) ?? (key === 'open_rate' || key === 'response_rate' ? 'rate' : 'count'),
      ...(measuredIn(totals, key) ?? NOT_MEASURED),
      definition,
      history: history.map(({ month, figures }) => ({
        month,
        value: figures === undefined ? null : (measuredIn(figures, key)?.value ?? null),
      })),
      previous_month: changeOf(key, units.get(key), totals, previous),
      last_year: changeOf(key, units.get(key), totals, lastYear),
    };
  });
}

/** The name of a measure with what it is counted in. */
export const ownLabel = ({ title, unit }: Pick<OwnMeasureLine, 'title' | 'unit'>): string =>
  unit === null ? title : `${title} (${unit})`;

const NOT_MEASURED = { value: null, numerator: null, denominator: null, low: null, high: null };

/** A figure, and where it is a rate what it was computed from. */
function measuredIn(figures: Figures, key: string) {
  const measured = Object.hasOwn(figures.own ?? {}, key) ? figures.own![key]! : builtIn(figures, key);
  return measured === null || typeof measured === 'object' ? measured : { ...NOT_MEASURED, value: Number(measured) };
}

const builtIn = (figures: Figures, key: string) =>
  CARDS.some((card) => card.key === key) ? figures[key as 'sent' | 'open_rate'] : null;

function changeOf(
  key: string,
  unit: CardUnit | undefined,
  totals: Figures,
  other: Compared | undefined,
): Change | null {
  const now = measuredIn(totals, key);
  const then = other === undefined ? null : measuredIn(other.figures, key);
  if (other === undefined || now === null || then === null) return null;
  const difference = now.value - then.value;
  const isRate = then.denominator !== null && unit !== 'quotient';
  return {
    month: other.month,
    days: other.days,
    ...then,
    change: isRate ? difference : then.value > 0 ? difference / then.value : null,
  };
}
