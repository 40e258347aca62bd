import type { EarlierDays, Section } from '../section/model.js';
import { daysBetween } from '../section/calendar.js';
import { draw, INK } from './svg.js';
import { markLines, markText, trendMarks } from './trend-marks.js';
import { monthText, shortText } from './text.js';

/** What the graph shows, from above. */
export const PANELS = [
  { key: 'sent', label: 'Messages sent', symbol: 'circle', line: 'solid' },
  { key: 'opened', label: 'Messages opened', symbol: 'rect', line: 'solid' },
  { key: 'responded', label: 'Responded', symbol: 'diamond', line: 'solid' },
] as const;

export type TrendKey = (typeof PANELS)[number]['key'];

const PANEL_HEIGHT = 128;
const PANEL_GAP = 34;
const LINE_HEIGHT = 16;
/** Of a letter on average, so that no line is cut off. */
const LETTER_WIDTH = 6.6;

export interface TrendOptions {
  readonly width: number;
  readonly id: string;
  /** One panel alone. */
  readonly only?: TrendKey;
  readonly panelHeight?: number;
  /** What stands for the marks is told elsewhere; so it is of one panel alone. */
  readonly isUntold?: boolean;
}

export type Trend = Pick<Section, 'month' | 'days' | 'earlier_days' | 'annotations' | 'anomalies'>;

type Beside = EarlierDays & { readonly line: 'dashed' | 'dotted' };

/** What is drawn in grey beside the month, on the same days. */
const besideOf = ({ earlier_days: { previous_month, last_year } }: Trend): readonly Beside[] => [
  ...(previous_month === null ? [] : [{ ...previous_month, line: 'dashed' as const }]),
  ...(last_year === null ? [] : [{ ...last_year, line: 'dotted' as const }]),
];

/** How the lines and points are to be read; empty where there is only the month, and none of its days moves. */
export function trendLegend(trend: Trend): string {
  const mayMove = trend.days.some((day) => day.is_preliminary && PANELS.some(({ key }) => day[key] !== null));
  return [
    ...(mayMove ? ['hollow points: may still move'] : []),
    ...besideOf(trend).map(({ line, month }) => `${line}: ${monthText(month)}`),
    ...(trendMarks(trend).length > 0 ? ['triangles: days told below'] : []),
  ].join(', ');
}

/**
 * The days of the month, one panel a figure: they differ too much in size for one scale. A day that is not measured is a gap,
 * a measured zero lies on the line. Beside it are the month before and the same month last year. Marked days have a triangle above
 * them, and are told below.
 */
