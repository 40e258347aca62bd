import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fromJsonText } from '../../protocol/index.js';
import { ConnectorError } from '../../sdk/index.js';

/** The text of the file that an option names. Throws a `config` error where there is none, or none that can be read. */
export async function fileOf(option: string, path: string | undefined): Promise<string> {
  if (path === undefined)
    throw new ConnectorError('config', `\`${option}\` is missing.`, { hint: `Give it a file: \`${option} FILE\`.` });
  return readFile(path, 'utf8').catch((cause: unknown) => {
    const why = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'is not there' : 'cannot be read';
    throw new ConnectorError('config', `The file of \`${option}\`, "${path}", ${why}.`, {
      cause,
      hint: 'Check the path.',
    });
  });
}

/** Of verbs that others start too: a host such as Meltano makes the configuration's file anew for each run, in a folder of its own. */
export const BASE_FOLDER = [
  '--base-folder <folder>',
  'where the paths that the configuration names begin; default: the folder of its file',
] as const;

export const baseFolderOf = (configuration: string | undefined, chosen: string | undefined): string =>
  chosen === undefined ? dirname(resolve(configuration ?? '.')) : resolve(chosen);

/** The JSON of that file, with all digits. Throws a `config` error that names the file and the place in it, and nothing of what it holds. */
export async function jsonFile(option: string, path: string | undefined): Promise<unknown> {
  const text = await fileOf(option, path);
  try {
    return fromJsonText(text);
  } catch {
    const [line, column] = faultIn(text);
    // The parser's own words quote the text, which may be a secret: they are no cause of this one.
    throw new ConnectorError('config', `The file of \`${option}\`, "${path}", is no JSON: ${path}:${line}:${column}.`, {
      hint: 'Look at that line: a comma, a quote or a bracket is missing or too many, just there or before it.',
    });
  }
}

/** Line and column, from 1, of the first character with which the text can no longer become JSON. */
function faultIn(text: string): readonly [line: number, column: number] {
  let [good, bad] = [0, text.length + 1];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (mayGoOn(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  const lines = text.slice(0, good).split('\n');
  return [lines.length, lines.at(-1)!.length + 1];
}

/** Not every fault has a position in the parser's words; that a beginning is wrong only in its end, each of them tells. */
function mayGoOn(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return true;
  } catch (error) {
    const { message } = error as Error;
    const position = /at position (\d+)/.exec(message)?.[1];
    return (
      message.includes('end of JSON input') ||
      message.startsWith('Unterminated string') ||
      Number(position) >= beginning.length
    );
  }
}
