import { LineChart as Lines } from 'echarts/charts';
import { AxisPointerComponent, GridComponent, MarkLineComponent } from 'echarts/components';
import { init, use, type EChartsType } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import type { Section } from '../api/client';
import type { Measure } from '../report/trend';

// A canvas sets no style of its own, which the content security policy would refuse.
use([Lines, GridComponent, AxisPointerComponent, MarkLineComponent, CanvasRenderer]);

type Days = Section['days'];

interface LineChartProps {
  readonly days: Days;
  readonly before: Days | undefined;
  readonly shown: readonly Measure[];
  /** The day whose values are told. */
  readonly at: number;
  readonly pointed: (index: number) => void;
}

const DASHES: Readonly<Record<Measure, 'solid' | number[]>> = { sent: 'solid', opened: [7, 3], responded: [2, 3] };
const SHORT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

export default function LineChart({ days, before, shown, at, pointed }: LineChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(undefined);
  const tell = useRef(pointed);
  tell.current = pointed;
  const draw = useRef(() => {});
  draw.current = () => chart.current?.setOption(optionOf({ days, before, shown, at }), { replaceMerge: ['series'] });

  useEffect(() => {
    const made = init(place.current!, null, { renderer: 'canvas' });
    chart.current = made;
    made.getZr().on('mousemove', ({ offsetX, offsetY }: { offsetX: number; offsetY: number }) => {
      if (!made.containPixel('grid', [offsetX, offsetY])) return;
      const [index] = made.convertFromPixel('grid', [offsetX, offsetY]) as [number, number];
      tell.current(Math.round(index));
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
  useEffect(() => draw.current(), [days, before, shown, at]);
  return <div ref={place} className="chart" aria-hidden="true" />;
}

function optionOf({ days, before, shown, at }: Omit<LineChartProps, 'pointed'>) {
  const styles = getComputedStyle(document.documentElement);
  const colour = (name: string) => styles.getPropertyValue(`--${name}`).trim();
  const text = { color: colour('muted'), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
  const line = (measure: Measure, values: Days, isBefore: boolean) => ({
    id: `${measure}${isBefore ? ' before' : ''}`,
    type: 'line' as const,
    data: values.slice(0, days.length).map((day) => day[measure]),
    // A day without data is a gap and no zero.
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
      data: days.map(({ date }) => String(Number(date.slice(8)))),
      axisLabel: text,
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
      ...shown.map((measure) => line(measure, days, false)),
    ],
  };
}
