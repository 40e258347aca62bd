import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { ConnectorError } from '../../sdk/index.js';

/** What `--options` is told as by the verbs that have it. */
export const OPTIONS_ABOUT =
  'YAML with the options of the source `rest`: manifest_config, secrets, modules, allow; its paths begin at its folder';

/** The options of a source `rest` that stand in a file of their own; none without one. Its paths are whole. */
export async function restOptions(file: string | undefined): Promise<Record<string, unknown>> {
  if (file === undefined) return {};
  const text = await fileText(file);
  const own = (parse(text) ?? {}) as Record<string, unknown>;
  // As in the configuration: from the folder of the file that names them.
  const folder = dirname(resolve(file));
  const modules =
    typeof own['modules'] === 'object' && own['modules'] !== null
      ? Object.fromEntries(Object.entries(own['modules']).map(([name, path]) => [name, resolve(folder, String(path))]))
      : undefined;
  const placeOf = (reference: string) =>
    `${file}:${text.split('\n').findIndex((line) => line.replace(/(^|\s)#.*/, '').includes(reference)) + 1}`;
  const whole = resolved({ ...own, ...(modules === undefined ? {} : { modules }) }, placeOf);
  const { tokens_file: tokens, ...all } = whole as Record<string, unknown>;
  if (tokens === undefined) return all;
  return { ...all, tokens_file: typeof tokens === 'string' ? resolve(folder, tokens) : tokens };
}

/** `${env:NAME}` and `${env:NAME:-default}`, as in the configuration. */
function resolved(value: unknown, placeOf: (reference: string) => string): unknown {
  if (Array.isArray(value)) return value.map((part) => resolved(part, placeOf));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, resolved(part, placeOf)]));
  const reference = typeof value === 'string' ? /^\$\{env:(\w+)(?::-(.*))?\}$/.exec(value) : null;
  if (reference === null) return value;
  const found = process.env[reference[1]!] ?? reference[2];
  if (found === undefined)
    throw new ConnectorError('config', `${placeOf(reference[0])}: the variable ${reference[1]} is not set.`, {
      hint: 'Set it, or give a default by `:-`.',
    });
  return found;
}

export async function fileText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ConnectorError('config', `"${path}" cannot be read.`, { cause, hint: 'Check the path.' });
  });
}
