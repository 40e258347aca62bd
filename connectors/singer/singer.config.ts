import { z } from 'zod';
import { parseDuration } from '#sdk';

/** What a user writes under `config` of a source `singer`. */
export const singerConfig = z.strictObject({
  command: z
    .array(z.string().min(1))
    .min(1)
    .describe(
      'The tap with its arguments, such as `[/opt/taps/tap-x/bin/tap-x]`; no shell reads it. A path is taken from the folder of the configuration',
    ),
  config: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('What the tap calls its config, apart from what is secret'),
  secrets: z
    .record(z.string(), z.string().min(1).meta({ secret: true }))
    .default({})
    .describe(
      'Options of the tap that are secret, by their path such as `credentials.api_key`; put over those of `config`',
    ),
  environment: z
    .record(z.string(), z.string().meta({ secret: true }))
    .default({})
    .describe(
      'Variables of the environment that the tap sees, beside `PATH`, the locale, the time zone and the folder for what is temporary',
    ),
  catalog: z
    .string()
    .min(1)
    .optional()
    .describe('Path of a catalog to use where the tap cannot discover one; taken from the folder of the configuration'),
  catalog_option: z
    .enum(['--catalog', '--properties'])
    .default('--catalog')
    .describe('How the tap wants the catalog: old ones call it `--properties`'),
  replication_methods: z
    .record(z.string(), z.enum(['FULL_TABLE', 'INCREMENTAL', 'LOG_BASED']))
    .default({})
    .describe('How a stream is read for which the tap leaves the choice, by stream'),
  cursors: z
    .record(z.string(), z.string().min(1))
    .default({})
    .describe('The replication key of a stream for which the tap leaves the choice, by stream'),
  primary_keys: z
    .record(z.string(), z.array(z.string().min(1)).min(1))
    .default({})
    .describe('The key of a stream for which the tap names none, by stream'),
  timeout: z
    .string()
    .refine((text) => (parseDuration(text) ?? 0) > 0, 'must be a duration such as `30m`')
    .default('1h')
    .describe('A tap that is waited for and has written nothing for so long, neither messages nor notes, is ended'),
  max_message_bytes: z
    .int()
    .min(1024)
    .max(2 ** 29)
    .default(64 * 2 ** 20)
    .describe('The longest message, a line'),
});

export type SingerConfig = z.output<typeof singerConfig>;
