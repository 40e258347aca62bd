import { closeSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Field, FieldType } from '../../core/protocol/index.js';

const column = (name: string, type: FieldType, more: Partial<Field> = {}): Field => ({
  name,
  type,
  nullable: true,
  ...more,
});

/** An export of e-mail events as campaign systems write them. */
export const EVENT_FIELDS: readonly Field[] = [
  column('event_id', 'uuid', { nullable: false }),
  column('member_id', 'string'),
  column('email', 'string'),
  column('campaign_id', 'string'),
  column('channel', 'string'),
  column('event_type', 'string'),
  column('occurred_at', 'timestamptz'),
  column('send_date', 'date'),
  column('attempt', 'integer'),
  column('cost', 'decimal', { precision: 18, scale: 4 }),
  column('score', 'number'),
  column('is_machine', 'boolean'),
  column('subject', 'string'),
  column('user_agent', 'string'),
];

const SUBJECTS = [
  'Your plan, explained',
  'Time for your check-up',
  'A note from your care team, and a map',
  'Refill due',
];
const MIXED_SUBJECTS = [
  'Grüße aus Ihrer Praxis, für Sie',
  'Su plan "Más salud", explicado',
  'Zwei Zeilen,\nund ein Smiley 😀',
  'Refill due',
];
const two = (value: number) => String(value).padStart(2, '0');

/** `mixed`: text beyond ASCII, quotes and line ends in fields, and every hundredth row at fault. */
export type ExportKind = 'plain' | 'mixed';

/**
 * Which rows a delivery holds: the first one, the same ones with other values, half of it new and a quarter changed, or every fifth
 * of a first one that is five times as long, with other values.
 */
export type Delivery = 'first' | 'changed' | 'next' | 'fifth';

/** `csv` with a header; `jsonl`; `pages`: one JSON object per 1,000 rows, as an API would answer. */
export type ExportFormat = 'csv' | 'jsonl' | 'pages';

const PAGE_ROWS = 1_000;

/** The values of one row; the same every time, and nothing in a file is in order of its key. */
function valuesOf(index: number, kind: ExportKind, isChanged: boolean): readonly (string | number | boolean)[] {
  const mixed = Math.imul(index, 2_654_435_761) >>> 0; // a multiplicative step through 2^32
  const day = (mixed % 28) + 1;
  return [
    `${mixed.toString(16).padStart(8, '0')}-7c11-4d30-9b1e-${index.toString(16).padStart(12, '0')}`,
    `M${String(mixed % 1_000_003).padStart(9, '0')}`,
    `member.${mixed % 1_000_003}@example.org`,
    `cmp_${mixed % 311}_spring_wellness`,
    ['email', 'sms', 'push'][mixed % 3] as string,
    ['sent', 'delivered', 'opened', 'clicked'][(index + (isChanged ? 1 : 0)) % 4] as string,
    `2026-0${(mixed % 9) + 1}-${two(day)}T${two(mixed % 24)}:${two(index % 60)}:${two(mixed % 60)}.${String(index % 1000).padStart(3, '0')}Z`,
    `2026-0${(mixed % 9) + 1}-${two(day)}`,
    kind === 'mixed' && index % 100 === 0 ? 'n/a' : (index % 97) + (isChanged ? 1 : 0),
    `${mixed % 1000}.${String(index % 10_000).padStart(4, '0')}`,
    index % 7 === 0 ? '' : (mixed % 10_000) / 128,
    index % 5 === 0,
    (kind === 'plain' ? SUBJECTS : MIXED_SUBJECTS)[mixed % 4] as string,
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15',
  ];
}

/** As a field of CSV, quoted where it has to be. */
const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const csvLine = (values: readonly (string | number | boolean)[]) =>
  values.map((value) => (typeof value === 'string' ? quoted(value) : value)).join(',');

const jsonLine = (values: readonly (string | number | boolean)[]) =>
  `{${EVENT_FIELDS.map(({ name, type }, at) => {
    const value = values[at] as string | number | boolean;
    if (value === '') return `"${name}":null`;
    return `"${name}":${typeof value === 'string' && type !== 'decimal' ? JSON.stringify(value) : value}`;
  }).join(',')}}`;

/** The row that lies at `place` of a delivery. */
function rowOf(place: number, rows: number, kind: ExportKind, delivery: Delivery) {
  if (delivery === 'fifth') return valuesOf(place * 5, kind, true);
  if (delivery !== 'next') return valuesOf(place, kind, delivery === 'changed');
  const half = place >> 1;
  // Every second row is new; of the others, which the first delivery held too, every second has changed.
  return place % 2 === 0 ? valuesOf(rows + half, kind, false) : valuesOf((rows >> 1) + half, kind, half % 2 === 0);
}

export interface ExportRequest {
  readonly folder: string;
  readonly rows: number;
  readonly kind?: ExportKind;
  readonly delivery?: Delivery;
  readonly format?: ExportFormat;
}

/** Writes an export and gives its path. */
export function eventExport(request: ExportRequest): string {
  const { folder, rows, kind = 'plain', delivery = 'first', format = 'csv' } = request;
  const path = join(folder, `events-${kind}-${delivery}-${rows}.${format}`);
  const file = openSync(`${path}.part`, 'w');
  if (format === 'csv') writeSync(file, `${EVENT_FIELDS.map((field) => field.name).join(',')}\n`);
  const toLine = format === 'csv' ? csvLine : jsonLine;
  for (let from = 0; from < rows; from += PAGE_ROWS) {
    const lines: string[] = [];
    for (let place = from; place < Math.min(rows, from + PAGE_ROWS); place += 1)
      lines.push(toLine(rowOf(place, rows, kind, delivery)));
    writeSync(file, format === 'pages' ? `{"events":[${lines.join(',')}]}\n` : `${lines.join('\n')}\n`);
  }
  closeSync(file);
  renameSync(`${path}.part`, path);
  return path;
}
