import { z } from 'zod';
import type { Component } from './text.js';

const SCHEMAS = {
  string: { type: ['null', 'string'] },
  integer: { type: ['null', 'integer'] },
  number: { type: ['null', 'number'] },
  boolean: { type: ['null', 'boolean'] },
  date: { type: ['null', 'string'], format: 'date' },
  timestamp: { type: ['null', 'string'], format: 'date-time' },
  json: { type: ['null', 'object'] },
} as const satisfies Readonly<Record<string, Component>>;

const type = z.enum(Object.keys(SCHEMAS) as (keyof typeof SCHEMAS)[]);
const mapping = z.strictObject({
  type,
  from: z.string().min(1).optional().describe('Where the record holds it, e.g. `attributes.name`'),
  format: z.string().optional().describe('How the API writes a date or timestamp, as in `strftime`'),
});

export const FIELD_OPTIONS: readonly string[] = Object.keys(mapping.shape);

export const fields = z
  .record(z.string(), z.union([type, mapping]))
  .optional()
  .describe(
    'Columns and their types, or `{ type, from, format }`: where the record holds it, and how a date is written; without them the first records tell',
  );

export type ShortFields = NonNullable<z.output<typeof fields>>;

/** What a field of the short form says beside its type stands in its schema under these names. */
export const FROM = 'x-from';
export const FORMAT = 'x-format';

/** The schema of the columns. The field of the cursor is written as the cursor has it unless it says so itself. */
export function schemaOf(
  given: ShortFields,
  cursor: { readonly field: string; readonly format: string } | undefined,
): Component {
  const properties = Object.entries(given).map(([name, field]): [string, Component] => {
    const { type: named, from, format } = typeof field === 'string' ? { type: field } : field;
    const written = format ?? (cursor?.field === name && isTime(named) ? cursor.format : undefined);
    return [
      name,
      {
        ...SCHEMAS[named],
        ...(from === undefined ? {} : { [FROM]: from.split('.') }),
        ...(written === undefined ? {} : { [FORMAT]: written }),
      },
    ];
  });
  return { type: 'object', properties: Object.fromEntries(properties) };
}

const isTime = (named: string): boolean => named === 'date' || named === 'timestamp';

/** What is wrong with the fields, each with the place of it. */
export function* fieldFaults(
  given: ShortFields,
): Iterable<{ readonly path: readonly string[]; readonly message: string }> {
  for (const [name, field] of Object.entries(given)) {
    if (typeof field === 'string') {
      // As a mapping it is a name that stands so in the records.
      if (name.includes('.'))
        yield {
          path: [name],
          message: `a name is no path: write \`${name.split('.').at(-1)!}: { type: ${field}, from: ${name} }\`, or \`${name}: { type: ${field} }\` where the records have a field that is called so`,
        };
    } else if (field.format !== undefined) {
      if (!isTime(field.type))
        yield {
          path: [name, 'format'],
          message: `\`format\` is for \`date\` and \`timestamp\`, and this is \`${field.type}\``,
        };
      else if (!field.format.includes('%')) yield { path: [name, 'format'], message: formatMessage(field.format) };
    }
  }
}

/** A format that has no directive reads no date. */
export const formatMessage = (format: string): string =>
  `"${format}" has no directive of \`strftime\`: write it like \`%Y-%m-%d\`, or \`%Y-%m-%dT%H:%M:%S%z\` with an offset`;
