import type { Card, Rate, Section } from '../section/model.js';
import { cardFigure, comparisonsOf, someOf, spanText, stateText, type Comparison } from './about.js';
import { count } from './cells.js';
import { intervalText, textOf } from './shown.js';
import { shownHtml } from './tables.js';
import { escape, instantText, shortMonthText } from './text.js';

export function header(section: Section): string {
  const { project, status, sources, heading, time_zones } = section;
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
<p class="month">${escape(spanText(section))} <span class="state">${escape(stateText(section))}</span></p>
<dl class="about">${facts.map(([term, text]) => `<div><dt>${term}</dt><dd>${text}</dd></div>`).join('')}</dl>
</header>`;
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

export function cards({ cards, month }: Section): string {
  const items = cards.map((card) => {
    const value =
      card.value === null ? '<p class="value none">not measured</p>' : `<p class="value">${figure(card)}</p>`;
    const interval = intervalText(card);
    const parts = isRatio(card)
      ? `<p class="small">${count(card.numerator)} of ${count(card.denominator)}${interval === undefined ? '' : `<br>95 %: ${interval}`}</p>`
      : '';
    const changes = comparisonsOf(card, month.id).map(comparison).join('');
    return `<li class="card"><h2>${escape(card.label)}</h2>${value}${parts}${changes}${sparkline(card)}<p class="small definition">${escape(card.definition)}</p></li>`;
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

const isRatio = (card: Card): card is Card & Rate => card.denominator !== null;

const figure = (card: Card): string => shownHtml(cardFigure(card));

function comparison({ span, before, moved }: Comparison): string {
  if (before.is === 'none') return `<p class="small">${span}: ${textOf(before)}</p>`;
  const number = shownHtml(before);
  const change = moved === undefined ? '' : `<data value="${moved.value}">${moved.text}</data> `;
  return `<p class="small">${change}<span class="before">from ${number} in ${span}</span></p>`;
}
