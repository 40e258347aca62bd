/** What the report measures, as the configuration names it and the marts have it. Null is "not measured". */
export const COUNT_MEASURES = [
  'targeted',
  'sent',
  'delivered',
  'opened',
  'opened_total',
  'opened_machine',
  'clicked',
  'clicked_total',
  'bounced',
  'unsubscribed',
  'complained',
] as const;
export const MONEY_MEASURES = ['cost', 'revenue'] as const;
export const MEASURES = [...COUNT_MEASURES, ...MONEY_MEASURES] as const;
export type MeasureName = (typeof MEASURES)[number];

/** A column as a fact names it: of the fact's own stream, or of a joined one. */
export function columnOf(text: string): { readonly join?: string; readonly column: string } {
  const dot = text.indexOf('.');
  return dot < 0 ? { column: text } : { join: text.slice(0, dot), column: text.slice(dot + 1) };
}
