import { z } from 'zod';
import { parseDuration } from '#sdk';

/** What a user writes under `config` of a source `airbyte`. */
export const airbyteConfig = z.strictObject({
  command: z
    .array(z.string().min(1))
    .min(1)
    .describe(
      'The source as a program with its arguments, a list; `spec`, `check`, `discover` or `read` and their files are added at the end. No shell looks at it, and paths begin at the folder of the configuration',
    ),
  config: z
    .record(z.string(), z.unknown())
    .default({})
    .describe("The source's own options, as its `spec` names them; they are held against it"),
  secrets: z
    .record(z.string(), z.string().min(1).meta({ secret: true }))
    .default({})
    .describe(
      "Those of the source's options that are secret, by their path such as `credentials.api_key`; put over `config`",
    ),
  environment: z
    .record(z.string(), z.string().meta({ secret: true }))
    .default({})
    .describe('Variables for the program. Of ours it gets PATH, the locale, the time zone and TMPDIR alone'),
  streams: z.array(z.string().min(1)).optional().describe('Names of the streams to offer; absent: all'),
  primary_keys: z
    .record(z.string(), z.array(z.string().min(1)).min(1))
    .default({})
    .describe('The key of a stream for which the source names none, by stream'),
  cursors: z
    .record(z.string(), z.string().min(1))
    .default({})
    .describe(
      'The cursor of a stream for which the source leaves the choice, by stream; a path such as `data.updated_at`',
    ),
  config_file: z
    .string()
    .min(1)
    .optional()
    .describe(
      'File that keeps a configuration which the source hands out itself, such as one with a new refresh token; absent: one below TRIBUTARY_HOME. Workers on several machines need one that all of them reach',
    ),
  timeout: z
    .string()
    .refine((text) => (parseDuration(text) ?? 0) > 0, 'must be a duration such as `30m`')
    .default('1h')
    .describe('A program that is waited for and has written nothing for so long is ended'),
});

export type AirbyteConfig = z.output<typeof airbyteConfig>;
