import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState, type KeyboardEvent } from 'react';
import type { Section } from '../api/client';
import { sectionQuery } from '../api/queries';
import { Choice } from '../parts/choice';
import { addMonths, dayText, measured, monthText } from './number-text';

/** Charts are half of all script, so they come when one is shown. */
const LineChart = lazy(() => import('../charts/line-chart'));

const MEASURES = [
  ['sent', 'Sent'],
  ['opened', 'Opened'],
  ['responded', 'Responded'],
] as const;
export type Measure = (typeof MEASURES)[number][0];

interface TrendProps {
  readonly section: Section;
  readonly months: readonly string[];
  readonly compared: string | undefined;
  readonly compare: (value: string) => void;
}

/** The days of the month as lines; days without data are gaps. Arrow keys walk through the days. */
export function Trend({ section, months, compared, compare }: TrendProps) {
  const { id } = section.month;
  const others = { previous: addMonths(id, -1), 'last-year': addMonths(id, -12) };
  const possible = Object.entries(others).filter(([, month]) => months.includes(month));
  const other = possible.find(([key]) => key === compared)?.[1];
  const before = useQuery({ ...sectionQuery(other ?? id), enabled: other !== undefined });
  const [shown, setShown] = useState<ReadonlySet<Measure>>(new Set(MEASURES.map(([measure]) => measure)));
  const [at, setAt] = useState(section.days.length - 1);
  const index = Math.min(at, section.days.length - 1);
  const day = section.days[index];
  const then = other === undefined ? undefined : before.data?.days[index];
  if (day === undefined) return null;
  const toggle = (measure: Measure) => {
    const next = new Set(shown);
    if (!next.delete(measure)) next.add(measure);
    setShown(next);
  };
  const told = (figures: typeof day) =>
    MEASURES.filter(([measure]) => shown.has(measure))
      .map(([measure, label]) => `${label} ${measured(figures[measure])}`)
      .join(', ');
  const text = `${dayText(day.date)}: ${told(day)}.${then === undefined ? '' : ` ${dayText(then.date)} ${then.date.slice(0, 4)}: ${told(then)}.`}`;
  const walk = (event: KeyboardEvent) => {
    const last = section.days.length - 1;
    const next = {
      ArrowLeft: index - 1,
      ArrowRight: index + 1,
      ArrowDown: index - 1,
      ArrowUp: index + 1,
      Home: 0,
      End: last,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    setAt(Math.max(0, Math.min(last, next)));
  };
  return (
    <figure>
      <div className="chart-head">
        <div className="states" role="group" aria-label="Lines">
          {MEASURES.map(([measure, label]) => (
            <button type="button" key={measure} aria-pressed={shown.has(measure)} onClick={() => toggle(measure)}>
              <span className={`key ${measure}`} aria-hidden="true" />
              {label}
            </button>
          ))}
        </div>
        <Choice
          id="compare"
          label="Beside it"
          value={other === undefined ? undefined : compared}
          change={compare}
          values={possible.map(([key]) => key)}
          nameOf={(key) => monthText(others[key as keyof typeof others])}
          all="Nothing"
        />
      </div>
      <div
        className="chart"
        role="slider"
        tabIndex={0}
        aria-label="Figures by day"
        aria-valuemin={1}
        aria-valuemax={section.days.length}
        aria-valuenow={index + 1}
        aria-valuetext={text}
        onKeyDown={walk}
      >
        <Suspense fallback={<p className="loading">Loading the chart …</p>}>
          <LineChart
            days={section.days}
            before={other === undefined ? undefined : before.data?.days}
            shown={MEASURES.filter(([measure]) => shown.has(measure)).map(([measure]) => measure)}
            at={index}
            pointed={setAt}
          />
        </Suspense>
      </div>
      <figcaption className="readout small">{text}</figcaption>
    </figure>
  );
}
