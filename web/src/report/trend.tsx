import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState, type KeyboardEvent } from 'react';
import { useLocation } from 'wouter';
import type { Section } from '../api/client';
import { sectionQuery } from '../api/queries';
import { Choice } from '../parts/choice';
import { addMonths, measured, monthText } from './number-text';
import {
  alignedWith,
  MEASURES,
  pointsOf,
  spanText,
  within,
  type Counts,
  type Day,
  type Measure,
  type Point,
} from './points';
import { useView, type Grain } from './view';

/** Charts are half of all script, so they come when one is shown. */
const LineChart = lazy(() => import('../charts/line-chart'));

const GRAINS: readonly (readonly [Grain, string])[] = [
  ['month', 'Months'],
  ['week', 'Weeks'],
  ['day', 'Days'],
];

interface TrendProps {
  readonly section: Section;
  readonly months: readonly string[];
  /** Those of one campaign instead of all. */
  readonly days?: readonly Day[] | undefined;
}

/** Months, weeks or days as lines; what has no data is a gap. Arrow keys walk along, the button under it goes into a point. */
export function Trend({ section, months, days = section.days }: TrendProps) {
  const { view, narrow, set } = useView();
  const [, go] = useLocation();
  const span = view.narrowed.get('days');
  // Of one campaign there are the days of this month only.
  const grain = view.grain === 'month' && days !== section.days ? 'day' : view.grain;
  const spanned = within(days, span);
  const points = pointsOf(section, spanned.length > 1 ? spanned : days, grain);
  const compared = useCompared(section, months, points, grain);
  // The point that is told: the last one, or what the address asks for, until somebody walks.
  const shownAs = `${section.month.id} ${grain} ${span}`;
  const [walk, setWalk] = useState({ of: shownAs, to: -1 });
  const setAt = (to: number) => setWalk({ of: shownAs, to });
  const asked = points.findIndex(({ from, to }) => span === `${from}..${to}`);
  const wanted = walk.of === shownAs && walk.to >= 0 ? walk.to : asked >= 0 ? asked : points.findLastIndex(hasData);
  const index = Math.max(0, Math.min(wanted, points.length - 1));
  const point = points[index];
  if (point === undefined) return null;
  const shown = MEASURES.map(([measure]) => measure).filter((measure) => !view.without.has(measure));
  const toggle = (measure: Measure) => {
    const next = new Set(view.without);
    if (!next.delete(measure)) next.add(measure);
    set({ without: [...next].join(',') });
  };
  const told = (counts: Counts) =>
    MEASURES.filter(([measure]) => shown.includes(measure))
      .map(([measure, label]) => `${label} ${measured(counts[measure])}`)
      .join(', ');
  const before = compared.counts?.[index];
  const text = `${point.long}: ${told(point)}.${before === undefined ? '' : ` ${compared.name}: ${told(before)}.`}${point.mayMove ? ' May still move.' : ''}`;
  const into = () => {
    if (grain === 'month') go(`/performance/${point.id}?grain=week`);
    else if (grain === 'week') {
      narrow('days', `${point.from}..${point.to}`);
      set({ grain: '' });
    } else narrow('days', `${point.from}..${point.to}`);
  };
  return (
    <figure>
      <div className="chart-head">
        <div className="states" role="group" aria-label="Points">
          {GRAINS.filter(([name]) => name !== 'month' || days === section.days).map(([name, label]) => (
            <button
              type="button"
              key={name}
              aria-pressed={grain === name}
              onClick={() => set({ grain: name === 'day' ? '' : name })}
            >
              {label}
            </button>
          ))}
        </div>
        <div className="states" role="group" aria-label="Lines">
          {MEASURES.map(([measure, label]) => (
            <button type="button" key={measure} aria-pressed={shown.includes(measure)} onClick={() => toggle(measure)}>
              <span className={`key ${measure}`} aria-hidden="true" />
              {label}
            </button>
          ))}
        </div>
        {grain !== 'month' && days === section.days && (
          <Choice
            id="compare"
            label="Beside it"
            value={compared.key}
            change={(beside) => set({ beside })}
            values={compared.possible.map(([key]) => key)}
            nameOf={(key) => monthText(compared.possible.find(([one]) => one === key)?.[1] ?? section.month.id)}
            all="Nothing"
          />
        )}
      </div>
      <div
        className="chart"
        role="slider"
        tabIndex={0}
        aria-label={`Figures by ${grain}`}
        aria-valuemin={1}
        aria-valuemax={points.length}
        aria-valuenow={index + 1}
        aria-valuetext={text}
        onKeyDown={(event) => {
          const next = walked(event, index, points.length - 1);
          if (event.key === 'Enter') into();
          if (next === undefined) return;
          event.preventDefault();
          setAt(next);
        }}
      >
        <Suspense fallback={<p className="loading">Loading the chart …</p>}>
          <LineChart points={points} before={compared.counts} shown={shown} at={index} pointed={setAt} pressed={into} />
        </Suspense>
      </div>
      <figcaption className="readout small">
        <span>{text}</span>
        {span !== `${point.from}..${point.to}` && !(grain === 'month' && point.id === section.month.id) && (
          <button type="button" onClick={into}>
            {intoText(grain, point)}
          </button>
        )}
      </figcaption>
      {points.some(({ mayMove }) => mayMove) && (
        <p className="small muted">Shaded: late opens and responses may still come in.</p>
      )}
      {points.some(({ isSend }) => isSend) && <p className="small muted">▾ marks days on which something was sent.</p>}
    </figure>
  );
}

const hasData = ({ sent, opened, responded }: Counts): boolean => (sent ?? opened ?? responded) !== null;

const intoText = (grain: Grain, { long, from, to }: Point): string =>
  grain === 'month'
    ? `Go to ${long}`
    : grain === 'week'
      ? 'Show the days of this week'
      : `Only ${spanText(`${from}..${to}`)}`;

function walked({ key }: KeyboardEvent, index: number, last: number): number | undefined {
  const to = {
    ArrowLeft: index - 1,
    ArrowRight: index + 1,
    ArrowDown: index - 1,
    ArrowUp: index + 1,
    Home: 0,
    End: last,
  }[key];
  return to === undefined ? undefined : Math.max(0, Math.min(last, to));
}

/** The month before or the same month last year, on the same days of the month. */
function useCompared(section: Section, months: readonly string[], points: readonly Point[], grain: Grain) {
  const { view } = useView();
  const { id } = section.month;
  const possible = [
    ['previous', addMonths(id, -1)],
    ['last-year', addMonths(id, -12)],
  ].filter(([, month]) => months.includes(month!)) as [string, string][];
  const found = grain === 'month' ? undefined : possible.find(([key]) => key === view.beside);
  const { data } = useQuery({ ...sectionQuery(found?.[1] ?? id), enabled: found !== undefined });
  const isAll = found !== undefined && data !== undefined;
  return {
    possible,
    key: found?.[0],
    name: found === undefined ? '' : monthText(found[1]),
    counts: isAll ? alignedWith(points, data.days) : undefined,
  };
}
