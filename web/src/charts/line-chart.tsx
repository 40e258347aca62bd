import { LineChart as Lines } from 'echarts/charts';
import {
  AxisPointerComponent,
  GridComponent,
  MarkAreaComponent,
  MarkLineComponent,
  MarkPointComponent,
} from 'echarts/components';
import { init, use, type EChartsType } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import type { Counts, Measure, Point } from '../report/points';

// A canvas sets no style of its own, which the content security policy would refuse.
use([
  Lines,
  GridComponent,
  AxisPointerComponent,
  MarkAreaComponent,
  MarkLineComponent,
  MarkPointComponent,
  CanvasRenderer,
]);

interface LineChartProps {
  readonly points: readonly Point[];
  readonly before: readonly Counts[] | undefined;
  readonly shown: readonly Measure[];
  /** The point whose values are told. */
  readonly at: number;
  readonly pointed: (index: number) => void;
  readonly pressed: () => void;
}

const DASHES: Readonly<Record<Measure, 'solid' | number[]>> = { sent: 'solid', opened: [7, 3], responded: [2, 3] };
const SHORT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

export default function LineChart({ points, before, shown, at, pointed, pressed }: LineChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(undefined);
  const tell = useRef({ pointed, pressed });
  tell.current = { pointed, pressed };
  const draw = useRef(() => {});
  draw.current = () => chart.current?.setOption(optionOf({ points, before, shown, at }), { replaceMerge: ['series'] });

  useEffect(() => {
    const made = init(place.current!, null, { renderer: 'canvas' });
    chart.current = made;
    made.getZr().on('mousemove', ({ offsetX, offsetY }: { offsetX: number; offsetY: number }) => {
      if (!made.containPixel('grid', [offsetX, offsetY])) return;
      const [index] = made.convertFromPixel('grid', [offsetX, offsetY]) as [number, number];
      tell.current.pointed(Math.round(index));
    });
    made.getZr().on('click', ({ offsetX, offsetY }: { offsetX: number; offsetY: number }) => {
      if (made.containPixel('grid', [offsetX, offsetY])) tell.current.pressed();
    });
    const sized = new ResizeObserver(() => made.resize());
    sized.observe(place.current!);
    const themed = new MutationObserver(() => draw.current());
    themed.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      sized.disconnect();
      themed.disconnect();
      made.dispose();
    };
  }, []);
  useEffect(() => draw.current(), [points, before, shown, at]);
  return <div ref={place} className="chart" aria-hidden="true" />;
}

function optionOf({ points, before, shown, at }: Omit<LineChartProps, 'pointed' | 'pressed'>) {
  const styles = getComputedStyle(document.documentElement);
  const colour = (name: string) => styles.getPropertyValue(`--${name}`).trim();
  const text = { color: colour('muted'), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
  const line = (measure: Measure, values: readonly Counts[], isBefore: boolean) => ({
    id: `${measure}${isBefore ? ' before' : ''}`,
    type: 'line' as const,
    data: values.map((counts) => counts[measure]),
    // What has no data is a gap and no zero.
    connectNulls: false,
    showSymbol: !isBefore,
    symbol: 'circle',
    symbolSize: (_value: unknown, { dataIndex }: { dataIndex: number }) => (dataIndex === at ? 9 : 4),
    silent: true,
    lineStyle: { width: isBefore ? 1.2 : 2, type: DASHES[measure], opacity: isBefore ? 0.55 : 1 },
    color: colour(measure),
    ...(isBefore || measure !== shown[0]
      ? {}
      : {
          markLine: {
            silent: true,
            symbol: 'none',
            label: { show: false },
            lineStyle: { color: colour('edge'), type: 'solid' as const, width: 1 },
            data: [{ xAxis: at }],
          },
          markArea: {
            silent: true,
            itemStyle: { color: colour('shade') },
            data: moving(points),
          },
          markPoint: {
            silent: true,
            symbol: 'triangle',
            symbolSize: 8,
            symbolRotate: 180,
            symbolOffset: [0, -12],
            itemStyle: { color: colour(measure) },
            label: { show: false },
            data: points.flatMap((point, index) =>
              point.notes.length > 0 && point[measure] !== null ? [{ coord: [index, point[measure]] }] : [],
            ),
          },
        }),
  });
  return {
    animation: false,
    grid: {
      left: 8,
      right: 12,
      top: 16,
      bottom: 8,
      outerBoundsMode: 'same' as const,
      outerBoundsContain: 'axisLabel' as const,
    },
    xAxis: {
      type: 'category' as const,
      boundaryGap: false,
      data: points.map(({ short }) => short),
      axisLabel: { ...text, hideOverlap: true },
      axisTick: { show: false },
      axisLine: { lineStyle: { color: colour('edge') } },
    },
    yAxis: {
      type: 'value' as const,
      min: 0,
      axisLabel: { ...text, formatter: (value: number) => SHORT.format(value) },
      splitLine: { lineStyle: { color: colour('rule') } },
    },
    series: [
      ...(before === undefined ? [] : shown.map((measure) => line(measure, before, true))),
      ...shown.map((measure) => line(measure, points, false)),
    ],
  };
}

/** From the first point whose figures may still move to the last one. */
function moving(points: readonly Point[]) {
  const first = points.findIndex(({ mayMove }) => mayMove);
  const last = points.findLastIndex(({ mayMove }) => mayMove);
  return first < 0 ? [] : ([[{ xAxis: first }, { xAxis: last }]] as never);
}
