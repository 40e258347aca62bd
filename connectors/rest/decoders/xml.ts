import { SaxesParser } from 'saxes';
import { ConnectorError } from '#sdk';
import { setKey } from '../template/values.js';

const MOST_DEPTH = 1000;

interface Open {
  readonly name: string;
  readonly fields: Record<string, unknown>;
  text: string;
}

/** XML as mappings, as the reference has it: attributes as `@name`, text beside others as `#text`, what comes twice as a list, nothing as null. */
export function xmlValue(text: string): unknown {
  const root: Open = { name: '', fields: {}, text: '' };
  const open: Open[] = [root];
  // Without a DTD there are no entities, so none that grow.
  const parser = new SaxesParser({ position: false });
  let fault: Error | undefined;
  parser.on('error', (error) => (fault ??= error));
  parser.on('opentag', ({ name, attributes }) => {
    if (open.length > MOST_DEPTH)
      throw new ConnectorError('source', `An answer has elements in more than ${MOST_DEPTH} others.`, {
        hint: 'Look at what the API answers: no report is so deep.',
      });
    const fields: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(attributes)) setKey(fields, `@${key}`, value);
    open.push({ name, fields, text: '' });
  });
  const add = (part: string) => {
    open.at(-1)!.text += part;
  };
  parser.on('text', add);
  parser.on('cdata', add);
  parser.on('closetag', () => {
    const { name, fields, text: written } = open.pop()!;
    const trimmed = written.trim();
    const isPlain = Object.keys(fields).length === 0;
    if (!isPlain && trimmed !== '') fields['#text'] = trimmed;
    const value = isPlain ? (trimmed === '' ? null : trimmed) : fields;
    const target = open.at(-1)!.fields;
    const present = Object.hasOwn(target, name) ? target[name] : undefined;
    if (present === undefined) setKey(target, name, value);
    else if (Array.isArray(present)) present.push(value);
    else setKey(target, name, [present, value]);
  });
  parser.write(text).close();
  if (fault !== undefined) throw new ConnectorError('source', 'An answer is no XML.', { cause: fault });
  return root.fields;
}
