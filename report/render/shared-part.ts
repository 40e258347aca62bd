import type { ReportTable, TableRow } from '../release/shown-table.js';
import type { Section, TableLine } from '../section/model.js';
import { aboutOf, spanText, stateText } from './about.js';
import { channelName, regionName, segmentName } from './names.js';
import { figureColumns, MAIN, type SectionTable } from './section-tables.js';
import { none, shownFigure, text, textOf, type Shown } from './shown.js';
import { htmlTable, shownHtml } from './tables.js';
import { escape } from './text.js';

type Filter = Readonly<Record<string, string>>;

/** By what a part is broken down further, in the order of the page. */
const FURTHER = [['campaign_id', 'source'], ['region'], ['segment'], ['channel'], ['date']] as const;
const LABELS: Readonly<Record<string, string>> = {
  campaign_id: 'Campaign',
  region: 'Region',
  segment: 'Member segment',
  channel: 'Channel',
  date: 'Day',
  source: 'Source',
};

/** The tables that a part of a month consists of: that of its figures first, then those that go one step further. */
export function tablesOfPart(tables: readonly TableLine[], filter: Filter): readonly string[] {
  const names = Object.keys(filter);
  const exactly = (wanted: readonly string[]) =>
    tables.find(
      ({ dimensions }) => dimensions.length === wanted.length && wanted.every((name) => dimensions.includes(name)),
    )?.table;
  const own = exactly(names);
  if (own === undefined) return [];
  const further = FURTHER.filter((step) => !step.some((name) => names.includes(name))).flatMap(
    (step) => exactly([...names, ...step]) ?? [],
  );
  return [own, ...further];
}

/** One part of a month, such as a region: its figures and what they consist of, as the body of a page. */
export function partHtml(section: Section, filter: Filter, [own, ...further]: readonly ReportTable[]): string {
  const row = own?.rows[0];
  const title = Object.entries(filter)
    .map(([name, value]) => `${LABELS[name] ?? name}: ${nameOf(name, value, row?.name)}`)
    .join(' · ');
  const cards = MAIN.map((name) => {
    const shown = row === undefined ? none('no_data') : shownFigure(row, name, row.suppressed);
    const [column] = figureColumns([name]);
    const value =
      shown.is === 'none' ? `<p class="value none">${textOf(shown)}</p>` : `<p class="value">${shownHtml(shown)}</p>`;
    return `<li class="card"><h2>${escape(column!.label)}</h2>${value}</li>`;
  });
  const about = aboutOf(section).map(([term, said]) => `<div><dt>${escape(term)}</dt><dd>${escape(said)}</dd></div>`);
  const notes = section.notes.map(
    ({ title: of, text: said }) => `<div><dt>${escape(of)}</dt><dd>${escape(said)}</dd></div>`,
  );
  return `<header>
<p class="project">${escape(section.project.name)}</p>
<h1>${escape(section.heading)}</h1>
<p class="month">${escape(spanText(section))} <span class="state">${escape(stateText(section))}</span></p>
<p class="part">${escape(title)}</p>
<dl class="about">${about.join('')}</dl>
</header>
<ul class="cards">${cards.join('\n')}</ul>
${further.map((table) => tableHtml(table, filter)).join('\n')}
<section class="notes"><h2>How to read this page</h2><dl>${notes.join('')}</dl></section>`;
}

function tableHtml(table: ReportTable, filter: Filter): string {
  const step = FURTHER.find((names) => names.every((name) => table.dimensions.includes(name) && !(name in filter)));
  const by = step?.[0];
  if (by === undefined || table.rows.length === 0) return '';
  const label = LABELS[by]!;
  const rows =
    by === 'date'
      ? table.rows.toSorted((left, right) => left.at['date']!.localeCompare(right.at['date']!))
      : table.rows;
  const shown: SectionTable = {
    id: `part_${by}`,
    title: `By ${label.toLowerCase()}`,
    caption: `Figures by ${label.toLowerCase()}`,
    columns: [{ key: by, label, kind: by === 'date' ? 'day' : 'text' }, ...figureColumns(MAIN)],
    rows: rows.map((row) => [headOf(by, row), ...MAIN.map((name) => shownFigure(row, name, row.suppressed))]),
  };
  const more = table.rows_found > table.rows.length ? ` The ${table.rows.length} largest of ${table.rows_found}.` : '';
  return `<section><h2>${escape(shown.title)}</h2><p class="lead">Of this part.${more}</p>${htmlTable(shown)}</section>`;
}

function headOf(by: string, row: TableRow): Shown {
  if (by === 'date') return { is: 'day', day: row.at['date']! };
  return text(nameOf(by, row.at[by] ?? '', row.name));
}

function nameOf(dimension: string, value: string, campaign?: string): string {
  if (dimension === 'region') return regionName(value);
  if (dimension === 'segment') return segmentName(value);
  if (dimension === 'channel') return channelName(value);
  return dimension === 'campaign_id' && campaign !== undefined && campaign !== '' ? campaign : value;
}
