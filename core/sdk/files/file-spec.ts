import { z } from 'zod';
import { allowedInsteadOf } from '../../protocol/index.js';
import { secret } from '../fields.js';
import { choosingOptions } from './choosing-spec.js';
import { PACKINGS } from './decode.js';
import { ENCODINGS } from './encoding.js';
import { onlyColumnOptions } from './only-columns-spec.js';
import { RAGGED_RULES } from './ragged.js';

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
export const FORMATS = ['csv', 'fixed_width', 'jsonl', 'json', 'avro', 'parquet', 'xlsx'] as const;
const oneByte = z
  .string()
  .length(1)
  .refine((text) => text > '\0' && text <= '~' && text !== '\n' && text !== '\r', 'must be one ASCII character');

const columnSpec = z.union([
  z.enum(FIELD_TYPES),
  z
    .strictObject({
      type: z.enum(FIELD_TYPES),
      format: z
        .string()
        .optional()
        .describe(
          '`MM/DD/YYYY` and the like for dates (`YYYY-MM`: the first of the month), `epoch_seconds`, `epoch_millis` or `M/D/YYYY h:mm:ss A` and the like for timestamps; ISO 8601 without',
        ),
      nullable: z.boolean().default(true),
      width: z.int().positive().optional().describe('Fixed width: how many characters the field has'),
      position: z
        .int()
        .positive()
        .optional()
        .describe('Fixed width: its first character, 1 being that of the line; default: behind the column before'),
      ...onlyColumnOptions,
    })
    .superRefine(({ type, format }, { addIssue }) => {
      const allowed = format === undefined ? undefined : allowedInsteadOf(format, type);
      if (allowed !== undefined)
        addIssue({ code: 'custom', path: ['format'], message: `"${format}" is unknown; allowed: ${allowed}` });
    }),
]);

const pgpSpec = z
  .strictObject({
    private_key: secret('Armored private key that the files are encrypted for'),
    passphrase: secret('Passphrase of the private key').optional(),
    public_keys: z.array(z.string().min(1)).default([]).describe('Armored public keys of those who sign the files'),
    require_signature: z
      .boolean()
      .default(false)
      .describe('True: a file without a valid signature by one of `public_keys` is refused'),
  })
  .refine((pgp) => !pgp.require_signature || pgp.public_keys.length > 0, {
    path: ['public_keys'],
    message: '`require_signature` needs the keys of those who may sign',
  });

/** The description of one stream of files, the same for every transport. */
export const fileSpec = z.strictObject({
  stream: z
    .string()
    .regex(/^[a-z][a-z0-9_]*$/, 'must be snake_case')
    .describe('Name of the stream, and of its table'),
  path: z.string().min(1).describe('Path or glob, e.g. `exports/engagement_*.csv.gz`'),
  ...choosingOptions,
  format: z
    .enum(FORMATS)
    .describe(
      '`csv`; `fixed_width`: fields by their places; `jsonl`: one JSON object per line; `json`: an array of objects; `avro` and `parquet`, whose schema gives the types; `xlsx`: one sheet of a workbook',
    ),
  records_in: z
    .string()
    .regex(/^[^.]+(\.[^.]+)*$/, 'must be names joined by `.`')
    .optional()
    .describe('JSON: where the array stands in the file, e.g. `data.items`; default: the file is the array'),
  sheet: z.string().min(1).optional().describe('XLSX: the sheet that is read; default: the first'),
  compression: z
    .union([z.enum(['auto', 'none', ...PACKINGS]), z.array(z.enum(PACKINGS)).min(1).max(8)])
    .default('auto')
    .describe(
      '`auto` goes by the endings `.gz`, `.zip`, `.bz2`, `.zst`, `.pgp`, `.gpg`, `.asc`, one after the other, and by the first bytes; a list names every packing, the outermost first, e.g. `[pgp, gzip]`',
    ),
  entries: z
    .string()
    .min(1)
    .optional()
    .describe('Which entries of a zip archive are read, as a glob on their names; default: all'),
  max_entries: z.int().positive().default(10_000).describe('An archive of more entries is refused'),
  max_ratio: z
    .number()
    .positive()
    .default(300)
    .describe('A file that unpacks to more than 64 MB and to more than so many times its size is refused as a bomb'),
  max_unpacked_bytes: z
    .int()
    .positive()
    .default(100 * 2 ** 30)
    .describe('A file that unpacks to more is refused'),
  pgp: pgpSpec.optional().describe('How files are decrypted; with it a file that is not encrypted is refused'),
  encoding: z
    .enum(ENCODINGS)
    .default('utf-8')
    .describe('A byte order mark is left out; `utf-16` goes by it, and `utf-16le` and `utf-16be` need none'),
  skip_lines: z.int().min(0).default(0).describe('Lines above the header (above the first record, without one)'),
  skip_rows: z.int().min(0).default(0).describe('CSV: rows below the header that are no records, e.g. one of units'),
  skip_footer_lines: z.int().min(0).max(1_000).default(0).describe('Lines at the end that are no records'),
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
  repair_header: z
    .boolean()
    .default(false)
    .describe('True: a column without a name is called `column_N`, and a name that is there again gets `_2`, `_3`'),
  ragged_rows: z
    .enum(RAGGED_RULES)
    .default('quarantine')
    .describe(
      'A row with another number of fields: `quarantine`; `pad`: fields that lack at its end are null, and empty ones beyond the columns are let go; `refuse` the file',
    ),
  columns: z
    .record(z.string(), columnSpec)
    .default({})
    .describe('Types by column; what is not declared is inferred once and then frozen'),
  only_columns: z
    .boolean()
    .default(false)
    .describe('True: what `columns` does not name is never read: it reaches no table and no quarantine'),
  nulls: z.array(z.string()).default(['']).describe('Bare texts that mean null'),
  quoted_nulls: z.boolean().default(false).describe('True: they mean null in quotes too'),
  true_texts: z.array(z.string()).default(['true']).describe('Texts that mean true, in small or capital letters'),
  false_texts: z.array(z.string()).default(['false']).describe('Texts that mean false'),
  decimal_separator: z.enum(['.', ',']).default('.').describe('How numbers are written in texts: `1.5` or `1,5`'),
  thousands_separator: z
    .enum(['.', ',', ' ', "'"])
    .optional()
    .describe('What stands between groups of three digits; default: nothing'),
  time_zone: z.string().meta({ kind: 'time zone' }).optional().describe('IANA zone of timestamps that carry none'),
  primary_key: z.array(z.string()).default([]).describe('Empty: file and row are the key'),
  max_record_bytes: z
    .int()
    .positive()
    .default(16 << 20)
    .describe('A longer record is refused, e.g. one whose quote never closes'),
});

export type FileSpec = z.output<typeof fileSpec>;
