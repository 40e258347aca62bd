import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { errors, SnowflakeError } from '../errors.js';
import type { ColumnDefinition, Options, Statement } from '../sql/statement.js';
import { fixed, plain, text } from '../sql/types.js';
import { assigned, converted, type Typed } from './casts.js';
import { needTable, findSchema, qualify, type Table } from './catalog.js';
import { insertion } from './changes.js';
import { csvFormat, readCsv } from './csv.js';
import { queryWriterOf } from './environment.js';
import { jsonRecords } from './json-files.js';
import { literal, shown } from './names.js';
import { messageResult, textColumn, numberColumn, type Result } from './results.js';
import { catalogOf, parameter, type Running } from './session.js';
import { listFiles, md5Of, resolveStage, type StagedFile, type StageRef } from './stages.js';
import { findLoad, rememberLoad, type Transaction } from './transactions.js';

type Copy = Extract<Statement, { kind: 'copy' }>;

const COLUMNS = [
  textColumn('file'),
  textColumn('status'),
  numberColumn('rows_parsed'),
  numberColumn('rows_loaded'),
  numberColumn('error_limit'),
  numberColumn('errors_seen'),
  textColumn('first_error'),
  numberColumn('first_error_line'),
  numberColumn('first_error_character'),
  textColumn('first_error_column_name'),
];
/** Docs, "Loading older files": what is known of a load is kept for 64 days. */
const REMEMBERED_MS = 64 * 86_400_000;

interface Fault {
  readonly error: SnowflakeError;
  readonly line: number;
  readonly row: number;
  readonly column?: string;
}
interface Outcome {
  readonly file: StagedFile;
  parsed: number;
  faults: number;
  first?: Fault;
}

const formatOf = ({ format }: Copy, ref: StageRef, { account, session }: Running): Options => {
  const named = (options: Options): Options => {
    if (options.FORMAT_NAME === undefined) return options;
    const [database, schema, name] = qualify(
      String(options.FORMAT_NAME)
        .split('.')
        .map((part) => (part.startsWith('"') ? part.slice(1, -1) : part.toUpperCase())),
      session.namespace,
    );
    const found = findSchema(account.databases, database, schema).formats.get(name);
    if (found === undefined) throw errors.missing('File format', String(options.FORMAT_NAME));
    return found;
  };
  // What COPY says takes the place of the stage's format as a whole.
  return named(Object.keys(format).length > 0 ? format : ref.format);
};

const filesOf = async (statement: Copy, ref: StageRef): Promise<StagedFile[]> => {
  const all = await listFiles(ref, statement.pattern);
  if (statement.files === undefined) return all;
  const base = ref.path === '' || ref.path.endsWith('/') ? ref.path : `${ref.path}/`;
  return statement.files.map((name) => {
    const found = all.find(({ path }) => path === `${base}${name}` || path === `${ref.path}${name}`);
    if (found !== undefined) return found;
    throw new SnowflakeError(
      '091016',
      '22000',
      `Remote file '${ref.shown}${base}${name}' was not found. There are several potential causes. The file might not exist. The required credentials may be missing or invalid. If you are running a copy command, please make sure files are not deleted when they are being loaded or files are not being loaded into two different tables concurrently with auto purge option.`,
    );
  });
};

