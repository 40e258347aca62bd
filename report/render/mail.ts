import type { Card, Section } from '../section/model.js';
import { aboutOf, cardFigure, comparisonsOf, comparisonText, spanText, stateText } from './about.js';
import { chartAbout, chartPng } from './charts.js';
import { CHARTS } from './formats.js';
import { costTable, experimentTable, forecastTable } from './findings-tables.js';
import { responseTables } from './response-tables.js';
import { figureTables, MAIN, type SectionTable } from './section-tables.js';
import { intervalText, textOf } from './shown.js';
import { COLOURS } from './style.js';
import { escape, monthText } from './text.js';

export interface ReportMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Pictures that stand in the mail, by the ids that its images name. */
  readonly pictures: readonly { readonly id: string; readonly name: string; readonly content: Buffer }[];
}

/** More rows are counted, and stand in the report. */
const ROWS = 15;
const IN_MAIL: readonly string[] = ['campaign', 'region', 'segment', 'channel'];
const CHART_OF: Readonly<Record<string, string>> = {
  campaign: 'campaigns',
  region: 'regions',
  segment: 'segments',
  channel: 'channels',
  response_type: 'types',
};

/**
 * The section as a mail that any program shows: tables and inline styles, charts as pictures within it, nothing to load; and all of
 * its figures as text for those that show no HTML.
 */
export async function renderMail(section: Section, link?: string): Promise<ReportMail> {
  const { heading, project, month } = section;
  const own = section.by_dimension.map(({ dimension }) => dimension);
  const wanted = new Set([...IN_MAIL, ...own].flatMap((id) => [id, `${id}_own`]));
  const tables = [
    forecastTable(section),
    ...figureTables(section, MAIN, { isNarrow: true }).filter(({ id }) => wanted.has(id)),
    ...responseTables(section).filter(({ id }) => id !== 'campaign_response_type'),
    experimentTable(section),
    costTable(section),
  ].filter((table) => table !== undefined);
  const pictures: { id: string; name: string; chart: string; content: Buffer }[] = [];
  for (const chart of [...CHARTS, ...own]) {
    const content = await chartPng(section, chart);
    if (content !== undefined) pictures.push({ id: `${chart}@${month.id}`, name: `${chart}.png`, chart, content });
  }
  const image = (chart: string) => {
    const picture = pictures.find((one) => one.chart === chart);
    if (picture === undefined) return '';
    const alt = chartAbout(section, chart);
    return `<img src="cid:${picture.id}" alt="${escape(alt)}" width="600" style="display:block;width:100%;max-width:640px;height:auto;border:0;margin:8px 0">`;
  };
  const state = stateText(section);
  return {
    subject: `[${project.name}] ${heading}, ${monthText(month.id)} (${state})`,
    text: textBody(section, tables, link),
    html: htmlBody(section, tables, image, link),
    pictures: pictures.map(({ id, name, content }) => ({ id, name, content })),
  };
}

function cardLines(card: Card, month: string): readonly string[] {
  const interval = intervalText(card);
  return [...(interval === undefined ? [] : [`95 %: ${interval}`]), ...comparisonsOf(card, month).map(comparisonText)];
}

const SMALL = `font-size:12px;line-height:17px;color:${COLOURS.muted}`;

function htmlBody(
  section: Section,
  tables: readonly SectionTable[],
  image: (chart: string) => string,
  link: string | undefined,
): string {
  const { heading, project, month, cards, notes } = section;
  const about = aboutOf(section)
    .map(([term, text]) => `${escape(term)}: ${escape(text)}`)
    .join(' &middot; ');
  const button =
    link === undefined
      ? ''
      : `<p style="margin:16px 0"><a href="${escape(link)}" style="display:inline-block;padding:10px 16px;background:${COLOURS.sent};color:#ffffff;text-decoration:none;border-radius:6px;font-size:14px">The report</a></p>`;
  const card = (index: number) => {
    const one = cards[index];
    if (one === undefined) return '<td></td>';
    const lines = cardLines(one, month.id).map((line) => `<br>${escape(line)}`);
    return `<td width="50%" valign="top" style="padding:12px;background:${COLOURS.panel};border:4px solid #ffffff"><span style="${SMALL}">${escape(one.label)}</span><br><span data-card="${one.key}" style="font-size:24px;line-height:32px;font-weight:bold">${escape(textOf(cardFigure(one)))}</span><span style="${SMALL}">${lines.join('')}</span></td>`;
  };
  const pairs = Array.from({ length: Math.ceil(cards.length / 2) }, (_, index) => 2 * index);
  const rows = pairs.map((first) => `<tr>${card(first)}${card(first + 1)}</tr>`).join('\n');
  const parts = tables.map(
    (table) =>
      `<h2 style="font-size:17px;margin:28px 0 4px">${escape(table.title)}</h2>${image(CHART_OF[table.id] ?? table.id)}${htmlTable(table)}`,
  );
  const said = notes
    .map(({ title, text }) => `<p style="margin:8px 0;${SMALL}"><b>${escape(title)}.</b> ${escape(text)}</p>`)
    .join('\n');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(heading)}</title></head>
