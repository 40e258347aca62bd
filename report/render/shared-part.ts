import type { ReportTable, TableRow } from '../release/shown-table.js';
import type { Section, TableLine } from '../section/model.js';
import { notesOfPart } from '../section/notes.js';
import { aboutOf, spanText, stateText } from './about.js';
import { channelName, dimensionValue, regionName, segmentName } from './names.js';
import { figureColumns, MAIN, ownColumns, type SectionTable } from './section-tables.js';
import { none, shownFigure, shownOwn, text, textOf, type Shown } from './shown.js';
import { htmlTable, shownHtml } from './tables.js';
import { escape } from './text.js';

type Filter = Readonly<Record<string, string>>;

/** By what a part is broken down further, in the order of the page. */
const FURTHER: readonly (readonly string[])[] = [
  ['campaign_id', 'source'],
  ['region'],
  ['segment'],
  ['channel'],
  ['date'],
];
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
  const further = stepsOf(tables)
    .filter((step) => !step.some((name) => names.includes(name)))
    .flatMap((step) => exactly([...names, ...step]) ?? []);
  return [own, ...further];
}

/** Those of every installation, and the user's own dimensions, which tables name. */
function stepsOf(tables: readonly TableLine[]): readonly (readonly string[])[] {
  const known = new Set([...FURTHER.flat(), 'response_type', 'variant_id', 'is_control']);
  const own = new Set(tables.flatMap(({ dimensions }) => dimensions).filter((name) => !known.has(name)));
  return [...FURTHER, ...[...own].map((name) => [name])];
}

const labelOf = (section: Section, dimension: string): string =>
  LABELS[dimension] ?? section.by_dimension.find((one) => one.dimension === dimension)?.title ?? dimension;

/** One part of a month, such as a region: its figures and what they consist of, as the body of a page. */
export function partHtml(section: Section, filter: Filter, [own, ...further]: readonly ReportTable[]): string {
  const row = own?.rows[0];
  const title = Object.entries(filter)
    .map(([name, value]) => `${labelOf(section, name)}: ${nameOf(name, value, row?.name)}`)
    .join(' · ');
  const card = (label: string, shown: Shown) => {
    const value =
      shown.is === 'none' ? `<p class="value none">${textOf(shown)}</p>` : `<p class="value">${shownHtml(shown)}</p>`;
    return `<li class="card"><h2>${escape(label)}</h2>${value}</li>`;
  };
  const figure = (of: (row: TableRow) => Shown) => (row === undefined ? none('no_data') : of(row));
  const cards = [
    ...figureColumns(MAIN).map(({ label }, index) =>
      card(
        label,
        figure((one) => shownFigure(one, MAIN[index]!, one.suppressed)),
      ),
    ),
    ...ownColumns(section.own_measures).map(({ label }, index) =>
      card(
        label,
        figure((one) => shownOwn(one, section.own_measures[index]!, one.suppressed)),
      ),
    ),
  ];
  const about = aboutOf(section).map(([term, said]) => `<div><dt>${escape(term)}</dt><dd>${escape(said)}</dd></div>`);
  const notes = notesOfPart(section, row).map(
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
${further.map((table) => tableHtml(section, table, filter)).join('\n')}
<section class="notes"><h2>How to read this page</h2><dl>${notes.join('')}</dl></section>`;
}

function tableHtml(section: Section, table: ReportTable, filter: Filter): string {
  const step = stepsOf(section.tables).find((names) =>
    names.every((name) => table.dimensions.includes(name) && !(name in filter)),
  );
  const by = step?.[0];
  if (by === undefined || table.rows.length === 0) return '';
  const label = labelOf(section, by);
  const { own_measures } = section;
  const rows =
    by === 'date'
      ? table.rows.toSorted((left, right) => left.at['date']!.localeCompare(right.at['date']!))
      : table.rows;
  const shown: SectionTable = {
    id: `part_${by}`,
    title: `By ${label.toLowerCase()}`,
    caption: `Figures by ${label.toLowerCase()}`,
    columns: [
      { key: by, label, kind: by === 'date' ? 'day' : 'text' },
      ...figureColumns(MAIN),
      ...ownColumns(own_measures),
    ],
    rows: rows.map((row) => [
      headOf(section, by, row),
      ...MAIN.map((name) => shownFigure(row, name, row.suppressed)),
      ...own_measures.map((measure) => shownOwn(row, measure, row.suppressed)),
    ]),
  };
  const more = table.rows_found > table.rows.length ? ` The ${table.rows.length} largest of ${table.rows_found}.` : '';
  return `<section><h2>${escape(shown.title)}</h2><p class="lead">Of this part.${more}</p>${htmlTable(shown)}</section>`;
}

function headOf(section: Section, by: string, row: TableRow): Shown {
  if (by === 'date') return { is: 'day', day: row.at['date']! };
  return text(nameOf(by, row.at[by] ?? '', row.name) || dimensionValue('', labelOf(section, by)));
}

function nameOf(dimension: string, value: string, campaign?: string): string {
  if (dimension === 'region') return regionName(value);
  if (dimension === 'segment') return segmentName(value);
  if (dimension === 'channel') return channelName(value);
  return dimension === 'campaign_id' && campaign !== undefined && campaign !== '' ? campaign : value;
}
