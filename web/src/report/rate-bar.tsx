import type { Figures } from '../api/client';
import { HIDDEN, isHidden, NOT_MEASURED, percentText } from './number-text';
import { countText } from '../parts/text';

export type RateKey = 'open_rate' | 'response_rate';

export const RATE_NAMES: Readonly<Record<RateKey, string>> = { response_rate: 'Response rate', open_rate: 'Open rate' };

/** The end of the axis that bars of rates share. */
export function mostOf(rows: readonly Figures[], rate: RateKey): number {
  const ends = rows.map((figures) => {
    const share = figures[rate];
    return share === null ? 0 : (share.high ?? share.value);
  });
  // A handful of messages makes an interval so wide that nothing else could be seen: the axis ends at the rates' own scale.
  const values = rows.map((figures) => figures[rate]?.value ?? 0);
  return Math.min(Math.max(...ends, 0), Math.max(...values, 0) * 1.5) || 1;
}

interface RateBarProps {
  readonly figures: Figures;
  readonly rate: RateKey;
  readonly most: number;
}

/** A rate as a bar, its 95 % interval as a line over it, and both as text. */
export function RateBar({ figures, rate, most }: RateBarProps) {
  const share = figures[rate];
  if (share === null)
    return (
      <span className="pair rate">
        <span className="track" aria-hidden="true" />
        <span className="told none">
          {isHidden(figures, rate) ? HIDDEN : NOT_MEASURED}
          <span className="unseen"> {RATE_NAMES[rate].toLowerCase()}</span>
        </span>
      </span>
    );
  const { low, high } = share;
  const interval = low === null || high === null ? undefined : { low, high };
  const part = (value: number) => `${Math.min(100, (value / most) * 100)}%`;
  return (
    <span className="pair rate">
      <span className="track" aria-hidden="true">
        <span className={`bar ${rate === 'open_rate' ? 'opened' : 'responded'}`} style={{ width: part(share.value) }} />
        {interval !== undefined && (
          <span
            className={interval.high > most ? 'interval cut' : 'interval'}
            style={{ left: part(interval.low), right: `calc(100% - ${part(interval.high)})` }}
          />
        )}
      </span>
      <span className="told">
        <span className="unseen">{RATE_NAMES[rate]} </span>
        <strong>{percentText(share)}</strong>{' '}
        <span className="muted">
          {interval !== undefined && (
            <>
              <span className="unseen">, 95 % interval </span>({(interval.low * 100).toFixed(2)} to{' '}
              {(interval.high * 100).toFixed(2)}),{' '}
            </>
          )}
          n {countText(share.denominator)}
        </span>
      </span>
    </span>
  );
}
