import type { Result, ResultColumn } from '../engine/results.js';
import type { Executed } from '../engine/run.js';
import { DEFAULTS, type Session } from '../engine/session.js';

const typedParameter = (name: string, value: string): { name: string; value: string | number | boolean } => {
  if (name === 'QUERY_TAG') return { name, value };
  if (value === 'true' || value === 'false') return { name, value: value === 'true' };
  return { name, value: /^\d+$/.test(value) ? Number(value) : value };
};
/** What drivers read of a session with each answer. */
export const parametersOf = (session: Session) =>
  [...Object.entries(DEFAULTS).filter(([name]) => !session.parameters.has(name)), ...session.parameters].map(
    ([name, value]) => typedParameter(name, value),
  );

/** A column of a result as the drivers read it. */
const rowType = ({ name, type, nullable }: ResultColumn) => ({
  name,
  database: '',
  schema: '',
  table: '',
  type: type.name.toLowerCase(),
  nullable: nullable ?? true,
  precision: type.name === 'FIXED' ? type.precision : 'scale' in type ? 0 : null,
  scale: 'scale' in type ? type.scale : null,
  length: 'length' in type ? type.length : null,
  byteLength: 'length' in type ? (type.name === 'TEXT' ? Math.min(type.length * 4, 134_217_728) : type.length) : null,
  collation: null,
});

export interface Chunk {
  readonly url: string;
  readonly rowCount: number;
  /** Rows without the outer brackets. */
  readonly body: string;
}

/** The first rows stand in the answer, the others in chunks that the driver fetches. */
export const chunksOf = (
  { rows }: Result,
  firstRows: number,
  chunkRows: number,
  url: (index: number) => string,
): { first: Result['rows']; chunks: Chunk[] } => {
  const chunks: Chunk[] = [];
  for (let from = firstRows; from < rows.length; from += chunkRows) {
    const part = rows.slice(from, from + chunkRows);
    chunks.push({
      url: url(chunks.length),
      rowCount: part.length,
      body: part.map((row) => JSON.stringify(row)).join(',\n'),
    });
  }
  return { first: rows.slice(0, firstRows), chunks };
};

/** `data` of an answer to a query. */
export const answerOf = (
  executed: Executed,
  session: Session,
  queryId: string,
  first: Result['rows'],
  chunks: readonly Chunk[],
) => {
  const { result, transfer, typeId } = executed;
  const common = {
    queryId,
    parameters: parametersOf(session),
    finalDatabaseName: session.namespace.database,
    finalSchemaName: session.namespace.schema,
    finalWarehouseName: session.warehouse,
    finalRoleName: session.role,
    statementTypeId: typeId,
  };
  if (transfer !== undefined) return { ...common, ...transfer };
  return {
    ...common,
    rowtype: result.columns.map(rowType),
    rowset: first,
    total: result.rows.length,
    returned: result.rows.length,
    databaseProvider: null,
    numberOfBinds: 0,
    arrayBindSupported: typeId === 0x3100,
    version: 1,
    queryResultFormat: 'json',
    queryContext: { entries: [] },
    ...(chunks.length === 0
      ? {}
      : {
          chunks: chunks.map(({ url, rowCount, body }) => ({
            url,
            rowCount,
            uncompressedSize: Buffer.byteLength(body),
            compressedSize: Buffer.byteLength(body),
          })),
          chunkHeaders: {},
        }),
  };
};
