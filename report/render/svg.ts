import { createRequire } from 'node:module';
import type * as Echarts from 'echarts';
import { escape } from './text.js';

/** The library takes longer to load than most commands run, so it is loaded by the first drawing, and as one file. */
const echarts = (): typeof Echarts => createRequire(import.meta.url)('echarts') as typeof Echarts;

/**
 * Colours as charts draw them. Each stands for a custom property of the page, by which the same drawing is light, dark or
 * printed; the values themselves are never seen.
 */
export const INK = {
  text: '#000001',
  muted: '#000002',
  rule: '#000003',
  paper: '#000004',
  sent: '#000011',
  opened: '#000012',
  responded: '#000013',
} as const;

export interface Drawing {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly options: Echarts.EChartsCoreOption;
}

/** Draws a chart to SVG that stands in the page: no styles or scripts of its own, and a name for those who do not see it. */
export function draw({ id, title, description, width, height, options }: Drawing): string {
  const chart = echarts().init(null, undefined, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ animation: false, textStyle: { fontFamily: 'sans-serif', fontSize: 12 }, ...options });
    return inPage(chart.renderToSVGString(), { id, title, description, width, height });
  } finally {
    chart.dispose();
  }
}

function inPage(svg: string, { id, title, description, width, height }: Omit<Drawing, 'options'>): string {
  const body = svg
    .slice(svg.indexOf('>') + 1)
    .replaceAll(/<style ?>[\s\S]*?<\/style>/g, '')
    .replaceAll(/ (?:class|pointer-events|ecmeta_\w+)="[^"]*"/g, '')
    .replaceAll(/ style="font-size:(\d+)px;font-family:sans-serif;(font-weight:(\w+);)?"/g, (_, size, _all, weight) =>
      weight === undefined ? ` font-size="${size}"` : ` font-size="${size}" font-weight="${weight}"`,
    )
    // Ids and what refers to them; a campaign may be called so too.
    .replaceAll(/(id="|url\(#|href="#)zr\d+-/g, `$1${id}-`)
    .replaceAll(/"(#0000[01]\d)"/g, (_, colour: string) => {
      const name = Object.entries(INK).find(([, value]) => value === colour)?.[0];
      return `"var(--${name})"`;
    })
    .replaceAll('\n', '');
  return (
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc">` +
    `<title id="${id}-title">${escape(title)}</title><desc id="${id}-desc">${escape(description)}</desc>${body}`
  );
}
