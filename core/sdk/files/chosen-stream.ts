import type { Field, FileVersion, NamedValue, OpenFile } from '../../protocol/index.js';
import { ConnectorError } from '../errors.js';
import type { FileStream } from '../source.js';
import { chosenFiles, groupNames, groupsIn, settleFile } from './choose.js';
import type { FileSpec } from './file-spec.js';
import { fileStream } from './file-stream.js';
import { declaredFields } from './header.js';
import { beforeTrailer, counting, expectedOf, mismatch, verify, withMd5, type Found } from './integrity.js';
import { plainNumbers } from './numbers.js';
import type { FileTransport } from './transport.js';

/**
 * A stream of files as its entry chooses them: which, when and in which order, what each is held against, what its name says,
 * and what becomes of it. How a file is unpacked and parsed is `fileStream`.
 */
export async function chosenStream(
  transport: FileTransport,
  spec: FileSpec,
  frozen: readonly Field[] | undefined,
  signal: AbortSignal,
): Promise<FileStream> {
  const names = groupNames(spec);
  const isNamed = (name: string) => names.includes(name);
  const named = namedFields(spec, names);
  const reading = new WeakMap<FileVersion, Found>();
  const { trailer } = spec.integrity ?? {};
  const inner = await fileStream(
    choosing(transport, spec, reading),
    {
      ...spec,
      columns: Object.fromEntries(Object.entries(spec.columns).filter(([name]) => !isNamed(name))),
      primary_key: spec.primary_key.filter((name) => !isNamed(name)),
    },
    frozen?.filter(({ name }) => !isNamed(name)),
    signal,
    (chunks, file) => (trailer === undefined ? chunks : beforeTrailer(chunks, reading.get(file) ?? newFound())),
  );
  const twice = inner.fields.find(({ name }) => isNamed(name));
  if (twice !== undefined) throw bothNamed(spec, twice.name);
  const formats = formatsOf(spec, names);
  return {
    ...inner,
    primaryKey: spec.primary_key,
    fields: [...inner.fields, ...named],
    ...(inner.parsing === undefined ? {} : { parsing: withFormats(inner.parsing, formats) }),
    list: (abort, listing) => chosenFiles(transport, spec, abort, listing),
    async open(file, abort) {
      const found = newFound();
      reading.set(file, found);
      const said = spec.integrity === undefined ? {} : await expectedOf(transport, spec, file, abort);
      if (said.bytes !== undefined && said.bytes !== file.bytes)
        throw mismatch(file.name, `its size in bytes is ${file.bytes} and should be ${said.bytes}`);
      const open = await inner.open(file, abort);
      const columns = new Set([...Object.keys(said.totals ?? {}), ...trailerTotals(trailer)]);
      const counts = said.records !== undefined || trailer !== undefined || columns.size > 0;
      const counted = counts
        ? { scanner: counting(open.scanner, open.fields, found, [...columns], plainNumbers(spec)) }
        : {};
      return {
        ...withNamed({ ...open, ...counted }, named, groupsIn(spec, file.name) ?? {}, spec),
        parsing: withFormats(open.parsing, formats),
        ...(spec.integrity === undefined ? {} : { verify: () => verify(file, spec, said, found, open.identity()) }),
      };
    },
    ...(spec.processed === 'keep'
      ? {}
      : {
          settle: (file: FileVersion, checksum: string, abort: AbortSignal) =>
            settleFile(transport, spec, file, checksum, abort),
        }),
  };
}

const newFound = (): Found => ({ records: 0, totals: {} });

/** The transport as a sample sees it too: only files that are chosen, none beyond the limit. */
function choosing(transport: FileTransport, spec: FileSpec, reading: WeakMap<FileVersion, Found>): FileTransport {
  const isHashed = spec.integrity?.sidecar?.endsWith('.md5') === true || spec.integrity?.manifest !== undefined;
  return {
    ...transport,
    async *list(_pattern, signal) {
      for await (const file of chosenFiles(transport, spec, signal)) if (file.bytes <= spec.max_file_bytes) yield file;
    },
    open(file, signal, from) {
      if (file.bytes > spec.max_file_bytes)
        throw mismatch(file.name, `it has ${file.bytes} bytes, and \`max_file_bytes\` allows ${spec.max_file_bytes}`);
      const chunks = transport.open(file, signal, from);
      const found = reading.get(file);
      return isHashed && found !== undefined ? withMd5(chunks, found) : chunks;
    },
  };
}

/** The columns that come from the name; of the declared type, else texts. */
function namedFields(spec: FileSpec, names: readonly string[]): readonly Field[] {
  const declared = new Map(declaredFields(spec).map((field) => [field.name, field]));
  return names.map((name) => {
    if (name.startsWith('_'))
      throw new ConnectorError('config', `Stream "${spec.stream}": group "${name}" of \`pattern\` begins with "_".`, {
        stream: spec.stream,
        hint: 'Give it another name.',
      });
    const field = declared.get(name) ?? { name, type: 'string' as const, nullable: true };
    return spec.primary_key.includes(name) ? { ...field, nullable: false } : field;
  });
}

/** Records that are objects get the values as they are; those of a scanner get them beside. */
function withNamed(
  open: OpenFile,
  named: readonly Field[],
  groups: Readonly<Record<string, string>>,
  spec: FileSpec,
): OpenFile {
  if (named.length === 0) return open;
  const values: NamedValue[] = named.map((field) => ({ field, text: groups[field.name] ?? '' }));
  const twice = open.fields.find((field) => named.some(({ name }) => name === field.name));
  if (twice !== undefined) throw bothNamed(spec, twice.name);
  const { scanner } = open;
  if ('next' in scanner) return { ...open, named: values };
  const own = Object.fromEntries(values.map(({ field, text }) => [field.name, valueOf(field, text, spec)]));
  const add = (records: ReturnType<typeof scanner.push>) =>
    records.map((record) =>
      record instanceof Error || ('reason' in record && 'payload' in record) ? record : { ...record, ...own },
    );
  return {
    ...open,
    fields: [...open.fields, ...named],
    scanner: {
      push: (chunk) => add(scanner.push(chunk)) as ReturnType<typeof scanner.push>,
      end: () => add(scanner.end()) as ReturnType<typeof scanner.push>,
      get late() {
        return scanner.late;
      },
    },
  };
}

function valueOf({ type }: Field, text: string, { nulls }: FileSpec): unknown {
  if (nulls.includes(text)) return null;
  if (type === 'integer' && /^[+-]?\d+$/.test(text)) return BigInt(text);
  if (type === 'number' && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  return text;
}

const trailerTotals = (trailer: string | undefined): readonly string[] =>
  [...(trailer ?? '').matchAll(/\(\?<total_(\w+)>/g)].map(([, name]) => name as string);

function formatsOf({ columns }: FileSpec, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const column = columns[name];
      return typeof column === 'object' && column.format !== undefined ? [[name, column.format]] : [];
    }),
  );
}

const withFormats = (parsing: OpenFile['parsing'], formats: Readonly<Record<string, string>>): OpenFile['parsing'] => ({
  ...parsing,
  formats: { ...parsing.formats, ...formats },
});

function bothNamed(spec: FileSpec, name: string): ConnectorError {
  return new ConnectorError(
    'config',
    `Stream "${spec.stream}": "${name}" is a group of \`pattern\` and a column of the file.`,
    {
      stream: spec.stream,
      hint: 'Give the group another name.',
    },
  );
}
