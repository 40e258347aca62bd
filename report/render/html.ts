import { createHash } from 'node:crypto';
import type { BarFigures, Section } from '../section/model.js';
import { barChart } from './bar-chart.js';
import { typeChart } from './charts.js';
import { INTERACTIVE_STYLE, STYLE } from './style.js';
import { pageScript } from './page/script.js';
import { cards, header } from './summary.js';
import { channelName, dimensionValue, regionName, segmentName } from './names.js';
import { costTable, experimentTable, forecastTable } from './findings-tables.js';
import { responseTables } from './response-tables.js';
import { controlTable, figureTables, isLiftMeasured, MAIN, movesTable } from './section-tables.js';
import { htmlTable } from './tables.js';
import { escape, instantText, monthText } from './text.js';
import { PANELS, trendChart, trendLegend } from './trend-chart.js';
import { trendMarks } from './trend-marks.js';

const WIDE = 880;
const NARROW = 328;

const hashOf = (content: string) => `'sha256-${createHash('sha256').update(content).digest('base64')}'`;

/** No address: the page may load nothing, and its one style, and one script where it has one, are known by their hash. */
const policy = (style: string, script: string) =>
  `default-src 'none'; style-src ${hashOf(style)};${script === '' ? '' : ` script-src ${hashOf(script)};`} base-uri 'none'; form-action 'none'`;

/** The section as one file that needs nothing beside itself and runs nothing. */
export const renderHtml = (section: Section): string => page(section, STYLE, '');

/** The same page with a script of its own, by which it is sorted, searched and read by the day; it works from a disk. */
export const renderInteractive = (section: Section): string =>
  page(section, `${STYLE}${INTERACTIVE_STYLE}`, pageScript('interact'));

function page(section: Section, style: string, script: string): string {
  const { heading, project, month } = section;
  const title = `${heading}, ${monthText(month.id)}, ${project.name}`;
  return documentOf({ title, body: sectionBody(section), style, script }).html;
}

/** All of the section, as it stands within a page. */
export function sectionBody(section: Section): string {
  const { project, generated_at } = section;
  return `${header(section)}
${cards(section)}
${body(section).join('\n')}
${notes(section)}
<footer class="small">Made by Tributary at <time datetime="${escape(generated_at)}">${escape(instantText(generated_at, project.time_zone))}</time>.</footer>`;
}

interface DocumentParts {
  readonly title: string;
  readonly body: string;
  readonly style: string;
  /** Empty: it runs nothing. */
  readonly script: string;
}

