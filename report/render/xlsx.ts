import type { Cell, SheetData } from 'write-excel-file/node';
import type { BarFigures, Card, Change, Rate, Section } from '../section/model.js';
import { aboutOf, cardFigure, spanText, stateText } from './about.js';
import { costTable, experimentTable, forecastTable } from './findings-tables.js';
import { withoutFormula } from './neutral.js';
import { responseTables } from './response-tables.js';
import { ALL, controlTable, figureTables, movesTable, type Column, type SectionTable } from './section-tables.js';
import { none, shownCount, shownRate, text, WHY, type Shown } from './shown.js';
import { instantText } from './text.js';

const FORMATS = {
  change: '+0%;-0%;0%',
  count: '#,##0',
  rate: '0.00%',
  money: '#,##0.00',
  amount: '#,##0.00',
  quotient: '#,##0.00',
  points: '+0.00%;-0.00%;0.00%',
  day: 'yyyy-mm-dd',
};
const MUTED = '#59636e';
const HEAD = { fontWeight: 'bold', backgroundColor: '#eef1f4', wrap: true, alignVertical: 'bottom' } as const;

interface Sheet {
  readonly sheet: string;
  readonly data: SheetData;
  readonly columns: { readonly width: number }[];
  readonly stickyRowsCount?: number;
  readonly stickyColumnsCount?: number;
}

/**
 * The section as a workbook: one sheet a table, numbers as numbers, rates unrounded with a format. What is hidden or not measured
 * is a word, which no sum counts.
 */
export async function renderXlsx(section: Section): Promise<Buffer> {
  const { default: write } = await import('write-excel-file/node');
  const tables = [
    ...figureTables(section, ALL, { withIds: true }).map(withIntervals),
    forecastTable(section),
    experimentTable(section),
    costTable(section),
    ...responseTables(section),
    ...(section.control_groups.length > 0 ? [controlTable(section)] : []),
    movesTable(section),
  ].filter((table) => table !== undefined);
  const sheets = [overview(section), ...tables.map(sheetOf), history(section), bars(section), notes(section)];
  return write(
    sheets.map((sheet) => ({ ...sheet, showGridLines: false })),
    { fontFamily: 'Calibri', fontSize: 11 },
  ).toBuffer();
}

function overview(section: Section): Sheet {
  const { heading, project, status, cards, generated_at } = section;
  const about: readonly (readonly [string, string])[] = [
    ['Project', project.name],
    ['Month', spanText(section)],
    ['State', stateText(section)],
    ...aboutOf(section),
    ['Days without data', status.missing_days.join(', ') || 'none'],
    ['Made', instantText(generated_at, project.time_zone)],
  ];
  const columns: readonly Column[] = [
    { key: 'figure', label: 'Figure', kind: 'text' },
    { key: 'value', label: 'Value', kind: 'count' },
    { key: 'numerator', label: 'Numerator', kind: 'count' },
    { key: 'denominator', label: 'Denominator', kind: 'count' },
    { key: 'previous', label: 'Month before', kind: 'count' },
    { key: 'previous_change', label: 'Change', kind: 'count' },
    { key: 'year', label: 'Same month last year', kind: 'count' },
    { key: 'year_change', label: 'Change', kind: 'count' },
    { key: 'definition', label: 'Definition', kind: 'text' },
  ];
  return {
    sheet: 'Overview',
    data: [
      [{ value: heading, fontWeight: 'bold', fontSize: 16 }],
      [],
      ...about.map(([term, value]) => [{ value: term, textColor: MUTED }, cellOf(text(value))]),
      [],
      columns.map(headOf),
      ...cards.map((card) => [
        { value: card.label, fontWeight: 'bold' as const },
        cellOf(cardFigure(card)),
        ...(card.denominator !== null
          ? [cellOf(shownCount(card.numerator)), cellOf(shownCount(card.denominator))]
          : [null, null]),
        ...changeCells(card, card.previous_month),
        ...changeCells(card, card.last_year),
        { value: card.definition, textColor: MUTED },
      ]),
      [],
      [
        {
          value:
            'Changes are relative for counts and differences of shares for rates; of a month that is not over, equal days are compared.',
          textColor: MUTED,
        },
      ],
    ],
    columns: [34, 16, 16, 16, 16, 12, 20, 12, 70].map((width) => ({ width })),
  };
}

function changeCells({ unit, value }: Card, change: Change | null): Cell[] {
  if (change === null || value === null) return [cellOf(none('no_figure')), null];
  const moved = change.change;
  return [
    cellOf(cardFigure({ ...change, unit })),
    moved === null ? null : { value: moved, type: Number, format: FORMATS.points, align: 'right' },
  ];
}

/** After each rate of a table from where to where it may lie. */
function withIntervals(table: SectionTable): SectionTable {
  const isRate = table.columns.map(({ kind }) => kind === 'rate');
  const bound = (share: Rate, side: 'low' | 'high'): Shown => {
    const value = share[side];
    return value === null ? none('no_figure') : { is: 'rate', share: { ...share, value } };
  };
  const row = (cells: readonly Shown[]) =>
    cells.flatMap((cell, index): readonly Shown[] => {
      if (!isRate[index]) return [cell];
      // Why there is no rate is why there is no interval.
      return cell.is === 'rate' ? [cell, bound(cell.share, 'low'), bound(cell.share, 'high')] : [cell, cell, cell];
    });
  return {
    ...table,
    columns: table.columns.flatMap((column): readonly Column[] =>
      column.kind === 'rate'
        ? [
            column,
            { ...column, key: `${column.key}_low`, label: `${column.label}, from (95 %)` },
            { ...column, key: `${column.key}_high`, label: `${column.label}, to` },
          ]
        : [column],
    ),
    rows: table.rows.map(row),
    ...(table.total === undefined ? {} : { total: row(table.total) }),
  };
}

