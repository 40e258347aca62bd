import { ConnectorError } from '#sdk';
import { writeJson } from '#sdk/http';
import { isComponent } from '../manifest/text.js';
import { setKey } from '../template/values.js';

export type Options = Readonly<Record<string, unknown>>;

const isSame = (a: unknown, b: unknown): boolean => writeJson(a) === writeJson(b);

/**
 * Puts options of several components together. Two that set the same field are an error, but for the same value in a JSON body,
 * whose mappings grow together.
 */
export function merged(
  what: string,
  parts: readonly (Options | string | undefined)[],
  isJson = false,
): Options | string {
  const filled = parts.filter(
    (part) => part !== undefined && part !== '' && (typeof part === 'string' || Object.keys(part).length > 0),
  );
  const text = filled.find((part) => typeof part === 'string');
  if (text !== undefined) {
    if (filled.length > 1)
      throw new ConnectorError('config', `The ${what} of a request is a text, so nothing can be put into it.`, {
        hint: 'Make it a mapping in the manifest.',
      });
    return text;
  }
  const made: Record<string, unknown> = {};
  for (const part of filled) mergeInto(made, part as Options, what, isJson);
  return made;
}

function mergeInto(target: Record<string, unknown>, source: Options, what: string, isJson: boolean): void {
  for (const [key, value] of Object.entries(source)) {
    if (!Object.hasOwn(target, key)) {
      setKey(target, key, isJson ? structuredClone(value) : value);
      continue;
    }
    const present = target[key];
    if (isJson && isComponent(present) && isComponent(value)) mergeInto(present, value, what, isJson);
    else if (!isJson || !isSame(present, value))
      throw new ConnectorError('config', `Two parts of a stream set "${key}" in the ${what} of a request.`, {
        hint: 'Keep one of them. In the short form `parameters` (or `headers`), `auth`, `paging` and `cursor` set it, in a manifest the requester, the authenticator, the paginator, the cursor and the partition router.',
      });
  }
}
