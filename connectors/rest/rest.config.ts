import { z } from 'zod';
import { optionError } from '#sdk';
import { shortForm } from './manifest/short-form.js';

const ALLOWANCES = ['loopback', 'private', 'http'] as const;

/** What a user writes under `config` of a source `rest`. */
export const restConfig = z
  .strictObject({
    manifest: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Path of the manifest, taken from the folder of the configuration; a declarative manifest as it stands, or the short form',
      ),
    api: shortForm.optional().describe('The short form in place of a file; see docs/custom-api.md'),
    manifest_config: z
      .record(z.string(), z.unknown())
      .default({})
      .describe('What the manifest calls `config`: its own options, as its `spec` names them'),
    secrets: z
      .record(z.string(), z.string().min(1).meta({ secret: true }))
      .default({})
      .describe(
        'Options of the manifest that are secret, by their path such as `credentials.api_key`; put over those of `manifest_config`',
      ),
    streams: z.array(z.string()).optional().describe('Names of the streams to offer; absent: all'),
    allow: z
      .array(z.enum(ALLOWANCES))
      .default([])
      .describe(
        'Addresses beyond public ones over https: `loopback` (this machine, also by http), `private` (own network), `http` (without encryption)',
      ),
    allowed_hosts: z
      .array(z.string().min(1))
      .default([])
      .describe(
        'Hosts beside those that the manifest names, such as the storage that reports lie in; `*.example.com` for all below it',
      ),
    modules: z
      .record(z.string(), z.string().min(1))
      .default({})
      .describe(
        'TypeScript or JavaScript modules that take the place of Python classes, by the `class_name` of the manifest',
      ),
    tokens_file: z
      .string()
      .min(1)
      .optional()
      .describe(
        'File in which refresh tokens that can be used once are kept; several sources and processes may share it',
      ),
    max_response_bytes: z
      .int()
      .min(1024)
      .max(2 ** 30)
      .default(64 * 2 ** 20)
      .describe(
        "The largest answer, as it comes over the wire without its transfer's packing; what is packed in it is bounded by it too, see Limits",
      ),
    max_pages: z
      .int()
      .min(1)
      .default(100_000)
      .describe('The most pages of one slice, so that paging that does not end is stopped'),
  })
  .refine(
    ({ manifest, api }) => (manifest === undefined) !== (api === undefined),
    'one of `manifest` and `api` is needed',
  );

export type RestConfig = z.output<typeof restConfig>;

/** Options that no configuration of the host has judged, such as those of a file for `connectors try`. Throws `config`. */
export function parsedOptions(given: unknown): RestConfig {
  const parsed = restConfig.safeParse(given);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => ({ path: path as (string | number)[], message }));
  throw optionError(issues, { hint: 'See docs/connectors/rest.md for the options of the source `rest`.' });
}
