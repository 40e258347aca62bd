import { useQuery } from '@tanstack/react-query';
import type { Section, TableRow } from '../api/client';
import { tableQuery } from '../api/queries';
import type { Narrowed } from './cards';
import { OF_TYPE, summed } from './narrowed';
import type { Day, Notes } from './points';
import { MEASURES, within } from './points';
import { measured } from './number-text';
import { filterOf, tableOf } from './tables';
import type { Narrowing } from './narrowings';
import type { View } from './view';

/** The figures of two narrowings together, from the table that a release has of both. */
export function usePair(section: Section, { narrowed, release }: View) {
  const [one, other] = [...narrowed] as [Narrowing, string][];
  const both = one === undefined || other === undefined ? undefined : tableOf(one[0], other[0]);
  // The section has that one itself.
  const table = both === 'region_segment' ? undefined : both;
  const filter = Object.assign({}, ...[...narrowed].map(([name, value]) => filterOf(name, value))) as Record<
    string,
    string
  >;
  const found = useQuery({
    ...tableQuery(section.month.id, release, table ?? '', filter),
    enabled: table !== undefined,
  });
  const rows = found.data?.rows;
  if (table === undefined || rows === undefined)
    return { isAsked: table !== undefined, isThere: true, error: found.error };
  const span = narrowed.get('days');
  if (span !== undefined) {
    const figures = summed(section, within(dated(rows), span));
    return {
      isAsked: true,
      isThere: true,
      error: null,
      figures: narrowed.has('type') ? { ...figures, ...OF_TYPE } : figures,
    };
  }
  const [row] = rows;
  const figures: Narrowed | undefined =
    row === undefined ? undefined : { figures: row, ...(narrowed.has('type') ? OF_TYPE : {}) };
  return { isAsked: true, isThere: row !== undefined, error: null, figures };
}

const dated = (rows: readonly TableRow[]) => rows.map((row) => ({ ...row, date: row.at['date'] ?? '' }));

/** Campaigns, channels and response types have days of their own. */
const DAYS_OF = ['campaign', 'channel', 'type'] as const;

export interface PartDays {
  readonly days: readonly Day[];
  readonly notes: Notes;
  /** What is told of the part. */
  readonly measures: readonly (typeof MEASURES)[number][];
}

/** The days of the chosen part, and on which it sent; undefined where there is no such table, or nothing is chosen. */
export function usePartDays(section: Section, { narrowed, release }: View): PartDays | undefined {
  const name = DAYS_OF.find((one) => narrowed.has(one));
  const table = name === undefined ? '' : tableOf(name, 'days')!;
  const filter = name === undefined ? {} : filterOf(name, narrowed.get(name)!);
  const { data } = useQuery({
    ...tableQuery(section.month.id, release, table, filter),
    enabled: name !== undefined,
  });
  if (name === undefined || data === undefined) return undefined;
  const byDate = new Map(dated(data.rows).map((row) => [row.date, row]));
  const days = section.days.map(({ date, is_preliminary }) => {
    const { sent = null, opened = null, responded = null } = byDate.get(date) ?? {};
    return { date, is_preliminary, sent, opened, responded };
  });
  const sends = days.filter(({ sent }) => (sent ?? 0) > 0);
  // Where it sends every day, a mark on each tells nothing.
  const isDaily = sends.length === days.filter(({ sent }) => sent !== null).length && sends.length > 10;
  return {
    days,
    measures: MEASURES.filter(([measure]) => name !== 'type' || measure === 'responded'),
    notes: new Map(isDaily ? [] : sends.map(({ date, sent }) => [date, [`${measured(sent)} messages were sent`]])),
  };
}
