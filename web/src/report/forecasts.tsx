import type { Section } from '../api/client';
import { sentence, countText } from '../parts/text';

type Forecast = Section['forecasts'][number];

const WITHHELD = {
  too_little_history: 'there is too little history',
  no_better_than_last_week: 'it was no better than last week’s days again',
} as const;

/** Where the month will end, only as far as that could be told of the weeks before. */
export const Forecasts = ({ forecasts }: { readonly forecasts: Section['forecasts'] }) => (
  <ul className="forecasts">
    {forecasts.map((forecast) => (
      <li key={forecast.figure}>
        <span className="name">{sentence(forecast.figure)}</span>
        {forecast.value === null ? <span className="track" aria-hidden="true" /> : <Picture forecast={forecast} />}
        <Told forecast={forecast} />
      </li>
    ))}
  </ul>
);

/** What came so far as a bar, the end as a line with its interval over the axis. */
function Picture({ forecast: { figure, so_far, value, low, high } }: { readonly forecast: Forecast }) {
  const most = Math.max(so_far, high ?? 0, 1) * 1.02;
  const part = (count: number) => `${(count / most) * 100}%`;
  return (
    <span className="track" aria-hidden="true">
      <span className={`bar ${figure}`} style={{ width: part(so_far) }} />
      {value !== null && low !== null && high !== null && (
        <>
          <span className="to-come" style={{ left: part(so_far), right: `calc(100% - ${part(value)})` }} />
          <span className="interval" style={{ left: part(low), right: `calc(100% - ${part(high)})` }} />
        </>
      )}
    </span>
  );
}

function Told({ forecast: { so_far, withheld, value, low, high, trials } }: { readonly forecast: Forecast }) {
  if (value === null || low === null || high === null)
    return (
      <span>
        {countText(so_far)} so far{' '}
        <span className="muted">No forecast is shown: {withheld === null ? 'none was made' : WITHHELD[withheld]}.</span>
      </span>
    );
  return (
    <span>
      {countText(so_far)} so far, <strong>about {countText(Math.round(value))}</strong> by the end (
      {countText(Math.round(low))} to {countText(Math.round(high))}){' '}
      {trials !== null && (
        <span className="muted">
          Tried {trials.count} times before, the interval held in {Math.round(trials.coverage * 100)} %.
        </span>
      )}
    </span>
  );
}
