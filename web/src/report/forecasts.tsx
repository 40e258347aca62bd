import type { Section } from '../api/client';
import { sentence, countText } from '../parts/text';

const WITHHELD = {
  too_little_history: 'there is too little history',
  no_better_than_last_week: 'it was no better than last week’s days again',
} as const;

/** Where the month will end, only as far as that could be told of the weeks before. */
export const Forecasts = ({ forecasts }: { readonly forecasts: Section['forecasts'] }) => (
  <ul className="listed">
    {forecasts.map(({ figure, so_far, withheld, value, low, high, trials }) => (
      <li key={figure}>
        <strong>{sentence(figure)}:</strong> {countText(so_far)} so far;{' '}
        {value === null || low === null || high === null ? (
          <span className="muted">
            no forecast is shown: {withheld === null ? 'none was made' : WITHHELD[withheld]}.
          </span>
        ) : (
          <>
            about {countText(Math.round(value))} by the end of the month ({countText(Math.round(low))} to{' '}
            {countText(Math.round(high))}).
            {trials !== null && (
              <span className="muted">
                {' '}
                Tried {trials.count} times before, the interval held in {Math.round(trials.coverage * 100)} %.
              </span>
            )}
          </>
        )}
      </li>
    ))}
  </ul>
);
