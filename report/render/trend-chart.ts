import type { DayFigures, MonthSpan } from '../section/model.js';
import { daysBetween } from '../section/calendar.js';
import { draw, INK } from './svg.js';
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

export interface TrendOptions {
  readonly width: number;
  readonly id: string;
  /** One panel alone. */
  readonly only?: TrendKey;
  readonly panelHeight?: number;
}

/**
 * The days of the month, one panel a figure: they differ too much in size for one scale. A day that is not measured is a gap,
 * a measured zero lies on the line.
 */
export function trendChart(
  month: MonthSpan,
  days: readonly DayFigures[],
  { width, id, only, panelHeight = PANEL_HEIGHT }: TrendOptions,
): string {
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
  const options = {
    title: shown.map(({ key, label }, index) => ({
      text: measured(key) ? label : `${label}: not measured`,
      left: 0,
      top: top(index) - 26,
      padding: 0,
      textStyle: { fontSize: 12, fontWeight: 'bold', color: measured(key) ? INK[key] : INK.muted },
    })),
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
      splitNumber: 3,
      axisLabel: { color: INK.muted, fontSize: 12, formatter: shortText },
      splitLine: { lineStyle: { color: INK.rule } },
    })),
    series: shown.map(({ key, symbol, line }, index) => ({
      type: 'line',
      xAxisIndex: index,
      yAxisIndex: index,
      silent: true,
      clip: false,
      connectNulls: false,
      showSymbol: true,
      symbol,
      // A point that stands alone must be seen without a line.
      symbolSize: points(key) < 4 ? 9 : 5,
      itemStyle: { color: INK[key] },
      lineStyle: { color: INK[key], width: 2, type: line },
      data: all.map((day) => byDate.get(day)?.[key] ?? null),
    })),
  };
  return draw({
    id,
    title: `${only === undefined ? 'Figures' : shown[0]!.label} by day, ${monthText(month.id)}`,
    description: describe(month, days, shown),
    width,
    height: height + 8,
    options,
  });
}

function describe(month: MonthSpan, days: readonly DayFigures[], shown: readonly (typeof PANELS)[number][]): string {
  const parts = shown.map(({ key, label }) => {
    const measured = days.filter((day) => day[key] !== null);
    if (measured.length === 0) return `${label}: not measured.`;
    const highest = measured.reduce((best, day) => ((day[key] ?? 0) > (best[key] ?? 0) ? day : best));
    return `${label}: measured on ${measured.length} days, highest on ${highest.date} with ${highest[key]}.`;
  });
  return `Days of ${monthText(month.id)}. ${parts.join(' ')} The same figures stand in the table by day.`;
}
