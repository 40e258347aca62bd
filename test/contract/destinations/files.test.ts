import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fromJsonText, type Field, type RecordData, type TableSpec } from '../../../core/protocol/index.js';
import { files } from '../../../destinations/files/files.destination.js';
import { conformanceFolder, everyCase } from '../../support/conformance.js';

/** A line as a record; numbers of columns as their texts, so that no digit is lost. */
function recordOf(line: string, fields: readonly Field[]): RecordData {
  const keepText = (_key: string, part: unknown, context?: { readonly source?: string }) =>
    typeof part === 'number' ? context?.source : part;
  const texts = JSON.parse(line, keepText as never) as RecordData;
  const values = fromJsonText(line) as RecordData;
  return Object.fromEntries(fields.map(({ name, type }) => [name, (type === 'json' ? values : texts)[name]]));
}

/** What whoever takes the files that manifests name has of a stream. */
function delivered(folder: string, { connection, stream, fields }: TableSpec): readonly RecordData[] | undefined {
  const place = join(folder, connection);
  if (!existsSync(place)) return undefined;
  const names = readdirSync(place, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.manifest.json'))
    .flatMap((name) => {
      const manifest = JSON.parse(readFileSync(join(place, name), 'utf8')) as {
        stream: string;
        files: { name: string }[];
      };
      if (manifest.stream !== stream) return [];
      return manifest.files.flatMap((file) => {
        const text = readFileSync(join(place, dirname(name), file.name), 'utf8');
        return text
          .split('\n')
          .filter(Boolean)
          .map((line) => recordOf(line, fields));
      });
    });
}

const because = (reason: string, ...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, reason]));

const NOT_APPLICABLE = {
  ...because(
    'It does not compare what is written with what is there.',
    'overwrite leaves exactly what was read, with a key',
    'a schema changes in mid-run: what was staged before lands beside what is staged after',
  ),
  ...because(
    'It does not merge.',
    'merge inserts, updates, and leaves rows alone that are the same',
    'a checkpoint that replaces all leaves exactly what was read, also of a merge or append',
    'merge knows null from an empty text, and null from null',
    'the first load of a new table lands directly, each key once',
    'of files without key, another version of a file replaces its own rows',
    'of a key that comes twice in one batch the last version stays',
    'of a key that comes in two batches the last version stays',
    'an older version never replaces a newer one, in a batch or in the table',
    'of two versions that are equal the one that came later stays',
    'versions are compared as what they are: instants, and numbers beyond 2^53',
    'a record whose key changes is another row; an overwrite takes the old one away',
    'a stream that comes with another key is refused, and the table stays as it is',
    'a record without its key goes to quarantine, and the others land',
    'keys of several columns and types differ where one part does',
    'keys of text differ by case, spaces, accents and how they are composed',
    'keys of numbers beyond 2^53 are told apart',
    'two writers of one run into one table at once: each key is there once, and the ledgers balance',
    'a later good version takes a record out of quarantine; an earlier one in the same slice does not',
  ),
  ...because(
    'A file without columns has no rows that could be told.',
    'a stream without columns lands as rows without columns',
  ),
  ...because(
    'What is delivered once is not changed.',
    'a column that comes is added; the rows before it have null there',
    'a column that no longer comes stays with what it holds; new rows have null there',
    'a column is widened, and what it holds keeps its value',
    'a day is widened to a time at its beginning',
    'a table that somebody else has made is refused, or adopted where that is asked for, and keeps its rows',
  ),
  ...because(
    'Its columns are committed with the next checkpoint.',
    'a run that was taken over can neither make nor change a table',
  ),
  ...because(
    'It has no tables.',
    'tables may have such names too',
    'streams whose names differ by case alone are kept apart, or refused with both, in one run or in the next',
  ),
  ...because(
    'No way that loses replies is given (`loseReply`).',
    'a commit whose reply is lost is found, and counted once',
    'a commit that is lost on its way is refused, and can be done again by the same run',
  ),
};

describe('files keep the contract of a destination:', () => {
  everyCase(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tributary-conformance-files-'));
    const config = { local: true, folder, format: 'jsonl', file_name: '{connection}/{stream}/{number}_{part}' };
    const writer = conformanceFolder('files', config);
    return {
      subject: {
        plugin: files,
        config,
        startWriter: writer.start,
        read: async (table) => delivered(folder, table),
      },
      async close() {
        writer.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  }, NOT_APPLICABLE);
});
