import type { Field, FileVersion } from '../../protocol/index.js';
import { ConnectorError, toConnectorError } from '../errors.js';
import type { FileStream } from '../source.js';
import type { FileSpec } from './file-spec.js';
import { placesOf } from './fixed-width.scanner.js';
import { declaredFields } from './header.js';
import { openFile, parsingRules, type Shape } from './open-file.js';
import { sampleFile, type Sample } from './sample.js';
import type { FileTransport } from './transport.js';

/**
 * A stream of files as the engine reads it. Fields are typed by the declaration, else by what an earlier run has frozen,
 * else by a sample of the newest file that has records, which the engine then freezes.
 */
export async function fileStream(
  transport: FileTransport,
  spec: FileSpec,
  frozen: readonly Field[] | undefined,
  signal: AbortSignal,
  shape: Shape = (chunks) => chunks,
): Promise<FileStream> {
  const declared = new Map(declaredFields(spec).map((field) => [field.name, field]));
  if (isByPlace(spec) && declared.size === 0)
    throw configError(spec, 'without a header the columns must be declared', 'List them under `columns`, in order.');
  if (spec.format === 'fixed_width') placesOf(spec);
  if (spec.decimal_separator === spec.thousands_separator)
    throw configError(spec, '`decimal_separator` and `thousands_separator` are one', 'Leave out one of them.');
  if (spec.only_columns && spec.format === 'csv' && !spec.header)
    throw configError(spec, '`only_columns` goes by names, and there is no header', 'Leave out one of them.');
  const beyond = Object.entries(spec.columns).find(
    ([, column]) => typeof column === 'object' && ONLY_WITH.some((option) => column[option] !== undefined),
  );
  if (!spec.only_columns && beyond !== undefined)
    throw configError(
      spec,
      `column "${beyond[0]}" says what only \`only_columns\` knows`,
      'Set `only_columns: true`, which reads the declared columns and nothing else.',
    );
  const fields = await fieldsOf(transport, spec, frozen, declared, signal, shape).catch((error: unknown) => {
    throw signal.aborted ? error : toConnectorError(error, { stream: spec.stream });
  });
  const names = fields.map((field) => field.name);
  const missing = spec.primary_key.filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw configError(
      spec,
      `primary_key names "${missing.join('", "')}", which is no column`,
      `Columns: ${names.join(', ')}.`,
    );
  const known = new Map([...declared, ...fields.map((field) => [field.name, field] as const)]);
  return {
    summary: `Files ${spec.path} (${spec.format})`,
    primaryKey: spec.primary_key,
    fields,
    isInferred: names.some((name) => !declared.has(name)),
    parsing: parsingRules(spec),
    isText: spec.format === 'csv' || spec.format === 'fixed_width',
    list: (abort) => transport.list(spec.path, abort),
    open: (file, abort) => openFile(transport, spec, known, file, abort, shape),
  };
}

/** True where a field is known by its place alone. */
const isByPlace = ({ format, header }: FileSpec): boolean =>
  format === 'fixed_width' || (!header && (format === 'csv' || format === 'xlsx'));

/** Options of a column that mean nothing where a file's columns are read as they come. */
const ONLY_WITH = ['in_file', 'missing', 'clean', 'number_unless'] as const;

async function fieldsOf(
  transport: FileTransport,
  spec: FileSpec,
  frozen: readonly Field[] | undefined,
  declared: ReadonlyMap<string, Field>,
  signal: AbortSignal,
  shape: Shape,
): Promise<readonly Field[]> {
  if (spec.only_columns) return [...declared.values()];
  // Without a header the order of the declaration is the order in the file.
  if (isByPlace(spec)) return [...declared.values()];
  const found = frozen ?? (await sampledFields(transport, spec, declared, signal, shape));
  const names = new Set(found.map((field) => field.name));
  const fields = found.map((field) => declared.get(field.name) ?? field);
  const others = spec.format !== 'csv' ? [...declared.values()].filter((field) => !names.has(field.name)) : [];
  return [...fields, ...others].map((field) =>
    spec.primary_key.includes(field.name) ? { ...field, nullable: false } : field,
  );
}

async function sampledFields(
  transport: FileTransport,
  spec: FileSpec,
  declared: ReadonlyMap<string, Field>,
  signal: AbortSignal,
  shape: Shape,
): Promise<readonly Field[]> {
  const files: FileVersion[] = [];
  for await (const file of transport.list(spec.path, signal)) files.push(file);
  let best: Sample | undefined;
  // A header is to show each of them once, in a file of whatever age; what none has is a name written wrong.
  const unseen = new Set(spec.format === 'csv' || spec.format === 'xlsx' ? declared.keys() : []);
  for (const file of files.toReversed()) {
    if (file.bytes === 0) continue;
    const open = await openFile(transport, spec, declared, file, signal, shape);
    try {
      for (const { name } of open.fields) unseen.delete(name);
      if (best === undefined || best.records === 0) {
        // Where each has a declared type, nothing is left to be guessed from records.
        const isDeclared = open.fields.length > 0 && open.fields.every(({ name }) => declared.has(name));
        const sample = isDeclared ? { fields: open.fields, records: 1 } : await sampleFile(open, spec, declared);
        if (best === undefined || best.fields.length === 0 || sample.records > 0) best = sample;
      }
    } finally {
      await open.close();
    }
    if (best.records > 0 && unseen.size === 0) break;
  }
  if (best !== undefined && best.fields.length > 0) {
    const names = new Set(best.fields.map((field) => field.name));
    if (unseen.size > 0)
      throw configError(
        spec,
        `\`columns\` declares "${[...unseen].join('", "')}", which no file has`,
        `Columns of the newest file: ${[...names].join(', ')}.`,
      );
    return spec.format === 'csv'
      ? [...best.fields, ...[...declared.values()].filter(({ name }) => !names.has(name))]
      : best.fields;
  }
  if (declared.size > 0) return [...declared.values()];
  throw configError(
    spec,
    files.length === 0
      ? `no file matches ${spec.path} in ${transport.place}`
      : `the files that match ${spec.path} in ${transport.place} are empty`,
    'Check the path; or declare `columns`, so that the table can be made before the first file comes.',
  );
}

function configError(spec: FileSpec, what: string, hint: string): ConnectorError {
  return new ConnectorError('config', `Stream "${spec.stream}": ${what}.`, { stream: spec.stream, hint });
}
