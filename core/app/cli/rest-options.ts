import { dirname, resolve } from 'node:path';
import { fileOf } from './json-file.js';

/** What `--options` is told as by the verbs that have it. */
export const OPTIONS_ABOUT =
  'YAML with the options of the source `rest`: manifest_config, secrets, modules, allow; its paths begin at its folder';

/** The options of a source `rest` that stand in a file of their own; none without one. Its paths are whole. */
export async function restOptions(file: string | undefined): Promise<Record<string, unknown>> {
  if (file === undefined) return {};
  const text = await fileOf('--options', file);
  const [{ referencedOptions }, { secretReader }] = await Promise.all([
    import('../../settings/index.js'),
    import('../../security/secret-stores/index.js'),
  ]);
  const own = await referencedOptions(file, text, {
    env: process.env,
    readStored: (from) => secretReader(process.env, from).read,
    hint: 'Correct the file; docs/connectors/rest.md has the options of the source `rest`.',
  });
  // As in the configuration: from the folder of the file that names them.
  const folder = dirname(resolve(file));
  const whole = (value: unknown): unknown => {
    if (typeof value === 'string') return resolve(folder, value);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, path]) => [name, whole(path)]));
  };
  return Object.fromEntries(Object.entries(own).map(([key, value]) => [key, PATHS.has(key) ? whole(value) : value]));
}

/** Options that are paths, or hold some. */
const PATHS = new Set(['modules', 'tokens_file']);
