import type { BarFigures, Section } from '../section/model.js';
import { barChart, type BarChartOptions } from './bar-chart.js';
import { FONT_NAME, fontFiles } from './fonts.js';
import type { ChartFormat } from './formats.js';
import { channelName, dimensionValue, regionName, segmentName } from './names.js';
import { typeName } from './response-tables.js';
import { COLOURS } from './style.js';
import { escape, unescape } from './text.js';
import { trendChart, type TrendOptions } from './trend-chart.js';

const TITLES: Readonly<Record<string, string>> = {
  campaigns: 'Figures by campaign',
  regions: 'Figures by region',
  segments: 'Figures by member segment',
  channels: 'Figures by channel',
  types: 'Responses by type',
};

/** The bars of a chart; empty where the month is not broken down so. */
export function barsOf(section: Section, chart: string): readonly BarFigures[] {
  const { largest_campaigns, by_region, by_segment, by_channel, by_dimension } = section;
  if (chart === 'campaigns') return largest_campaigns;
  if (chart === 'types') return typeBars(section);
  const own = by_dimension.find(({ dimension }) => dimension === chart);
  const ownRows = () =>
    (own?.rows ?? []).map((row) => ({
      ...row,
      label: dimensionValue(row.value, own!.title),
      isBroken: row.value !== '',
    }));
  const builtIn: Readonly<Record<string, () => readonly (BarFigures & { readonly isBroken: boolean })[]>> = {
    regions: () => by_region.map((row) => ({ ...row, label: regionName(row.region), isBroken: row.region !== '' })),
    segments: () =>
      by_segment.map((row) => ({ ...row, label: segmentName(row.segment), isBroken: row.segment !== '' })),
    channels: () =>
      by_channel.map((row) => ({ ...row, label: channelName(row.channel), isBroken: row.channel !== '' })),
  };
  const rows = (builtIn[chart] ?? ownRows)();
  return rows.some(({ isBroken }) => isBroken) ? rows : [];
}

/** Types are not sent, and have no share of messages. */
const typeBars = ({ by_response_type }: Section): readonly BarFigures[] =>
  by_response_type.map(({ response_type, is_primary, responded }) => ({
    label: `${typeName(response_type)}${is_primary ? '' : ' (not primary)'}`,
    sent: null,
    opened: null,
    responded,
    response_rate: null,
  }));

export const typeChart = (section: Section, options: Pick<BarChartOptions, 'id' | 'width' | 'isWide'>): string =>
  barChart(typeBars(section), { ...options, title: TITLES['types']!, panels: ['responded'] });

/** One chart as it stands in the page; undefined where the month has nothing for it. */
export function drawChart(
  section: Section,
  /** One of `CHARTS`, or a dimension of the user's own. */
  chart: string,
  { width, ...trend }: { readonly width: number } & Pick<TrendOptions, 'panelHeight' | 'isUntold'>,
): string | undefined {
  if (chart === 'trend') return trendChart(section, { width, id: 'trend', ...trend });
  const bars = barsOf(section, chart);
  if (bars.length === 0) return undefined;
  if (chart === 'types') return typeChart(section, { id: chart, width, isWide: true });
  const title = section.by_dimension.find(({ dimension }) => dimension === chart)?.title ?? '';
  return barChart(bars, {
    id: chart,
    title: TITLES[chart] ?? `Figures by ${title.toLowerCase()}`,
    width,
    isWide: true,
  });
}

const WIDTH = 880;
const MARGIN = 20;

/** The same chart as a file of its own: light, on white, with the letters of the typeface that it names. */
export function chartSvg(section: Section, chart: string): string | undefined {
  const drawn = drawChart(section, chart, { width: WIDTH });
  if (drawn === undefined) return undefined;
  const [, width, height] = /^<svg viewBox="0 0 (\d+) (\d+)"/.exec(drawn)!.map(Number) as [number, number, number];
  const box = [-MARGIN, -MARGIN, width + 2 * MARGIN, height + 2 * MARGIN] as const;
  const [head, body] = [drawn.slice(0, drawn.indexOf('>')), drawn.slice(drawn.indexOf('>') + 1)];
  const about = head.replace(/^<svg viewBox="[^"]*"/, '');
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box.join(' ')}" width="${box[2]}" height="${box[3]}"${about} ` +
    `font-family="${escape(`'${FONT_NAME}', system-ui, Arial, sans-serif`)}">` +
    `<rect x="${box[0]}" y="${box[1]}" width="${box[2]}" height="${box[3]}" fill="${COLOURS.paper}"/>${inLight(body)}`
  );
}

/** The colours of a page, as they are in the light. */
export const inLight = (svg: string): string =>
  svg.replaceAll(/var\(--(\w+)\)/g, (_, name: string) => COLOURS[name as keyof typeof COLOURS]);

/** Twice as large as drawn, so that it is sharp where it is shown. */
export async function chartPng(section: Section, chart: string): Promise<Buffer | undefined> {
  const svg = chartSvg(section, chart);
  if (svg === undefined) return undefined;
  const { Resvg } = await import('@resvg/resvg-js');
  const image = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: 2 },
    font: {
      loadSystemFonts: false,
      fontFiles: Object.values(fontFiles()),
      defaultFontFamily: FONT_NAME,
      sansSerifFamily: FONT_NAME,
    },
  });
  return image.render().asPng();
}

/** Undefined where the month has nothing for it. */
export async function renderChart(
  section: Section,
  chart: string,
  format: ChartFormat,
): Promise<string | Buffer | undefined> {
  return format === 'png' ? chartPng(section, chart) : chartSvg(section, chart);
}

/** What a chart shows, for those who do not see it. */
export function chartAbout(section: Section, chart: string): string {
  const text = /<desc[^>]*>([^<]*)</.exec(drawChart(section, chart, { width: WIDTH }) ?? '')?.[1] ?? '';
  return unescape(text);
}