/** A whole page, and what it may load and run, which stands in it too. */
export function documentOf({ title, body: content, style, script }: DocumentParts): {
  readonly html: string;
  readonly policy: string;
} {
  const allowed = policy(style, script);
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${allowed}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${content}
</main>${script === '' ? '' : `\n<script>${script}</script>`}
</body>
</html>
`;
  return { html, policy: allowed };
}

function body(section: Section): readonly string[] {
  const { largest_campaigns, by_region, by_segment, by_channel, control_groups, restatement } = section;
  const tables = new Map(figureTables(section, MAIN).map((table) => [table.id, htmlTable(table)]));
  const moves = movesTable(section);
  const rates = 'Percentages are response rates.';
  const withBars = (id: string, by: string, rows: readonly BarFigures[], lead = rates) =>
    part(`By ${by}`, lead, bars(`${id}s`, `Figures by ${by}`, rows), tables.get(id) ?? '');
  const unbroken = (by: string) => part(`By ${by}`, `None of the campaigns of this month is broken down by ${by}.`);
  return [
    part('By day', dayLead(section), trend(section)),
    withBars('campaign', 'campaign', largest_campaigns, `The largest by messages sent. ${rates}`),
    tables.has('region')
      ? withBars(
          'region',
          'region',
          by_region.map((row) => ({ ...row, label: regionName(row.region) })),
        )
      : unbroken('region'),
    tables.has('segment')
      ? withBars(
          'segment',
          'member segment',
          by_segment.map((row) => ({ ...row, label: segmentName(row.segment) })),
        )
      : unbroken('member segment'),
    tables.has('region_segment')
      ? part('By region and member segment', 'Each member segment in each region.', tables.get('region_segment')!)
      : '',
    ...section.by_dimension.map(({ dimension, title, rows }) =>
      tables.has(dimension)
        ? part(
            `By ${escape(title.toLowerCase())}`,
            rates,
            bars(
              dimension,
              `Figures by ${title.toLowerCase()}`,
              rows.map((row) => ({ ...row, label: dimensionValue(row.value, title) })),
            ),
            tables.get(dimension)!,
          )
        : '',
    ),
    tables.has('channel')
      ? withBars(
          'channel',
          'channel',
          by_channel.map((row) => ({ ...row, label: channelName(row.channel) })),
        )
      : '',
    tables.has('source') ? part('By source', 'The systems in which the campaigns ran.', tables.get('source')!) : '',
    ...responseTables(section).map((table) =>
      part(
        table.title,
        'Only primary types count as responded.',
        ...(table.id === 'response_type'
          ? [figure((width, id) => typeChart(section, { id, width, isWide: width === WIDE }), 'types')]
          : []),
        htmlTable(table),
      ),
    ),
    ...[forecastTable(section), experimentTable(section), costTable(section)].map((table) =>
      table === undefined ? '' : part(table.title, table.caption, htmlTable(table)),
    ),
    control_groups.length > 0
      ? part(
          'Control groups',
          'Chosen for a campaign and sent nothing; left out of everything above.' +
            (isLiftMeasured(section) ? '' : ' How many members were chosen is not measured, so there is no lift.'),
          htmlTable(controlTable(section)),
        )
      : '',
    moves === undefined || restatement === null
      ? ''
      : part(
          'What moved',
          `Since the version before, ${restatement.moved} rows of the published tables.`,
          htmlTable(moves),
        ),
    part('All days', 'The figures behind the graph.', tables.get('day')!),
  ];
}

const part = (title: string, lead: string, ...content: readonly string[]) =>
  `<section><h2>${title}</h2><p class="lead">${lead}</p>${content.join('\n')}</section>`;

/** How the graph by day is to be read. */
function dayLead(section: Section): string {
  const legend = trendLegend(section);
  const more = legend === '' ? '' : ` ${legend[0]!.toUpperCase()}${legend.slice(1)}.`;
  return `Days without data are gaps; a zero was measured.${more}`;
}

function trend(section: Section): string {
  const { month } = section;
  const panels = (width: number, id: string) =>
    PANELS.map(
      ({ key, label }) =>
        `<div data-panel="${key}" data-label="${label}">${trendChart(section, { width, id: `${id}-${key}`, only: key })}</div>`,
    ).join('\n');
  return `${figure(panels, 'trend', ` data-month="${month.id}" data-days="${Number(month.last_day.slice(8))}"`)}${marked(section)}`;
}

/** What the triangles above the days stand for. */
function marked(section: Section): string {
  const marks = trendMarks(section);
  if (marks.length === 0) return '';
  const items = marks.map(({ date, text }) => `<li><time datetime="${date}">${date}</time> ${escape(text)}</li>`);
  return `<ul class="marks small" aria-label="Marked days">${items.join('')}</ul>`;
}

/** Drawn twice, since letters that fit a wide screen are too small on a narrow one. */
const figure = (drawn: (width: number, id: string) => string, id: string, about = '') =>
  `<figure${about}><div class="wide">${drawn(WIDE, `${id}-wide`)}</div><div class="narrow">${drawn(NARROW, `${id}-narrow`)}</div></figure>`;

const bars = (id: string, title: string, rows: readonly BarFigures[]) =>
  figure((width, id) => barChart(rows, { id, title, width, isWide: width === WIDE }), id);

function notes({ notes }: Section): string {
  const items = notes.map(({ title, text }) => `<div><dt>${escape(title)}</dt><dd>${escape(text)}</dd></div>`);
  return `<section class="notes"><h2>How to read this page</h2><dl>${items.join('')}</dl></section>`;
}
