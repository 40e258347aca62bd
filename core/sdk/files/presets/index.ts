import { z } from 'zod';
import { didYouMean } from '../../../protocol/index.js';
import { fileSpec, type FileSpec } from '../file-spec.js';
import { brazeCurrents } from './braze-currents.js';
import type { Columns, Preset, PresetStream } from './preset.js';

export type { Preset };
import { sfmcDataView, sfmcTrackingExtract } from './sfmc.js';

/** The vendors' files whose layout is known. */
export const PRESETS = {
  braze_currents: brazeCurrents,
  sfmc_tracking_extract: sfmcTrackingExtract,
  sfmc_data_view: sfmcDataView,
} satisfies Readonly<Record<string, Preset>>;

type PresetName = keyof typeof PRESETS;
const names = Object.keys(PRESETS) as [PresetName, ...PresetName[]];

/** Several streams by one entry: which vendor's files they are, and where. All else of an entry may be given beside it. */
export const presetSpec = z
  .strictObject({
    preset: z.enum(names).describe('A layout of files that is known: it names streams, columns, types and keys'),
    streams: z
      .array(z.string())
      .min(1)
      .optional()
      .describe('Which of its streams are offered; absent: all. One where `path` holds one'),
    account: z.int().positive().optional().describe('Business unit of files that name none'),
    timestamp_format: z
      .string()
      .optional()
      .describe('How its times are written, such as `M/D/YYYY h:mm:ss A`, or `iso`; absent: as the vendor does'),
    ...fileSpec.omit({
      stream: true,
      format: true,
      primary_key: true,
      only_columns: true,
      entries: true,
      true_texts: true,
      false_texts: true,
    }).shape,
    format: z.enum(['csv', 'jsonl', 'avro']).optional().describe('Absent: that of the vendor'),
  })
  .superRefine(({ preset, streams }, context) => {
    const { streams: known, isOneStream }: Preset = PRESETS[preset];
    for (const [index, name] of (streams ?? []).entries())
      if (!Object.hasOwn(known, name))
        context.addIssue({
          code: 'custom',
          path: ['streams', index],
          message: `is no stream of this preset; ${didYouMean(name, Object.keys(known))}`,
        });
    if (isOneStream === true && streams?.length !== 1)
      context.addIssue({ code: 'custom', path: ['streams'], message: 'names the one stream that `path` holds' });
  });

export type PresetSpec = z.output<typeof presetSpec>;

/** A stream of a preset: what an entry of its own would say, and what it holds. */
export interface PresetFile {
  readonly spec: FileSpec;
  readonly summary: string;
}

/** What the entry means, stream by stream. */
export function presetFiles(entry: PresetSpec): readonly PresetFile[] {
  const { preset, streams, account, timestamp_format: given, format, path, columns, ...rest } = entry;
  const known: Preset = PRESETS[preset];
  const own = format ?? known.format;
  const times = given ?? (own === 'csv' ? known.timestampFormat : undefined);
  return Object.entries(known.streams)
    .filter(([name]) => streams?.includes(name) ?? true)
    .map(([stream, each]) => ({
      summary: each.summary,
      spec: fileSpec.parse({
        ...known.defaults,
        ...rest,
        stream,
        format: own,
        path: pathOf(path, each, own),
        ...(each.entries === undefined ? {} : { entries: each.entries }),
        primary_key: each.primary_key,
        only_columns: true,
        columns: { ...withTimes(withAccount(each.columns, account), times), ...columns },
      }),
    }));
}

const ENDINGS: Readonly<Record<string, string>> = { avro: '*.avro', jsonl: '*.json*', csv: '*.csv*' };

const pathOf = (path: string, { below }: PresetStream, format: string): string =>
  below === undefined ? path : `${path.replace(/\/$/, '')}/${below}/${ENDINGS[format] ?? '*'}`;

function withAccount(columns: Columns, account: number | undefined): Columns {
  const { account_id: column } = columns;
  if (account === undefined || typeof column !== 'object') return columns;
  return { ...columns, account_id: { ...column, missing: account } };
}

/** Times of the vendor's own form; those that are counted, such as seconds since 1970, stay so. */
function withTimes(columns: Columns, format: string | undefined): Columns {
  if (format === undefined || format === 'iso') return columns;
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [
      name,
      typeof column === 'object' && column.type === 'timestamptz' && column.format === undefined
        ? { ...column, format }
        : column,
    ]),
  );
}