async function* decoded(file: StagedFile, options: Options): AsyncGenerator<string> {
  const compression = String(options.COMPRESSION ?? 'AUTO').toUpperCase();
  const source = createReadStream(file.file, { highWaterMark: 1 << 18 });
  const isGzip = compression === 'GZIP' || (compression === 'AUTO' && file.path.endsWith('.gz'));
  const isZstd = compression === 'ZSTD' || (compression === 'AUTO' && file.path.endsWith('.zst'));
  if (!['AUTO', 'GZIP', 'ZSTD', 'NONE'].includes(compression)) throw errors.unsupported(`COMPRESSION = ${compression}`);
  const bytes = isGzip ? source.pipe(createGunzip()) : isZstd ? source.pipe(createZstdDecompress()) : source;
  if (bytes !== source) source.on('error', (error) => bytes.destroy(error));
  const decoder = new TextDecoder('utf-8', {
    fatal: !csvFormat({ REPLACE_INVALID_CHARACTERS: options.REPLACE_INVALID_CHARACTERS ?? 'FALSE' }).replacesInvalid,
    ignoreBOM: true,
  });
  try {
    for await (const chunk of bytes) yield decoder.decode(chunk as Buffer, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      throw new SnowflakeError('100144', '22000', `Invalid UTF8 detected in string of file '${file.path}'`);
    throw new SnowflakeError(
      '100066',
      '22000',
      `Error in decompressing file '${file.path}': ${(error as Error).message}`,
    );
  }
}

/** Reads all files into a table of texts: file, line, row and the fields. Rows that are none are counted as faults. */
const stageRows = async (
  statement: Copy,
  running: Running,
  files: readonly StagedFile[],
  options: Options,
  width: number,
  expected: number | undefined,
): Promise<{ relation: string; outcomes: Outcome[] }> => {
  const { account } = running;
  const relation = account.relation();
  const isJson = String(options.TYPE ?? 'CSV').toUpperCase() === 'JSON';
  if (!isJson && String(options.TYPE ?? 'CSV').toUpperCase() !== 'CSV')
    throw errors.unsupported(`file format ${String(options.TYPE)}`);
  const names = Array.from({ length: width }, (_, index) => `c${index + 1} VARCHAR`);
  await account.database.run(`CREATE TABLE ${relation} (file VARCHAR, line VARCHAR, num VARCHAR, ${names.join(', ')})`);
  const { checksCount } = csvFormat(isJson ? {} : options);
  const outcomes: Outcome[] = files.map((file) => ({ file, parsed: 0, faults: 0 }));
  try {
    for (const [index, outcome] of outcomes.entries()) {
      const pieces = decoded(outcome.file, options);
      const batches = isJson ? jsonRecords(pieces, options) : readCsv(pieces, csvFormat(options));
      for await (const records of batches) {
        const rows: (string | null)[][] = [];
        for (const record of records) {
          outcome.parsed += 1;
          const miscounted =
            expected !== undefined && !isJson && checksCount && record.fields.length !== expected
              ? new SnowflakeError(
                  '100080',
                  '22000',
                  `Number of columns in file (${record.fields.length}) does not match that of the corresponding table (${expected}), use file format option error_on_column_count_mismatch=false to ignore this error`,
                )
              : undefined;
          const error = record.error ?? miscounted;
          if (error !== undefined) {
            outcome.faults += 1;
            outcome.first ??= { error, line: record.line, row: outcome.parsed };
            continue;
          }
          rows.push([
            String(index),
            String(record.line),
            String(outcome.parsed),
            ...Array.from({ length: width }, (_, field) => record.fields[field] ?? null),
          ]);
        }
        if (running.signal.aborted) throw errors.cancelled();
        await account.database.append(relation.slice(1, -1), rows);
      }
    }
  } catch (error) {
    await account.database.run(`DROP TABLE ${relation}`);
    throw error;
  }
  return { relation, outcomes };
};

/** A field of CSV as a column takes it; a VARIANT is read as JSON. */
const fieldValue = (sql: string, { type }: ColumnDefinition): Typed =>
  type.name === 'VARIANT' || type.name === 'OBJECT' || type.name === 'ARRAY'
    ? { sql: `sf_json(${sql})`, type }
    : { sql, type: text() };

/** True where a field cannot become what its column takes. */
const misfit = (sql: string, column: ColumnDefinition): string => {
  const { type } = column;
  const empty = column.nullable ? '' : `${sql} IS NULL OR `;
  if (type.name === 'TEXT') return `${empty}length(${sql}) > ${type.length}`;
  if (type.name === 'BINARY') return `${empty}NOT regexp_full_match(${sql}, '([0-9a-fA-F]{2})*')`;
  const tried = 'VARIANT OBJECT ARRAY'.includes(type.name)
    ? `sf_try_json(${sql})`
    : converted({ sql, type: text() }, type, true);
  return `${empty}(${sql} IS NOT NULL AND ${tried} IS NULL)`;
};

/** Marks the rows that do not fit and removes them from what was read; each row counts once, by its first column that is wrong. */
const judge = async (
  running: Running,
  relation: string,
  columns: readonly ColumnDefinition[],
  outcomes: readonly Outcome[],
): Promise<void> => {
  const { database } = running.account;
  const zone = parameter(running.session, 'TIMEZONE');
  const which = `CASE ${columns.map((column, index) => `WHEN ${misfit(`c${index + 1}`, column)} THEN ${index + 1}`).join(' ')} END`;
  const bad = await database.run(
    `SELECT file, line, num, CAST(${which} AS VARCHAR) AS which FROM ${relation} WHERE ${which} IS NOT NULL ORDER BY CAST(file AS INT), CAST(num AS INT)`,
    zone,
  );
  for (const row of bad.rows) {
    const [file, line, num, at] = row.map(Number);
    const outcome = outcomes[file];
    outcome.faults += 1;
    const column = columns[at - 1];
    if (outcome.first !== undefined && outcome.first.row < num) continue;
    const value = assigned(fieldValue(`c${at}`, column), column);
    const error = await database
      .run(`SELECT ${value} FROM ${relation} WHERE file = '${file}' AND num = '${num}'`, zone)
      .then(
        () => errors.execution(`Field ${at} is not a value of column ${column.name}`),
        (reason: Error) => (reason instanceof SnowflakeError ? reason : errors.execution(reason.message)),
      );
    outcome.first = { error, line, row: num, column: column.name };
  }
  if (bad.rows.length > 0) await database.run(`DELETE FROM ${relation} WHERE ${which} IS NOT NULL`, zone);
};

const located = ({ error, line, row, column }: Fault, ref: StageRef, file: StagedFile, table: string): SnowflakeError =>
  new SnowflakeError(
    error.code,
    error.sqlState,
    `${error.message}\n  File '${file.path}', line ${line}, character 1\n  Row ${row}${column === undefined ? '' : `, column "${table}"["${column}"]`}\n  If you would like to continue loading when an error is encountered, use other values such as 'SKIP_FILE' or 'CONTINUE' for the ON_ERROR option. For more information on loading options, please run 'info loading_data' in a SQL client.`,
  );

export const copy = async (statement: Copy, running: Running, transaction: Transaction): Promise<Result> => {
  const { account, session } = running;
  for (const key of [
    'SIZE_LIMIT',
    'MATCH_BY_COLUMN_NAME',
    'TRUNCATECOLUMNS',
    'LOAD_UNCERTAIN_FILES',
    'RETURN_FAILED_ONLY',
  ])
    if (
      statement.options[key] !== undefined &&
      !['NONE', 'FALSE'].includes(String(statement.options[key]).toUpperCase())
    )
      throw errors.unsupported(`COPY option ${key}`);
  const onError = String(statement.options.ON_ERROR ?? 'ABORT_STATEMENT').toUpperCase();
  if (!['ABORT_STATEMENT', 'CONTINUE', 'SKIP_FILE'].includes(onError))
    throw errors.unsupported(`ON_ERROR = ${onError}`);
  const table: Table = needTable(catalogOf(account, session), statement.table, session.namespace);
  const columns = (statement.columns ?? table.columns.map(({ name }) => name)).map((name) => {
    const found = table.columns.find((column) => column.name === name);
    if (found === undefined) throw errors.invalidIdentifier(shown(name));
    return found;
  });
  const ref = await resolveStage(statement.stage, running);
  const options = formatOf(statement, ref, running);
  const isForced = String(statement.options.FORCE ?? 'FALSE').toUpperCase() === 'TRUE';
  const candidates: { file: StagedFile; key: string; md5: string }[] = [];
  for (const file of await filesOf(statement, ref)) {
    const key = `${ref.folder}/${file.path}`;
    const md5 = await md5Of(file.file);
    const before = findLoad(transaction, table, key);
    if (isForced || before?.md5 !== md5 || Date.now() - before.at.getTime() > REMEMBERED_MS)
      candidates.push({ file, key, md5 });
  }
  if (candidates.length === 0) return messageResult('Copy executed with 0 files processed.');
  const isTransformed = statement.transformation !== undefined;
  const width = isTransformed ? 200 : columns.length;
  const { relation, outcomes } = await stageRows(
    statement,
    running,
    candidates.map(({ file }) => file),
    options,
    width,
    isTransformed ? undefined : columns.length,
  );
  try {
    const isJson = String(options.TYPE ?? 'CSV').toUpperCase() === 'JSON';
    if (isJson && !isTransformed && columns.length !== 1)
      throw new SnowflakeError(
        '002019',
        '0A000',
        'SQL compilation error:\nJSON file format can produce one and only one column of data type variant, object, or array. Load data into separate columns using the MATCH_BY_COLUMN_NAME copy option or copy with transformation.',
      );
    if (!isTransformed) await judge(running, relation, columns, outcomes);
    const broken = outcomes.find(({ first }) => first !== undefined);
    if (onError === 'ABORT_STATEMENT' && broken?.first !== undefined)
      throw located(broken.first, ref, broken.file, table.columns.length > 0 ? String(statement.table.at(-1)) : '');
    if (onError === 'SKIP_FILE')
      for (const [index, { first }] of outcomes.entries())
        if (first !== undefined) await account.database.run(`DELETE FROM ${relation} WHERE file = '${index}'`);
    const target = await account.transactions.forAdding(table, transaction);
    const loaded = await account.database.run(`SELECT file, count(*) FROM ${relation} GROUP BY file`);
    const zone = parameter(session, 'TIMEZONE');
    if (statement.transformation === undefined) {
      const given = columns.map((column, index) => fieldValue(`c${index + 1}`, column));
      await account.database.run(insertion(queryWriterOf(running), target, table, columns, relation, given), zone);
    } else {
      const names = `CASE file ${outcomes.map(({ file }, index) => `WHEN '${index}' THEN ${literal(file.path)}`).join(' ')} END`;
      const field = (index: number): Typed =>
        isJson ? { sql: `CAST(c${index} AS JSON)`, type: plain('VARIANT') } : { sql: `c${index}`, type: text() };
      const staged = {
        sql: `(SELECT *, ${names} AS "METADATA$FILENAME", CAST(num AS DECIMAL(38,0)) AS "METADATA$FILE_ROW_NUMBER" FROM ${relation})`,
        columns: [
          { name: 'METADATA$FILENAME', type: text() },
          { name: 'METADATA$FILE_ROW_NUMBER', type: fixed(38, 0) },
        ],
        field,
      };
      const writer = queryWriterOf(running, session.namespace, staged);
      const query = writer.query(statement.transformation);
      const list = query.columns.map((_, index) => `q${index}`);
      await account.database.run(
        insertion(
          writer,
          target,
          table,
          columns,
          `(${query.sql}) AS q(${list.join(', ')})`,
          query.columns.map(({ type }, index) => ({ sql: `q.q${index}`, type })),
        ),
        zone,
      );
    }
    const counts = new Map(loaded.rows.map(([file, rows]) => [Number(file), Number(rows)]));
    const result: Result = {
      columns: COLUMNS,
      rows: outcomes.map(({ file, parsed, faults, first }, index) => {
        const rows = counts.get(index) ?? 0;
        const status = faults === 0 ? 'LOADED' : rows === 0 ? 'LOAD_FAILED' : 'PARTIALLY_LOADED';
        const limit = onError === 'CONTINUE' ? Math.max(1, parsed) : 1;
        const found =
          first === undefined
            ? [null, null, null, null]
            : [
                first.error.message,
                String(first.line),
                '1',
                first.column === undefined ? null : `"${String(statement.table.at(-1))}"["${first.column}"]`,
              ];
        return [
          `${ref.shown}${file.path}`,
          status,
          String(parsed),
          String(rows),
          String(limit),
          String(faults),
          ...found,
        ];
      }),
    };
    const done = candidates.filter((_, index) => outcomes[index].faults === 0 || onError === 'CONTINUE');
    for (const { key, md5 } of done) rememberLoad(transaction, table, key, { md5, at: new Date() });
    if (String(statement.options.PURGE ?? 'FALSE').toUpperCase() === 'TRUE')
      for (const { file } of done) await rm(file.file, { force: true });
    return result;
  } finally {
    await account.database.run(`DROP TABLE ${relation}`);
  }
};
