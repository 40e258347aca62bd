import { HIDDEN, isHidden, measured, NOT_MEASURED, rate } from './number-text';
import type { Row } from './dimensions';

const SHOWN = 10;

/** Messages sent, sorted, each bar with its number; the rest of many is in the table. */
export function Bars({
  rows,
  label,
  chosen,
}: {
  readonly rows: readonly Row[];
  readonly label: string;
  readonly chosen?: string | undefined;
}) {
  const sorted = rows.toSorted((a, b) => (b.figures.sent ?? -1) - (a.figures.sent ?? -1));
  const shown = sorted.slice(0, SHOWN);
  const most = Math.max(1, ...shown.map(({ figures }) => figures.sent ?? 0));
  return (
    <figure>
      <ul className="bars" aria-label={`Messages sent by ${label.toLowerCase()}`}>
        {shown.map(({ id, label, figures }) => (
          <li key={id} className={id === chosen ? 'chosen' : undefined}>
            <span>{label}</span>
            <span className="track" aria-hidden="true">
              {figures.sent !== null && (
                <span className="bar sent" style={{ width: `${(figures.sent / most) * 100}%` }} />
              )}
            </span>
            <span className="told">
              <strong>
                {isHidden(figures, 'sent')
                  ? HIDDEN
                  : figures.sent === null
                    ? NOT_MEASURED
                    : `${measured(figures.sent)} sent`}
              </strong>
              ,{' '}
              <span className="muted">
                response rate {isHidden(figures, 'response_rate') ? HIDDEN : rate(figures.response_rate)}
              </span>
            </span>
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
