import { z } from 'zod';

const FIELD_TYPES = [
  'string',
  'integer',
  'number',
  'decimal',
  'boolean',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'uuid',
  'json',
] as const;
const oneByte = z
  .string()
  .length(1)
  .refine((text) => text > '\0' && text <= '~' && text !== '\n' && text !== '\r', 'must be one ASCII character');

const columnSpec = z.union([
  z.enum(FIELD_TYPES),
  z.strictObject({
    type: z.enum(FIELD_TYPES),
    format: z
      .string()
      .optional()
      .describe(
        '`MM/DD/YYYY` and the like for dates, `epoch_seconds` or `epoch_millis` for timestamps; ISO 8601 without',
      ),
    nullable: z.boolean().default(true),
  }),
]);

/** The description of one stream of files, the same for every transport. */
export const fileSpec = z.strictObject({
  stream: z
    .string()
    .regex(/^[a-z][a-z0-9_]*$/, 'must be snake_case')
    .describe('Name of the stream, and of its table'),
  path: z.string().min(1).describe('Path or glob, e.g. `exports/engagement_*.csv.gz`'),
  format: z.enum(['csv', 'jsonl']).describe('`csv`, or `jsonl`: one JSON object per line'),
  compression: z
    .enum(['auto', 'none', 'gzip'])
    .default('auto')
    .describe('`auto` goes by the ending `.gz` and by the first bytes'),
  encoding: z.literal('utf-8').default('utf-8').describe('A byte order mark is left out'),
  delimiter: oneByte.default(','),
  quote: z
    .union([oneByte, z.literal('')])
    .default('"')
    .describe('Empty where quotes have no meaning'),
  escape: oneByte
    .optional()
    .describe('What makes the next character stand for itself, in quotes; default: a doubled quote'),
  comment: oneByte.optional().describe('Lines that begin with it are left out'),
  header: z.boolean().default(true).describe('False: the columns are those of `columns`, in their order'),
  columns: z
    .record(z.string(), columnSpec)
    .default({})
    .describe('Types by column; what is not declared is inferred once and then frozen'),
  nulls: z.array(z.string()).default(['']).describe('Bare texts that mean null'),
  quoted_nulls: z.boolean().default(false).describe('True: they mean null in quotes too'),
  true_texts: z.array(z.string()).default(['true']).describe('Texts that mean true, in small or capital letters'),
  false_texts: z.array(z.string()).default(['false']).describe('Texts that mean false'),
  time_zone: z.string().optional().describe('IANA zone of timestamps that carry none'),
  primary_key: z.array(z.string()).default([]).describe('Empty: file and row are the key'),
  max_record_bytes: z
    .int()
    .positive()
    .default(16 << 20)
    .describe('A longer record is refused, e.g. one whose quote never closes'),
});

export type FileSpec = z.output<typeof fileSpec>;
