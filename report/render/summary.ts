import type { Card, Change, Rate, Section, Status } from '../section/model.js';
import { addMonths } from '../section/calendar.js';
import { count, rate } from './cells.js';
import { changeOf, differenceOf, rounded } from './rounding.js';
import { escape, instantText, monthText, shortMonthText, signedText } from './text.js';

export function header(section: Section): string {
  const { project, month, status, sources, heading, time_zones } = section;
  const at = (instant: string) => escape(instantText(instant, project.time_zone));
  const asOf =
    status.data_as_of === null
      ? 'not known'
      : `<time datetime="${escape(status.data_as_of)}">${at(status.data_as_of)}</time>`;
  const facts: readonly (readonly [string, string])[] = [
    ['Sources', sources.map(({ source }) => `<bdi>${escape(source)}</bdi>`).join(', ') || 'none'],
    ['Data as of', asOf],
    ['Time zone of days', escape(time_zones.join(', '))],
    ['Completeness', completeness(section)],
  ];
  return `<header>
<p class="project">${escape(project.name)}</p>
<h1>${escape(heading)}</h1>
<p class="month">${monthText(month.id)}${month.through_day === month.last_day ? '' : `, to ${escape(month.through_day)}`} <span class="state">${stateText(status, at)}</span></p>
<dl class="about">${facts.map(([term, text]) => `<div><dt>${term}</dt><dd>${text}</dd></div>`).join('')}</dl>
</header>`;
}

function stateText({ state, final_from, release }: Status, at: (instant: string) => string): string {
  const version = release === null || release.is_live ? '' : `, version ${release.version}`;
  if (state === 'preliminary') return `Preliminary until ${at(final_from)}${version}`;
  return `${state === 'final' ? 'Final' : 'Restated'}${version}`;
}

function completeness({ status, sources }: Section): string {
  const days = (present: number, expected: number) =>
    `<data value="${present}">${present}</data> of <data value="${expected}">${expected}</data> ${expected === 1 ? 'day' : 'days'}`;
  const all = days(status.days_present, status.days_expected);
  if (status.missing_days.length === 0) return all;
  const lacking = sources
    .filter(({ missing_days }) => missing_days.length > 0)
    .map(({ source, missing_days }) => `<bdi>${escape(source)}</bdi> lacks ${escape(someOf(missing_days))}`);
  return `${all}<br><span class="small">${lacking.join('; ')}</span>`;
}

function someOf(days: readonly string[]): string {
  const shown = days.slice(0, 3).join(', ');
  return days.length > 3 ? `${shown} and ${days.length - 3} more days` : shown;
}

export function cards({ cards, month }: Section): string {
  const items = cards.map((card) => {
    const value =
      card.value === null ? '<p class="value none">not measured</p>' : `<p class="value">${figure(card)}</p>`;
    const parts = isRate(card) ? `<p class="small">${count(card.numerator)} of ${count(card.denominator)}</p>` : '';
    const changes =
      card.value === null
        ? ''
        : changed(card, card.previous_month, addMonths(month.id, -1)) +
          changed(card, card.last_year, addMonths(month.id, -12));
    return `<li class="card"><h3>${escape(card.label)}</h3>${value}${parts}${changes}${sparkline(card)}<p class="small definition">${escape(card.definition)}</p></li>`;
  });
  return `<ul class="cards">${items.join('\n')}</ul>`;
}

const SPARK = { width: 120, height: 24, inset: 3 };

/** Thirteen months at a glance, on a scale from zero; a month without a figure is a gap. */
function sparkline({ label, history }: Card): string {
  const known = history.flatMap(({ value }) => value ?? []);
  if (known.length < 2) return '';
  const { width, height, inset } = SPARK;
  const top = Math.max(...known) || 1;
  const x = (index: number) => (inset + (index * (width - 2 * inset)) / (history.length - 1)).toFixed(1);
  const y = (value: number) => (height - inset - (value * (height - 2 * inset)) / top).toFixed(1);
  const path = history
    .map(({ value }, index) =>
      value === null ? '' : `${(history[index - 1]?.value ?? null) === null ? 'M' : 'L'}${x(index)} ${y(value)}`,
    )
    .join('');
  const last = history.findLastIndex(({ value }) => value !== null);
  const name = `${label}, ${shortMonthText(history[0]!.month)} to ${shortMonthText(history.at(-1)!.month)}`;
  return `<svg class="spark" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(name)}"><path d="${path}"/><circle cx="${x(last)}" cy="${y(history[last]!.value!)}" r="2.5"/></svg>`;
}

type Figure = Card | Change;

const isRate = (figure: Figure): figure is Figure & Rate => figure.denominator !== null;

const figure = (shown: Figure): string => (isRate(shown) ? rate(shown) : count(shown.value));

function changed(card: Card, change: Change | null, month: string): string {
  if (change === null) return `<p class="small">${shortMonthText(month)}: no figure</p>`;
  const { days } = change;
  const span = days === null ? shortMonthText(month) : `1–${days} ${shortMonthText(month)}`;
  const before = `<span class="before">from ${figure(change)} in ${span}</span>`;
  if (card.value === null || change.change === null) return `<p class="small">${before}</p>`;
  const [units, digits, unit] =
    isRate(card) && isRate(change)
      ? [rounded(differenceOf(card, change), 4), 2, 'points']
      : [rounded(changeOf(card.value, change.value), 3), 1, '%'];
  // What is shown as zero has no direction, whatever stands behind the last digit.
  const arrow = units > 0n ? '▲' : units < 0n ? '▼' : '=';
  const text = `${signedText(units, digits)} ${unit}`;
  return `<p class="small"><data value="${change.change}">${arrow} ${text}</data> ${before}</p>`;
}
