import type { Card, Section } from '../../section/model.js';
import { aboutOf, cardFigure, comparisonsOf, comparisonText, spanText, stateText } from '../about.js';
import { drawChart, inLight } from '../charts.js';
import { costTable, experimentTable, forecastTable } from '../findings-tables.js';
import { responseTables } from '../response-tables.js';
import { controlTable, figureTables, isLiftMeasured, MAIN, movesTable, type SectionTable } from '../section-tables.js';
import { intervalText, textOf } from '../shown.js';
import { COLOURS } from '../style.js';
import { instantText, monthText, unescape } from '../text.js';
import { markText, trendMarks } from '../trend-marks.js';
import { betweenWords, BOLD, FIGURES, openPaper, REGULAR, type Paper } from './paper.js';
import { drawSvg } from './svg.js';
import { drawTable, tableStart } from './table.js';

/** The width at which charts are drawn before they are made to fit. */
const DRAWN = 760;
/** Of the graph by day: the first that still fits below the cards is taken, so that it stands on the first page. */
const PANELS = [84, 74, 64, 56] as const;

/** The section for print: the same charts and tables as the page, on sheets that say what they are and how many there are. */
export async function renderPdf(section: Section): Promise<Buffer> {
  const { heading, project, month, generated_at } = section;
  const title = `${heading}, ${monthText(month.id)}`;
  const paper = await openPaper({ title, author: project.name, made: new Date(generated_at) });
  drawHeader(paper, section);
  drawCards(paper, section);
  drawParts(paper, section);
  drawNotes(paper, section);
  const made = instantText(generated_at, project.time_zone);
  return paper.end([`${project.name}  ·  ${title}`, `${stateText(section)}  ·  made ${made}`]);
}

function drawHeader(paper: Paper, section: Section): void {
  const { doc, left, width } = paper;
  paper.element('P', () => {
    doc.font(REGULAR).fontSize(10).fillColor(COLOURS.muted);
    doc.text(section.project.name, left, paper.y, { width });
  });
  paper.element('H1', () => {
    doc.font(BOLD).fontSize(21).fillColor(COLOURS.text);
    doc.text(section.heading, left, doc.y + 2, { width });
  });
  paper.element('P', () => {
    doc.font(REGULAR).fontSize(13).fillColor(COLOURS.text);
    const [span, y] = [spanText(section), doc.y + 2];
    doc.text(span, left, y, { width });
    const x = left + doc.widthOfString(span) + 10;
    doc
      .fontSize(10)
      .fillColor(COLOURS.muted)
      .text(stateText(section), x, y + 3.2, { width: left + width - x });
  });
  paper.y = doc.y + 8;
  line(paper);
  paper.y += 8;
  const about = aboutOf(section);
  const span = width / about.length;
  let lowest = paper.y;
  about.forEach(([term, text], index) =>
    paper.element('P', () => {
      const x = left + index * span;
      doc
        .font(REGULAR)
        .fontSize(8)
        .fillColor(COLOURS.muted)
        .text(term, x, paper.y, { width: span - 10 });
      doc
        .fontSize(9.5)
        .fillColor(COLOURS.text)
        .text(betweenWords(doc, text, span - 10), x, doc.y, { width: span - 10 });
      lowest = Math.max(lowest, doc.y);
    }),
  );
  paper.y = lowest + 8;
  line(paper);
  paper.y += 12;
}

const CARD_GAP = 10;
const CARD_PAD = 9;

function drawCards(paper: Paper, { cards, month }: Section): void {
  const span = (paper.width - 2 * CARD_GAP) / 3;
  for (let first = 0; first < cards.length; first += 3) {
    const row = cards.slice(first, first + 3);
    const height = Math.max(...row.map((card) => cardHeight(paper, card, month.id, span)));
    paper.room(height);
    row.forEach((card, index) =>
      drawCard(paper, card, month.id, { x: paper.left + index * (span + CARD_GAP), width: span, height }),
    );
    paper.y += height + CARD_GAP;
  }
}

function cardLines(card: Card, month: string): readonly string[] {
  const parts =
    card.numerator !== null && card.denominator !== null
      ? [`${textOf({ is: 'count', value: card.numerator })} of ${textOf({ is: 'count', value: card.denominator })}`]
      : [];
  const interval = intervalText(card);
  if (interval !== undefined) parts.push(`95 %: ${interval}`);
  return [...parts, ...comparisonsOf(card, month).map((one) => arrows(comparisonText(one)))];
}

/** The typeface has no such arrows. */
const arrows = (text: string): string => text.replaceAll('▲', '↑').replaceAll('▼', '↓');

