import { useMemo } from 'react';
import type { Figures } from '../api/client';
import type { Row } from './dimensions';
import { HIDDEN, isHidden, measured, NOT_MEASURED } from './number-text';
import { mostOf, RateBar, RATE_NAMES, type RateKey } from './rate-bar';

const SHOWN = 10;

interface BarsProps {
  readonly rows: readonly Row[];
  readonly label: string;
  readonly rate: RateKey;
  readonly chosen?: string | undefined;
  readonly count?: 'sent' | 'responded';
}

const COUNTED = { sent: 'Messages sent', responded: 'Responses' } as const;

/** A count and a rate of each, sorted by the count; every bar with its number, every rate with its interval and n. */
export function Bars({ rows, label, rate, chosen, count = 'sent' }: BarsProps) {
  const sorted = useMemo(
    () => rows.toSorted((a, b) => (b.figures[count] ?? -1) - (a.figures[count] ?? -1)),
    [rows, count],
  );
  const shown = sorted.slice(0, SHOWN);
  const most = Math.max(1, ...shown.map(({ figures }) => figures[count] ?? 0));
  const mostRate = mostOf(
    shown.map(({ figures }) => figures),
    rate,
  );
  const hasRate = count === 'sent';
  return (
    <figure>
      <p className="bars-head" aria-hidden="true">
        <span />
        <span>{COUNTED[count]}</span>
        {hasRate && <span>{RATE_NAMES[rate]} of n messages, with its 95 % interval</span>}
      </p>
      <ul className="bars" aria-label={`${COUNTED[count]} by ${label.toLowerCase()}`}>
        {shown.map(({ id, label: name, figures }) => (
          <li key={id} className={id === chosen ? 'chosen' : undefined}>
            <span className="name">{name}</span>
            <span className="pair">
              <span className="track" aria-hidden="true">
                {figures[count] !== null && (
                  <span className={`bar ${count}`} style={{ width: `${(figures[count] / most) * 100}%` }} />
                )}
              </span>
              <CountTold figures={figures} count={count} />
            </span>
            {hasRate && <RateBar figures={figures} rate={rate} most={mostRate} />}
          </li>
        ))}
      </ul>
      {sorted.length > SHOWN && (
        <figcaption className="small muted">
          The largest {SHOWN} of {sorted.length}; the table has all.
        </figcaption>
      )}
    </figure>
  );
}

function CountTold({ figures, count }: { readonly figures: Figures; readonly count: 'sent' | 'responded' }) {
  const isSecret = isHidden(figures, count);
  return (
    <span className={isSecret || figures[count] === null ? 'told none' : 'told'}>
      {isSecret ? HIDDEN : figures[count] === null ? NOT_MEASURED : measured(figures[count])}
      <span className="unseen"> {COUNTED[count].toLowerCase()}, </span>
    </span>
  );
}
