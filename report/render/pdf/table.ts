import type { Column, SectionTable } from '../section-tables.js';
import { intervalText, textOf, type Shown } from '../shown.js';
import { COLOURS } from '../style.js';
import { BOLD, FIGURES, REGULAR, type Paper } from './paper.js';

const SIZE = 8.5;
const DETAIL = 7.5;
const PAD = 3.2;
const GAP = 8;
/** The least width of a column of figures. */
const FIGURE = 52;

interface Placed extends Column {
  readonly x: number;
  readonly width: number;
}

/** How much of a page the beginning of a table takes: all of it where it is short, else its head and a few rows. */
export function tableStart(paper: Paper, { columns, rows, total }: SectionTable): number {
  const all = [...rows, ...(total === undefined ? [] : [total])];
  const placed = place(paper, columns, all);
  const heights = all.map((row) => rowHeight(paper, placed, row));
  const sum = (some: readonly number[]) => some.reduce((total, one) => total + one, headHeight(paper, placed));
  return heights.length <= SHORT ? sum(heights) : sum(heights.slice(0, 3));
}

/** Rows of a table that is not broken. */
const SHORT = 10;

/** A table that goes on over pages, its head on each of them; the total comes from the counts of all rows. */
export function drawTable(paper: Paper, { columns, rows, total }: SectionTable): void {
  const { doc, root } = paper;
  const placed = place(paper, columns, [...rows, ...(total === undefined ? [] : [total])]);
  const table = doc.struct('Table');
  root.add(table);
  const heads = headHeight(paper, placed);
  drawHead(paper, placed, heads, table);
  for (const row of rows) {
    const height = rowHeight(paper, placed, row);
    if (paper.left_over() < height) {
      paper.room(height);
      drawHead(paper, placed, heads, undefined);
    }
    drawRow(paper, placed, row, { height, isTotal: false, table });
  }
  if (total !== undefined) {
    const height = rowHeight(paper, placed, total);
    paper.room(height);
    drawRow(paper, placed, total, { height, isTotal: true, table });
  }
  table.end();
}

/** Figures as wide as the widest of them, the rest for names. */
function place(paper: Paper, columns: readonly Column[], rows: readonly (readonly Shown[])[]): readonly Placed[] {
  const { doc, left, width } = paper;
  const isText = (column: Column) => column.kind === 'text';
  const widths = columns.map((column, index) => {
    if (isText(column)) return 0;
    doc.font(BOLD).fontSize(SIZE);
    const longest = rows.reduce((most, row) => Math.max(most, doc.widthOfString(textOf(row[index]!), FIGURES)), 0);
    const word = Math.max(...column.label.split(' ').map((part) => doc.widthOfString(part)));
    return Math.max(column.kind === 'day' ? 0 : FIGURE, longest + 1, word + 1) + GAP;
  });
  const taken = widths.reduce((sum, one) => sum + one, 0);
  const names = columns.filter(isText).length;
  const first = names === 0 ? width - taken : 0;
  let x = left;
  return columns.map((column, index) => {
    const own = isText(column) ? (width - taken) / names : widths[index]! + (index === 0 ? first : 0);
    // What begins at the left keeps its distance from figures that end at the right.
    const before = columns[index - 1];
    const gap = isLeft(column) && before !== undefined && !isLeft(before) ? GAP : 0;
    const one = { ...column, x: x + gap, width: own - gap };
    x += own;
    return one;
  });
}

const isLeft = ({ kind }: Column) => kind === 'text' || kind === 'day';

function headHeight({ doc }: Paper, columns: readonly Placed[]): number {
  doc.font(BOLD).fontSize(SIZE - 0.5);
  return Math.max(...columns.map(({ label, width }) => doc.heightOfString(label, { width: width - GAP }))) + 2 * PAD;
}

function drawHead(
  paper: Paper,
  columns: readonly Placed[],
  height: number,
  table: PDFKit.PDFStructureElement | undefined,
): void {
  const { doc } = paper;
  const cell = ({ label, x, width, ...column }: Placed) => {
    doc
      .font(BOLD)
      .fontSize(SIZE - 0.5)
      .fillColor(COLOURS.muted);
    const own = doc.heightOfString(label, { width: width - GAP });
    const [at, align] = isLeft({ label, ...column }) ? [x, 'left' as const] : [x + GAP, 'right' as const];
    doc.text(label, at, paper.y + height - PAD - own, { width: width - GAP, align });
  };
  if (table === undefined) {
    // Said once already.
    doc.markContent('Artifact', { type: 'Layout' });
    columns.forEach(cell);
    doc.endMarkedContent();
  } else {
    const row = doc.struct('TR');
    table.add(row);
    for (const column of columns) row.add(doc.struct('TH', { scope: 'Column' } as object, () => cell(column)));
    row.end();
  }
  paper.y += height;
  rule(paper, COLOURS.muted, 0.8);
}

function rowHeight({ doc }: Paper, columns: readonly Placed[], row: readonly Shown[]): number {
  const heights = row.map((shown, index) => {
    const { width } = columns[index]!;
    const [text, detail] = linesOf(shown);
    doc.font(BOLD).fontSize(SIZE);
    const main = doc.heightOfString(text === '' ? ' ' : text, { width: width - GAP });
    if (detail === undefined) return main;
    doc.font(REGULAR).fontSize(DETAIL);
    return main + doc.heightOfString(detail, { width: width - GAP });
  });
  return Math.max(SIZE, ...heights) + 2 * PAD;
}

function drawRow(
  paper: Paper,
  columns: readonly Placed[],
  row: readonly Shown[],
  {
    height,
    isTotal,
    table,
  }: { readonly height: number; readonly isTotal: boolean; readonly table: PDFKit.PDFStructureElement },
): void {
  const { doc } = paper;
  if (isTotal) rule(paper, COLOURS.text, 0.8);
  const line = doc.struct('TR');
  table.add(line);
  row.forEach((shown, index) => {
    const { x, width, ...column } = columns[index]!;
    const [text, detail] = linesOf(shown);
    const [at, align] = isLeft(column) ? [x, 'left' as const] : [x + GAP, 'right' as const];
    line.add(
      doc.struct(index === 0 ? 'TH' : 'TD', (index === 0 ? { scope: 'Row' } : {}) as object, () => {
        doc
          .font(isTotal ? BOLD : REGULAR)
          .fontSize(SIZE)
          .fillColor(shown.is === 'none' ? COLOURS.muted : COLOURS.text);
        doc.text(text, at, paper.y + PAD, { width: width - GAP, align, ...FIGURES });
        if (detail === undefined) return;
        const below = doc.y;
        doc.font(REGULAR).fontSize(DETAIL).fillColor(COLOURS.muted);
        doc.text(detail, at, below, { width: width - GAP, align });
      }),
    );
  });
  line.end();
  paper.y += height;
  if (!isTotal) rule(paper, COLOURS.rule, 0.5);
}

function linesOf(shown: Shown): readonly [string, string | undefined] {
  if (shown.is === 'text') return [shown.text, shown.detail];
  // Below a rate, small: how far chance alone may have moved it.
  return [
    textOf(shown),
    shown.is === 'rate' ? intervalText(shown.share)?.replace(/ to | %/g, (of) => (of === ' %' ? '' : '–')) : undefined,
  ];
}

function rule({ doc, left, width, y }: Paper, colour: string, thickness: number): void {
  doc.markContent('Artifact', { type: 'Layout' });
  doc
    .moveTo(left, y)
    .lineTo(left + width, y)
    .lineWidth(thickness)
    .stroke(colour);
  doc.endMarkedContent();
}
