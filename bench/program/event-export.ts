import { closeSync, existsSync, openSync, renameSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
const two = (value: number) => String(value).padStart(2, '0');

const MIXED_SUBJECTS = [
  'Grüße aus Ihrer Praxis, für Sie',
  'Su plan "Más salud", explicado',
  'Zwei Zeilen,\nund ein Smiley 😀',
  'Refill due',
];

/** As a field of CSV, quoted where it has to be. */
const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** `mixed`: text beyond ASCII, quotes and line ends in fields, and every hundredth row at fault. */
export type ExportKind = 'plain' | 'mixed';

function line(index: number, kind: ExportKind): string {
  // A multiplicative step through 2^32: the same file every time, and nothing in it is in order.
  const mixed = Math.imul(index, 2_654_435_761) >>> 0;
  const day = (mixed % 28) + 1;
  const subject = (kind === 'plain' ? SUBJECTS : MIXED_SUBJECTS)[mixed % 4] as string;
  return `${[
    `${mixed.toString(16).padStart(8, '0')}-7c11-4d30-9b1e-${index.toString(16).padStart(12, '0')}`,
    `M${String(mixed % 1_000_003).padStart(9, '0')}`,
    `member.${mixed % 1_000_003}@example.org`,
    `cmp_${mixed % 311}_spring_wellness`,
    ['email', 'sms', 'push'][mixed % 3],
    ['sent', 'delivered', 'opened', 'clicked'][index % 4],
    `2026-0${(mixed % 9) + 1}-${two(day)}T${two(mixed % 24)}:${two(index % 60)}:${two(mixed % 60)}.${String(index % 1000).padStart(3, '0')}Z`,
    `2026-0${(mixed % 9) + 1}-${two(day)}`,
    kind === 'mixed' && index % 100 === 0 ? 'n/a' : index % 97,
    `${mixed % 1000}.${String(index % 10_000).padStart(4, '0')}`,
    index % 7 === 0 ? '' : (mixed % 10_000) / 128,
    index % 5 === 0,
    quoted(subject),
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15',
  ].join(',')}\n`;
}

/** Writes the export once and gives its path; a file cut off by an earlier crash is not taken for it. */
export function eventExport(rows: number, kind: ExportKind): string {
  const path = join(tmpdir(), `tributary-event-export-${kind}-${rows}.csv`);
  if (existsSync(path)) return path;
  const part = `${path}.part`;
  const file = openSync(part, 'w');
  writeSync(file, `${EVENT_FIELDS.map((field) => field.name).join(',')}\n`);
  for (let from = 0; from < rows; from += 10_000) {
    const block: string[] = [];
    for (let index = from; index < Math.min(rows, from + 10_000); index += 1) block.push(line(index, kind));
    writeSync(file, block.join(''));
  }
  closeSync(file);
  renameSync(part, path);
  return path;
}
