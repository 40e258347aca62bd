import { BadRecord, type Field, type ObjectScanner, type RecordData } from '../../protocol/index.js';
import { guessFields } from './infer.js';

/** Looks at every record for fields that are not known, which only a later part of a file may have. */
export function noticingLate(
  scanner: Omit<ObjectScanner, 'late'>,
  known: readonly Field[],
  key: readonly string[],
): ObjectScanner {
  const names = new Set(known.map(({ name }) => name));
  const late = guessFields(key);
  /** Names that are known, where the records before had them: most records are of one layout. */
  const layout: string[] = [];
  const looked = (found: readonly (RecordData | BadRecord)[]) => {
    for (const record of found) {
      if (record instanceof BadRecord) continue;
      let at = 0;
      for (const name in record) {
        if (layout[at] !== name) {
          if (names.has(name)) layout[at] = name;
          else late.see(name, record[name]);
        }
        at += 1;
      }
    }
    return found;
  };
  return {
    push: (chunk) => looked(scanner.push(chunk)),
    end: () => looked(scanner.end()),
    get late() {
      return late.fields;
    },
  };
}