export function trendChart(
  trend: Trend,
  { width, id, only, panelHeight = PANEL_HEIGHT, isUntold = only !== undefined }: TrendOptions,
): string {
  const { month, days } = trend;
  const shown = PANELS.filter(({ key }) => only === undefined || key === only);
  const all = daysBetween(month.first_day, month.last_day);
  const byDate = new Map(days.map((day) => [day.date, day]));
  const every = width < 500 ? 5 : 2;
  const points = (key: TrendKey) => days.filter((day) => day[key] !== null).length;
  const measured = (key: TrendKey) => points(key) > 0;
  const tops: number[] = [];
  let height = 0;
  for (const { key } of shown) {
    tops.push(height + PANEL_GAP - 6);
    height += PANEL_GAP + (measured(key) ? panelHeight : 0);
  }
  const top = (index: number) => tops[index]!;
  const marks = trendMarks(trend).filter(({ date }) => all.includes(date));
  const told = isUntold ? [] : markLines(marks, Math.floor(width / LETTER_WIDTH));
  const toldTop = height + 8;
  if (told.length > 0) height = toldTop + told.length * LINE_HEIGHT;
  const options = {
    title: [
      ...shown.map(({ key, label }, index) => ({
        text: measured(key) ? label : `${label}: not measured`,
        left: 0,
        top: top(index) - 26,
        padding: 0,
        textStyle: { fontSize: 12, fontWeight: 'bold', color: measured(key) ? INK[key] : INK.muted },
      })),
      // A panel that stands in a page alone has it above.
      {
        text: only === undefined ? trendLegend(trend) : '',
        right: 12,
        top: top(0) - 26,
        padding: 0,
        textStyle: { fontSize: 12, fontWeight: 'normal', color: INK.muted },
      },
      {
        text: told.join('\n'),
        left: 0,
        top: toldTop,
        padding: 0,
        textStyle: { fontSize: 12, fontWeight: 'normal', color: INK.text, lineHeight: LINE_HEIGHT },
      },
    ],
    grid: shown.map((_, index) => ({
      left: 48,
      right: 12,
      top: top(index),
      height: panelHeight - 22,
      outerBoundsMode: 'none',
    })),
    xAxis: shown.map(({ key }, index) => ({
      type: 'category',
      // Where nothing is measured there is no scale either.
      show: measured(key),
      gridIndex: index,
      data: all.map((day) => String(Number(day.slice(8)))),
      boundaryGap: true,
      axisTick: { show: false },
      axisLine: { onZero: false, lineStyle: { color: INK.muted } },
      axisLabel: {
        color: INK.muted,
        fontSize: 12,
        margin: 6,
        interval: (place: number) => place === 0 || (place + 1) % every === 1,
      },
    })),
    yAxis: shown.map(({ key }, index) => ({
      type: 'value',
      gridIndex: index,
      min: 0,
      show: measured(key),
      minInterval: 1,
      // Letters that are 12 high need room between them.
      splitNumber: panelHeight < 80 ? 1 : 3,
      axisLabel: { color: INK.muted, fontSize: 12, formatter: shortText },
      splitLine: { lineStyle: { color: INK.rule } },
    })),
    series: shown.flatMap(({ key, symbol, line }, index) => {
      const drawn = {
        type: 'line',
        xAxisIndex: index,
        yAxisIndex: index,
        silent: true,
        clip: false,
        connectNulls: false,
      };
      return [
        ...(measured(key) ? besideOf(trend) : []).map((earlier) => ({
          ...drawn,
          showSymbol: false,
          lineStyle: { color: INK.muted, width: 1, type: earlier.line },
          data: all.map((_, place) => earlier.days[place]?.[key] ?? null),
        })),
        {
          ...drawn,
          showSymbol: true,
          symbol,
          // A point that stands alone must be seen without a line.
          symbolSize: points(key) < 4 ? 9 : 5,
          itemStyle: { color: INK[key] },
          lineStyle: { color: INK[key], width: 2, type: line },
          data: all.map((date) => {
            const day = byDate.get(date);
            if (day?.is_preliminary !== true || day[key] === null) return day?.[key] ?? null;
            return { value: day[key], itemStyle: { color: INK.paper, borderColor: INK[key], borderWidth: 1.5 } };
          }),
          markPoint: {
            silent: true,
            symbol: 'triangle',
            symbolRotate: 180,
            symbolSize: [8, 6],
            itemStyle: { color: INK.text },
            label: { show: false },
            data: measured(key) ? marks.map(({ date }) => ({ coord: [all.indexOf(date), 0], y: top(index) - 4 })) : [],
          },
        },
      ];
    }),
  };
  return draw({
    id,
    title: `${only === undefined ? 'Figures' : shown[0]!.label} by day, ${monthText(month.id)}`,
    description: describe(trend, shown),
    width,
    height: height + 8,
    options,
  });
}

function describe(trend: Trend, shown: readonly (typeof PANELS)[number][]): string {
  const { month, days } = trend;
  const legend = trendLegend(trend);
  const parts = shown.map(({ key, label }) => {
    const measured = days.filter((day) => day[key] !== null);
    if (measured.length === 0) return `${label}: not measured.`;
    const highest = measured.reduce((best, day) => ((day[key] ?? 0) > (best[key] ?? 0) ? day : best));
    return `${label}: measured on ${measured.length} days, highest on ${highest.date} with ${highest[key]}.`;
  });
  const marks = trendMarks(trend).map(markText).join('; ');
  return `Days of ${monthText(month.id)}. ${parts.join(' ')}${legend === '' ? '' : ` Lines and points: ${legend}.`}${marks === '' ? '' : ` Marked days: ${marks}.`} The same figures stand in the table by day.`;
}
