import type { Section } from '../api/client';
import { measured, monthText, NOT_MEASURED } from './number-text';
import { decimalsText } from './own-figures';

type Card = Section['cards'][number];

const WIDTH = 132;
const HEIGHT = 28;
const EDGE = 3;

const told = (card: Card, value: number | null): string =>
  value === null
    ? NOT_MEASURED
    : card.unit === 'rate'
      ? `${(value * 100).toFixed(2)} %`
      : card.unit === 'count'
        ? measured(value)
        : decimalsText(value);

/** The month and the twelve before it, from zero. A month that is not measured is a gap, one that goes on an open dot. */
export function Sparkline({ card, isWhole }: { readonly card: Card; readonly isWhole: boolean }) {
  const { history } = card;
  const values = history.flatMap(({ value }) => (value === null ? [] : [value]));
  // Two points make a line.
  if (values.length < 2) return null;
  const most = Math.max(...values) || 1;
  const x = (index: number) => EDGE + (index / (history.length - 1)) * (WIDTH - 2 * EDGE);
  const y = (value: number) => HEIGHT - EDGE - (value / most) * (HEIGHT - 2 * EDGE);
  const last = history.at(-1)!;
  const first = history.find(({ value }) => value !== null)!;
  const text = `${card.label}, ${monthText(first.month)} to ${monthText(last.month)}: from ${told(card, first.value)} to ${told(card, last.value)}; the most was ${told(card, Math.max(...values))}.`;
  return (
    <svg className="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={text}>
      <title>{history.map(({ month, value }) => `${monthText(month)}: ${told(card, value)}`).join('\n')}</title>
      <line x1={EDGE} x2={WIDTH - EDGE} y1={HEIGHT - EDGE} y2={HEIGHT - EDGE} />
      {stretches(history).map((stretch) => (
        <polyline
          key={stretch[0]!.index}
          points={stretch.map(({ index, value }) => `${x(index)},${y(value)}`).join(' ')}
        />
      ))}
      {last.value !== null && (
        <circle className={isWhole ? 'whole' : undefined} cx={x(history.length - 1)} cy={y(last.value)} r="2.5" />
      )}
    </svg>
  );
}

/** What is measured without a gap between. */
function stretches(history: Card['history']) {
  const all: { index: number; value: number }[][] = [[]];
  for (const [index, { value }] of history.entries()) {
    if (value === null) all.push([]);
    else all.at(-1)!.push({ index, value });
  }
  return all.filter(({ length }) => length > 0);
}
