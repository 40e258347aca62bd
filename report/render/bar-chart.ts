import type { BarFigures } from '../section/model.js';
import { draw, INK } from './svg.js';
import { countText, percentText, shortened } from './text.js';

const ALL_PANELS = [
  { key: 'sent', label: 'Messages sent' },
  { key: 'opened', label: 'Messages opened' },
  { key: 'responded', label: 'Responded' },
] as const;
type Panel = (typeof ALL_PANELS)[number];

const ROW = 26;
const HEAD = 30;
/** Room for the figure at the end of the longest bar. */
const FIGURE = 116;

export interface BarChartOptions {
  readonly id: string;
  readonly title: string;
  readonly width: number;
  /** Beside each other where there is room, else below. */
  readonly isWide: boolean;
  /** Absent: all three. */
  readonly panels?: readonly Panel['key'][];
}

/** Panels of bars, each with a scale of its own and the figure at its end. */
export function barChart(bars: readonly BarFigures[], { id, title, width, isWide, panels }: BarChartOptions): string {
  const shown: readonly Panel[] = ALL_PANELS.filter(({ key }) => panels?.includes(key) ?? true);
  const names = isWide ? Math.round(width * 0.268) : 136;
  const panelHeight = bars.length * ROW;
  const span = isWide ? (width - names) / shown.length : width - names;
  const place = (index: number) =>
    isWide
      ? { left: names + index * span, top: HEAD, width: span - FIGURE, height: panelHeight }
      : { left: names, top: HEAD + index * (panelHeight + HEAD + 12), width: span - FIGURE, height: panelHeight };
  const height = isWide ? HEAD + panelHeight + 4 : shown.length * (HEAD + panelHeight + 12);
  const options = {
    title: shown.map(({ key, label }, index) => ({
      text: label,
      left: isWide ? place(index).left : 0,
      top: place(index).top - 24,
      padding: 0,
      textStyle: { fontSize: 12, fontWeight: 'bold', color: INK[key] },
    })),
    grid: shown.map((_, index) => ({ ...place(index), outerBoundsMode: 'none' })),
    xAxis: shown.map(({ key }, index) => ({
      type: 'value',
      gridIndex: index,
      show: false,
      min: 0,
      max: Math.max(1, ...bars.map((bar) => bar[key] ?? 0)),
    })),
    yAxis: shown.map((_, index) => ({
      type: 'category',
      gridIndex: index,
      inverse: true,
      data: bars.map(({ label }) => shortened(label, isWide ? 32 : 18)),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: INK.muted } },
      axisLabel: { show: !isWide || index === 0, color: INK.text, fontSize: 12, interval: 0, margin: 8 },
    })),
    series: shown.map(({ key }, index) => ({
      type: 'bar',
      xAxisIndex: index,
      yAxisIndex: index,
      silent: true,
      barWidth: 14,
      itemStyle: { color: INK[key] },
      data: bars.map((bar) => ({
        value: bar[key] ?? 0,
        label: {
          show: true,
          position: 'right',
          fontSize: 12,
          color: bar[key] === null ? INK.muted : INK.text,
          formatter: figureText(bar, key),
        },
      })),
    })),
  };
  return draw({ id, title, description: describe(bars, shown), width, height, options });
}

function figureText(bar: BarFigures, key: Panel['key']): string {
  const value = bar[key];
  if (bar.suppressed?.includes(key) === true) return 'hidden';
  if (value === null) return 'not measured';
  const rate = key === 'responded' && bar.response_rate !== null ? ` · ${percentText(bar.response_rate)}` : '';
  return `${countText(value)}${rate}`;
}

function describe(bars: readonly BarFigures[], panels: readonly Panel[]): string {
  const lines = bars.map((bar) =>
    [bar.label, ...panels.map(({ key, label }) => `${label.toLowerCase()} ${figureText(bar, key)}`)].join(', '),
  );
  return `${lines.join('; ')}. The same figures stand in the table below.`;
}
