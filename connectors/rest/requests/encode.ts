import { quoteQuery } from '../template/quote.js';
import { textOf } from '../template/values.js';

/** A query or a form, as the reference writes it: spaces as `+`, a list as one field each, nothing for what is null. */
export function formText(fields: Readonly<Record<string, unknown>>): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(fields))
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== null && one !== undefined) parts.push(`${quoteQuery(name)}=${quoteQuery(textOf(one))}`);
  return parts.join('&');
}