function sheetOf({ title, columns, rows, total }: SectionTable): Sheet {
  const heads = columns.flatMap((column) => (column.kind === 'lift' ? LIFT : [column]));
  const texts = columns.findIndex(({ kind }) => kind !== 'text' && kind !== 'day');
  return {
    sheet: title,
    data: [
      heads.map(headOf),
      ...rows.map((row) => row.flatMap(cellsOf)),
      ...(total === undefined
        ? []
        : [
            total
              .flatMap(cellsOf)
              .map((cell) =>
                cell !== null && typeof cell === 'object' && 'value' in cell
                  ? { ...cell, fontWeight: 'bold' as const, topBorderStyle: 'thin' as const }
                  : cell,
              ),
          ]),
    ],
    columns: heads.map(({ kind, label }, index) => ({
      width: kind === 'text' ? (index === 0 ? 38 : 24) : Math.max(12, Math.min(20, label.length + 2)),
    })),
    stickyRowsCount: 1,
    stickyColumnsCount: Math.max(texts, 1),
  };
}

const LIFT: readonly Column[] = [
  { key: 'lift', label: 'Lift', kind: 'lift' },
  { key: 'low', label: 'from (95 % interval)', kind: 'lift' },
  { key: 'high', label: 'to', kind: 'lift' },
];

/** The lines in the cards: the month and the twelve before it. */
function history({ cards }: Section): Sheet {
  return {
    sheet: '13 months',
    data: [
      [{ value: 'Month', ...HEAD }, ...cards.map(({ label }) => ({ value: label, ...HEAD, align: 'right' as const }))],
      ...(cards[0]?.history ?? []).map(({ month }, index) => [
        { value: month, type: String },
        ...cards.map(({ unit, history }): Cell => {
          const value = history[index]?.value ?? null;
          if (value === null) return cellOf(none('no_figure'));
          return { value, type: Number, format: FORMATS[unit], align: 'right' };
        }),
      ]),
    ],
    columns: [12, ...cards.map(() => 20)].map((width) => ({ width })),
    stickyRowsCount: 1,
  };
}

/** The bars of the largest campaigns, where the rest stands as one. */
function bars({ largest_campaigns }: Section): Sheet {
  const names = ['sent', 'opened', 'responded', 'response_rate'] as const;
  const value = (bar: BarFigures, name: (typeof names)[number]): Shown =>
    name === 'response_rate'
      ? shownRate(bar.response_rate)
      : bar.suppressed?.includes(name) === true
        ? none('hidden')
        : shownCount(bar[name]);
  return {
    sheet: 'Chart of campaigns',
    data: [
      ['Campaign', 'Sent', 'Opened', 'Responded', 'Response rate'].map((label, index) => ({
        value: label,
        ...HEAD,
        ...(index === 0 ? {} : { align: 'right' as const }),
      })),
      ...largest_campaigns.map((bar) => [cellOf(text(bar.label)), ...names.map((name) => cellOf(value(bar, name)))]),
    ],
    columns: [38, 14, 14, 14, 14].map((width) => ({ width })),
    stickyRowsCount: 1,
  };
}

function notes({ notes }: Section): Sheet {
  return {
    sheet: 'Notes',
    data: [
      [
        { value: 'Note', ...HEAD },
        { value: 'What it says', ...HEAD },
      ],
      ...notes.map(({ title, text: said }) => [
        { value: withoutFormula(title), type: String, fontWeight: 'bold' as const, alignVertical: 'top' as const },
        { value: withoutFormula(said), type: String, wrap: true, alignVertical: 'top' as const },
      ]),
    ],
    columns: [{ width: 24 }, { width: 110 }],
    stickyRowsCount: 1,
  };
}

const headOf = ({ label, kind }: Column): Cell => ({
  value: label,
  ...HEAD,
  ...(kind === 'text' || kind === 'day' ? {} : { align: 'right' as const }),
});

const cellsOf = (shown: Shown): Cell[] =>
  shown.is === 'lift'
    ? [shown.difference, shown.low, shown.high].map(({ value }) => ({
        value,
        type: Number,
        format: FORMATS.points,
        align: 'right',
      }))
    : [cellOf(shown)];

function cellOf(shown: Shown): Cell {
  switch (shown.is) {
    case 'text':
      return {
        value: withoutFormula(shown.detail === undefined ? shown.text : `${shown.text} (${shown.detail})`),
        type: String,
      };
    case 'day':
      return { value: new Date(`${shown.day}T00:00:00Z`), type: Date, format: FORMATS.day, align: 'left' };
    case 'count':
      return { value: shown.value, type: Number, format: FORMATS.count };
    case 'rate':
      return { value: shown.share.value, type: Number, format: FORMATS.rate };
    case 'quotient':
      return { value: shown.share.value, type: Number, format: FORMATS.quotient };
    case 'change':
      return { value: shown.value, type: Number, format: FORMATS.change };
    case 'money':
      return { value: Number(shown.amount), type: Number, format: FORMATS.money };
    case 'none':
      return shown.why === 'not_applicable'
        ? null
        : { value: WHY[shown.why], type: String, align: 'right', textColor: MUTED };
    case 'lift':
      throw new Error('a lift stands in three cells');
  }
}
