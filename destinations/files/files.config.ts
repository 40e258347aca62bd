import { z } from 'zod';
import { secret } from '#sdk';
import { gcsPlace } from '../../connectors/gcs/gcs.config.js';
import { s3Place } from '../../connectors/s3/s3.config.js';
import { sftpPlace } from '../../connectors/sftp/sftp.config.js';

const PLACES = ['local', 'sftp', 's3', 'gcs'] as const;
const PLACEHOLDERS = ['connection', 'stream', 'date', 'time', 'number', 'part'] as const;

const PLACEHOLDER = new RegExp(`\\{(${PLACEHOLDERS.join('|')})\\}`, 'g');

const csvOptions = z.strictObject({
  delimiter: z
    .string()
    .length(1)
    .refine((text) => text > '\0' && text <= '~' && !'"\r\n'.includes(text), 'must be one ASCII character')
    .default(','),
  header: z.boolean().default(true).describe('True: the first line names the columns'),
  line_end: z.enum(['lf', 'crlf']).default('lf'),
  neutralise_formulas: z
    .boolean()
    .default(false)
    .describe(
      "True: a text that a spreadsheet would take for a formula (`=`, `+`, `-`, `@` at its beginning) gets a `'` before it",
    ),
});

const pgpOptions = z.strictObject({
  public_keys: z.array(z.string().min(1)).min(1).describe('Armored public keys of those who may decrypt the files'),
  private_key: secret('Armored private key that signs the files').optional(),
  passphrase: secret('Passphrase of the private key').optional(),
  armor: z.boolean().default(false).describe('True: as text (`.asc`) and not in bytes'),
});

export const filesConfig = z
  .strictObject({
    local: z
      .literal(true)
      .optional()
      .describe('Files lie in a folder of this machine; `folder` is taken from that of the configuration'),
    sftp: sftpPlace.optional().describe('Files lie on an SSH server; options as those of the connector `sftp`'),
    s3: s3Place.optional().describe('Files lie in a bucket; options as those of the connector `s3`'),
    gcs: gcsPlace
      .optional()
      .describe('Files lie in a bucket of Google Cloud Storage; options as those of the connector `gcs`'),
    folder: z.string().default('.').describe('The folder at that place which files are delivered to'),
    state_folder: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Folder at the same place for what was committed, and for rejected records; default: `.tributary` in `folder`',
      ),
    format: z.enum(['csv', 'jsonl', 'parquet']).describe('`csv`, `jsonl` (one JSON object per line) or `parquet`'),
    compression: z
      .enum(['none', 'gzip', 'zstd'])
      .default('none')
      .describe('How files are packed; in Parquet it packs the pages, and `none` is snappy there'),
    pgp: pgpOptions.optional().describe('Files are encrypted, and signed where there is a private key'),
    csv: csvOptions.prefault({}).describe('How CSV is written'),
    file_name: z
      .string()
      .min(1)
      .default('{stream}/{stream}_{number}_{part}')
      .refine((text) => !/[{}]/.test(text.replaceAll(PLACEHOLDER, '')), {
        message: `knows {${PLACEHOLDERS.join('}, {')}}`,
      })
      .refine(
        (text) => !text.split('/').some((part) => part === '' || part === '.' || part === '..'),
        'must be a path below `folder`',
      )
      .describe(
        'Path of a file below `folder`, without its ending. `{number}` counts what was committed and is needed to append; without `{part}` each commit is one file',
      ),
    max_file_bytes: z
      .int()
      .min(1 << 20)
      .default(512 << 20)
      .describe('A file that has more bytes before it is packed is followed by another part'),
    control_totals: z
      .array(z.string().min(1))
      .default([])
      .describe('Columns of numbers whose sums stand in the manifest'),
  })
  .refine(
    (config) => PLACES.filter((place) => config[place] !== undefined).length === 1,
    `exactly one of \`${PLACES.join('`, `')}\` is needed`,
  )
  .refine(({ pgp }) => pgp?.passphrase === undefined || pgp.private_key !== undefined, {
    path: ['pgp', 'passphrase'],
    message: 'belongs to a `private_key`',
  });

export type FilesConfig = z.output<typeof filesConfig>;
