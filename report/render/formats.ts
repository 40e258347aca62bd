/** What a section can be written as, each with its media type. */
export const REPORT_FORMATS = {
  html: 'text/html; charset=utf-8',
  pdf: 'application/pdf',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv; charset=utf-8',
  json: 'application/json; charset=utf-8',
} as const;

export type ReportFormat = keyof typeof REPORT_FORMATS;

export const isReportFormat = (name: string): name is ReportFormat => Object.hasOwn(REPORT_FORMATS, name);

export const CHARTS = ['trend', 'campaigns', 'regions', 'segments', 'channels', 'types'] as const;
export type ChartName = (typeof CHARTS)[number];
export const isChartName = (name: string): name is ChartName => (CHARTS as readonly string[]).includes(name);

/** What a chart can be written as, each with its media type. */
export const CHART_FORMATS = { svg: 'image/svg+xml', png: 'image/png' } as const;
export type ChartFormat = keyof typeof CHART_FORMATS;