function cardHeight({ doc }: Paper, card: Card, month: string, span: number): number {
  const width = span - 2 * CARD_PAD;
  const of = (font: string, size: number, text: string) =>
    doc.font(font).fontSize(size).heightOfString(text, { width });
  return (
    2 * CARD_PAD +
    of(BOLD, 9, card.label) +
    of(BOLD, 19, '0') +
    cardLines(card, month).reduce((sum, text) => sum + of(REGULAR, 8, text), 0) +
    4 +
    of(REGULAR, 7.5, card.definition)
  );
}

function drawCard(
  paper: Paper,
  card: Card,
  month: string,
  { x, width: outer, height }: { readonly x: number; readonly width: number; readonly height: number },
): void {
  const { doc, y } = paper;
  const [left, width] = [x + CARD_PAD, outer - 2 * CARD_PAD];
  doc.markContent('Artifact', { type: 'Layout' });
  doc.roundedRect(x, y, outer, height, 5).fill(COLOURS.panel);
  doc.endMarkedContent();
  paper.element('P', () => {
    doc
      .font(BOLD)
      .fontSize(9)
      .fillColor(COLOURS.text)
      .text(card.label, left, y + CARD_PAD, { width });
    const figure = cardFigure(card);
    const below = doc.y;
    const rest = below + doc.font(BOLD).fontSize(19).heightOfString('0');
    if (figure.is === 'none')
      doc
        .font(REGULAR)
        .fontSize(13)
        .fillColor(COLOURS.muted)
        .text(textOf(figure), left, below + 5, { width });
    else doc.text(textOf(figure), left, below, { width, ...FIGURES });
    doc.font(REGULAR).fontSize(8).fillColor(COLOURS.text);
    let at = rest;
    for (const text of cardLines(card, month)) {
      doc.text(text, left, at, { width, ...FIGURES });
      at = doc.y;
    }
    doc.fontSize(7.5).fillColor(COLOURS.muted);
    doc.text(card.definition, left, y + height - CARD_PAD - doc.heightOfString(card.definition, { width }), { width });
  });
}

function drawParts(paper: Paper, section: Section): void {
  const tables = new Map(figureTables(section, MAIN, { isNarrow: true }).map((table) => [table.id, table]));
  const rates = 'Percentages are response rates.';
  const part = (title: string, lead: string, chart: string | undefined, table: SectionTable | undefined) => {
    const drawn = chart === undefined ? undefined : drawChart(section, chart, { width: DRAWN });
    if (drawn === undefined && table === undefined) return;
    drawPart(paper, { title, lead, drawn, table });
    const more = table === undefined ? undefined : tables.get(`${table.id}_own`);
    if (more !== undefined) drawPart(paper, { title: more.title, lead: OWN, drawn: undefined, table: more });
  };
  const marks = trendMarks(section).map(markText);
  const graphs = PANELS.map((panelHeight) =>
    drawChart(section, 'trend', { width: DRAWN, panelHeight, isUntold: true })!,
  );
  const fits = (drawn: string, more: number) => HEADING + heightOn(paper, drawn) + more <= paper.left_over();
  const told = marks.length === 0 ? 0 : marks.reduce((sum, mark) => sum + markHeight(paper, mark), 8);
  drawPart(paper, {
    title: 'By day',
    lead: 'Days without data are gaps; a zero was measured.',
    drawn: graphs.find((drawn) => fits(drawn, told)) ?? graphs.find((drawn) => fits(drawn, 0)) ?? graphs[0],
    table: undefined,
  });
  drawMarks(paper, marks);
  part('By campaign', `The largest by messages sent. ${rates}`, 'campaigns', tables.get('campaign'));
  part('By region', rates, 'regions', tables.get('region'));
  part('By member segment', rates, 'segments', tables.get('segment'));
  part('By region and member segment', 'Each member segment in each region.', undefined, tables.get('region_segment'));
  for (const { dimension, title } of section.by_dimension)
    if (tables.has(dimension)) part(`By ${title.toLowerCase()}`, rates, dimension, tables.get(dimension));
  if (tables.has('channel')) part('By channel', rates, 'channels', tables.get('channel'));
  part('By source', 'The systems in which the campaigns ran.', undefined, tables.get('source'));
  for (const table of responseTables(section))
    part(table.title, TYPES, table.id === 'response_type' ? 'types' : undefined, table);
  part('By the end of the month', FORECAST, undefined, forecastTable(section));
  part('Variants compared', COMPARED, undefined, experimentTable(section));
  part('Cost and return', COSTS, undefined, costTable(section));
  if (section.control_groups.length > 0)
    part(
      'Control groups',
      'Chosen for a campaign and sent nothing; left out of everything above.' +
        (isLiftMeasured(section) ? '' : ' How many members were chosen is not measured, so there is no lift.'),
      undefined,
      controlTable(section),
    );
  const moves = movesTable(section);
  if (moves !== undefined && section.restatement !== null)
    part(
      'What moved',
      `Since the version before, ${section.restatement.moved} rows of the published tables.`,
      undefined,
      moves,
    );
  part('All days', 'The figures behind the graph.', undefined, tables.get('day'));
}