<body style="margin:0;padding:24px 8px;background:#ffffff;color:${COLOURS.text};font-family:Arial,Helvetica,sans-serif;font-size:14px;line-height:20px">
<div style="max-width:680px;margin:0 auto">
<p style="margin:0;${SMALL}">${escape(project.name)}</p>
<h1 style="font-size:22px;line-height:28px;margin:2px 0">${escape(heading)}</h1>
<p style="margin:0 0 4px;font-size:16px">${escape(spanText(section))} <span style="${SMALL}">${escape(stateText(section))}</span></p>
<p style="margin:0 0 12px;${SMALL}">${about}</p>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0">${rows}</table>
${button}
<h2 style="font-size:17px;margin:28px 0 4px">By day</h2>${image('trend')}
${parts.join('\n')}
<h2 style="font-size:17px;margin:28px 0 4px">How to read it</h2>
${said}
</div></body></html>
`;
}

function htmlTable({ id, columns, rows, total }: SectionTable): string {
  const cell = (text: string, index: number, style = '') =>
    `<td align="${index === 0 ? 'left' : 'right'}" style="padding:5px 0 5px ${index === 0 ? 0 : 8}px;border-bottom:1px solid ${COLOURS.rule};${style}">${escape(text)}</td>`;
  const heads = columns.map(
    ({ label }, index) =>
      `<th align="${index === 0 ? 'left' : 'right'}" valign="bottom" style="padding:5px 0 5px ${index === 0 ? 0 : 8}px;border-bottom:1px solid ${COLOURS.muted};color:${COLOURS.muted}">${escape(label)}</th>`,
  );
  const lines = rows
    .slice(0, ROWS)
    .map((row) => `<tr>${row.map((shown, index) => cell(textOf(shown), index)).join('')}</tr>`);
  const more =
    rows.length > ROWS
      ? `<tr><td colspan="${columns.length}" style="padding:5px 0;${SMALL}">and ${rows.length - ROWS} more</td></tr>`
      : '';
  const last =
    total === undefined
      ? ''
      : `<tr>${total.map((shown, index) => cell(textOf(shown), index, 'font-weight:bold')).join('')}</tr>`;
  return `<table data-table="${id}" width="100%" cellpadding="0" cellspacing="0" style="font-size:12px;line-height:16px;border-collapse:collapse"><tr>${heads.join('')}</tr>${lines.join('\n')}${more}${last}</table>`;
}

function textBody(section: Section, tables: readonly SectionTable[], link: string | undefined): string {
  const { heading, project, cards, month, notes } = section;
  return [
    `${project.name}\n${heading}\n${spanText(section)}, ${stateText(section)}`,
    aboutOf(section)
      .map(([term, text]) => `${term}: ${text}`)
      .join('\n'),
    cards
      .map((card) =>
        [`${card.label}: ${textOf(cardFigure(card))}`, ...cardLines(card, month.id).map((line) => `  ${line}`)].join(
          '\n',
        ),
      )
      .join('\n'),
    ...(link === undefined ? [] : [`The report: ${link}`]),
    ...tables.map(textTable),
    ...notes.map(({ title, text }) => `${title}. ${text}`),
  ]
    .join('\n\n')
    .concat('\n');
}

/** Columns as wide as their longest text, figures to the right. */
function textTable({ title, columns, rows, total }: SectionTable): string {
  const lines = [
    columns.map(({ label }) => label),
    ...rows.slice(0, ROWS).map((row) => row.map(textOf)),
    ...(total === undefined ? [] : [total.map(textOf)]),
  ];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]!.length)));
  const texts = lines.map((line) =>
    line.map((text, index) => (index === 0 ? text.padEnd(widths[0]!) : text.padStart(widths[index]!))).join('  '),
  );
  if (rows.length > ROWS) texts.splice(ROWS + 1, 0, `and ${rows.length - ROWS} more`);
  return `${title}\n${texts.join('\n')}`;
}
