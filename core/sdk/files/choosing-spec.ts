import { z } from 'zod';
import { parseDuration } from '../../protocol/index.js';

const expression = z.string().refine((text) => {
  try {
    return new RegExp(text, 'u').source !== '';
  } catch {
    return false;
  }
}, 'must be a regular expression');

/** A name in the file's own folder; `{name}`, `{stem}` (up to the first dot) and the groups of `pattern` are put in. */
const besideIt = z
  .string()
  .min(1)
  .regex(/^[^/]+$/, 'must be a name without `/`: it is looked for in the folder of the file');

/** Which of the files that `path` finds are read, in which order and when, and what becomes of them. */
export const choosingOptions = {
  pattern: expression
    .optional()
    .describe(
      'Regular expression that the whole name of a file must fit; its named groups become columns, e.g. `engagement_(?<date>\\d{8})\\.csv`',
    ),
  order: z
    .enum(['name', 'modified'])
    .default('name')
    .describe('The order in which files are read: of two records with one key the later file wins'),
  latest_only: z.boolean().default(false).describe('True: of all files only the last in `order` is read'),
  ready: z
    .strictObject({
      marker: besideIt.optional().describe('A file that says that this one is whole, e.g. `{name}.done` or `_SUCCESS`'),
      stable_for: z
        .string()
        .refine((text) => parseDuration(text) !== undefined, 'must be a duration such as `30s`')
        .optional()
        .describe(
          'New files are looked at twice, so long apart, and those that changed meanwhile are left for the next run',
        ),
    })
    .default({})
    .describe('When a file is taken for whole'),
  processed: z
    .union([z.enum(['keep', 'delete']), z.strictObject({ archive: z.string().min(1) })])
    .default('keep')
    .describe('What becomes of a file once its records are committed: `keep`, `delete`, or `{ archive: FOLDER }`'),
  max_file_bytes: z
    .int()
    .positive()
    .default(64 * 2 ** 30)
    .describe('A larger file is refused, and the others are read'),
  integrity: z
    .strictObject({
      sidecar: besideIt
        .regex(/\.(sha256|md5)$/, 'must end in `.sha256` or `.md5`')
        .optional()
        .describe('A file with the checksum, e.g. `{name}.sha256`'),
      manifest: besideIt
        .optional()
        .describe('A JSON file that says of each file `bytes`, `records`, `sha256`, `md5`, `totals`'),
      trailer: expression
        .optional()
        .describe(
          'What the last line fits, which is no record: groups `records` and `total_COLUMN`, e.g. `TRL\\|(?<records>\\d+)`',
        ),
      records_in_name: z
        .boolean()
        .default(false)
        .describe('True: the group `records` of `pattern` is the number of records'),
    })
    .optional()
    .describe('What a file is held against before anything of it is committed'),
};

/** The options as they are used. */
export type Choosing = z.output<z.ZodObject<typeof choosingOptions>> & {
  readonly stream: string;
  readonly path: string;
};
