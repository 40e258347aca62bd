import { lazy, Suspense, useState, type KeyboardEvent } from 'react';
import { useLocation } from 'wouter';
import type { Section } from '../api/client';
import { Choice } from '../parts/choice';
import { Download } from '../parts/download';
import { measured, monthText } from './number-text';
import {
  alignedWith,
  annotationsOf,
  MEASURES,
  pointsOf,
  spanText,
  within,
  type Counts,
  type Measure,
  type Point,
} from './points';
import type { PartDays } from './part';
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
  /** Those of a part, such as one campaign, with what is to be marked on them; absent: of all. */
  readonly part?: PartDays | undefined;
}

/** Months, weeks or days as lines; what has no data is a gap. Arrow keys walk along, the button under it goes into a point. */
export function Trend({ section, part }: TrendProps) {
  const { days, notes, measures } = part ?? { days: section.days, notes: annotationsOf(section), measures: MEASURES };
  const { view, narrow, set } = useView();
  const [, go] = useLocation();
  const span = view.narrowed.get('days');
  // Of a part there are the days of this month only.
  const grain = view.grain === 'month' && part !== undefined ? 'day' : view.grain;
  const spanned = within(days, span);
  const points = pointsOf(section, spanned.length > 1 ? spanned : days, grain, notes);
  const compared = useCompared(section, points, grain);
  // The point that is told: the last one, or what the address asks for, until somebody walks.
  const shownAs = `${section.month.id} ${grain} ${span}`;
  const [walk, setWalk] = useState({ of: shownAs, to: -1 });
  const setAt = (to: number) => setWalk({ of: shownAs, to });
  const asked = points.findIndex(({ from, to }) => span === `${from}..${to}`);
  const wanted = walk.of === shownAs && walk.to >= 0 ? walk.to : asked >= 0 ? asked : points.findLastIndex(hasData);
  const index = Math.max(0, Math.min(wanted, points.length - 1));
  const point = points[index];
  if (point === undefined) return null;
  const shown = measures.map(([measure]) => measure).filter((measure) => !view.without.has(measure));
  const toggle = (measure: Measure) => {
    const next = new Set(view.without);
    if (!next.delete(measure)) next.add(measure);
    set({ without: [...next].join(',') });
  };
  const told = (counts: Counts) =>
    measures
      .filter(([measure]) => shown.includes(measure))
      .map(([measure, label]) => `${label} ${measured(counts[measure])}`)
      .join(', ');
  const before = compared.counts?.[index];
  const text = `${point.long}: ${told(point)}.${before === undefined ? '' : ` ${compared.name}: ${told(before)}.`}${point.mayMove ? ' May still move.' : ''}${point.notes.length === 0 ? '' : ` ${notesText(point.notes)}`}`;
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
        <div className="states grains" role="group" aria-label="Points">
          {GRAINS.filter(([name]) => name !== 'month' || part === undefined).map(([name, label]) => (
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
          {measures.map(([measure, label]) => (
            <button type="button" key={measure} aria-pressed={shown.includes(measure)} onClick={() => toggle(measure)}>
              <span className={`key ${measure}`} aria-hidden="true" />
              {label}
            </button>
          ))}
        </div>
        {grain !== 'month' && part === undefined && (
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
      {points.some(({ notes: on }) => on.length > 0) && (
        <p className="small muted">
          ▾ marks{' '}
          {part === undefined
            ? 'the first messages of a campaign, changed definitions, and days far from what is usual'
            : 'messages that were sent'}
          .
        </p>
      )}
      <ul className="on-paper small">
        {points.flatMap(({ id, long, notes: on }) =>
          on.length === 0 ? [] : [<li key={id}>{`${long}: ${on.join('; ')}`}</li>],
        )}
      </ul>
      {view.narrowed.size === 0 && grain === 'day' && (
        <p className="more actions">
          {['svg', 'png'].map((form) => (
            <Download
              key={form}
              address={`/api/report/${section.month.id}/charts/trend/${form}${view.release === undefined ? '' : `?release=${view.release}`}`}
              name={`report-${section.month.id}-trend.${form}`}
            >
              {`This chart as ${form.toUpperCase()}`}
            </Download>
          ))}
        </p>
      )}
    </figure>
  );
}

const NOTED = 3;
const notesText = (notes: readonly string[]): string =>
  notes.slice(0, NOTED).join('; ') + (notes.length > NOTED ? `; and ${notes.length - NOTED} more` : '') + '.';

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
function useCompared({ earlier_days }: Section, points: readonly Point[], grain: Grain) {
  const { view } = useView();
  const all = { previous: earlier_days.previous_month, 'last-year': earlier_days.last_year };
  const possible = Object.entries(all).flatMap(([key, earlier]) => (earlier === null ? [] : [[key, earlier] as const]));
  const found = grain === 'month' ? undefined : possible.find(([key]) => key === view.beside);
  return {
    possible: possible.map(([key, { month }]) => [key, month] as const),
    key: found?.[0],
    name: found === undefined ? '' : monthText(found[1].month),
    counts: found === undefined ? undefined : alignedWith(points, found[1].days),
  };
}