const TYPES = 'Only primary types count as responded.';
const COSTS = 'Of the campaigns that have a cost. Return on cost is revenue less cost, as a share of the cost.';
const FORECAST = 'Shown only where it beat last week’s days in trials.';
const COMPARED = 'Differences are points of the response rate; p is adjusted for the number of comparisons.';
const OWN = 'Measures of your own, as the notes define them.';
const HEADING = 46;

interface Part {
  readonly title: string;
  readonly lead: string;
  readonly drawn: string | undefined;
  readonly table: SectionTable | undefined;
}

/** How high a chart is once it is as wide as the page, with the space below it. */
function heightOn({ width }: Paper, drawn: string): number {
  const drawnHeight = Number(/^<svg viewBox="0 0 \d+ (\d+)"/.exec(drawn)![1]);
  return (drawnHeight * width) / DRAWN + 6;
}

function drawPart(paper: Paper, { title, lead, drawn, table }: Part): void {
  const { doc, left, width } = paper;
  const chartHeight = drawn === undefined ? 0 : heightOn(paper, drawn);
  // A heading stays with what it is of.
  paper.room(HEADING + chartHeight + (table === undefined ? 0 : tableStart(paper, table)));
  paper.y += 10;
  paper.element('H2', () => {
    doc.font(BOLD).fontSize(13).fillColor(COLOURS.text).text(title, left, paper.y, { width });
  });
  paper.element('P', () => {
    doc
      .font(REGULAR)
      .fontSize(9)
      .fillColor(COLOURS.muted)
      .text(lead, left, doc.y + 1, { width });
  });
  paper.y = doc.y + 6;
  if (drawn !== undefined) {
    const alt = unescape(/<desc[^>]*>([^<]*)</.exec(drawn)?.[1] ?? title);
    paper.element('Figure', () => drawSvg(doc, inLight(drawn), { x: left, y: paper.y, scale: width / DRAWN }), { alt });
    paper.y += chartHeight;
  }
  if (table !== undefined) drawTable(paper, table);
  paper.y += 8;
}

const markHeight = ({ doc, width }: Paper, mark: string): number =>
  doc.font(REGULAR).fontSize(8).heightOfString(mark, { width }) + 1;

/** What the triangles of the graph stand for; where it finds no room below it, it follows on the next page. */
function drawMarks(paper: Paper, marks: readonly string[]): void {
  const { doc, left, width } = paper;
  paper.room(marks.reduce((sum, mark) => sum + markHeight(paper, mark), 0));
  for (const mark of marks) {
    const height = markHeight(paper, mark);
    paper.room(height);
    paper.element('P', () => doc.fillColor(COLOURS.text).text(mark, left, paper.y, { width }));
    paper.y += height;
  }
  if (marks.length > 0) paper.y += 8;
}

function drawNotes(paper: Paper, { notes }: Section): void {
  const { doc, left, width } = paper;
  paper.room(HEADING + 40);
  paper.y += 10;
  paper.element('H2', () => {
    doc.font(BOLD).fontSize(13).fillColor(COLOURS.text).text('How to read this report', left, paper.y, { width });
  });
  paper.y = doc.y + 4;
  for (const { title, text } of notes) {
    const height = doc.font(REGULAR).fontSize(9).heightOfString(text, { width }) + 20;
    paper.room(height);
    paper.element('P', () => {
      doc.font(BOLD).fontSize(9).fillColor(COLOURS.text).text(title, left, paper.y, { width });
      doc.font(REGULAR).text(text, left, doc.y, { width });
    });
    paper.y = doc.y + 6;
  }
}

function line({ doc, left, width, y }: Paper): void {
  doc.markContent('Artifact', { type: 'Layout' });
  doc
    .moveTo(left, y)
    .lineTo(left + width, y)
    .lineWidth(0.6)
    .stroke(COLOURS.rule);
  doc.endMarkedContent();
}
