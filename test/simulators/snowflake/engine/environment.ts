import { errors } from '../errors.js';
import { fixed, text } from '../sql/types.js';
import { engineType } from '../sql/types.js';
import { needRelation, type Namespace } from './catalog.js';
import { converted, type Typed } from './casts.js';
import { informationSchema } from './information-schema.js';
import { id, literal } from './names.js';
import { policyReferences, refuseRowAccess } from './policies.js';
import { createQueryWriter, type QueryEnvironment, type QueryWriter, type Relation } from './queries.js';
import type { Result } from './results.js';
import { catalogOf, type Running } from './session.js';

const textOrNull = (value: string | null): Typed =>
  value === null ? { sql: 'NULL', type: text() } : { sql: literal(value), type: text() };

/** Rows of the double itself, as a relation; as one text, since the engine takes long over many constants. */
export const relationOfResult = ({ columns, rows }: Result): Relation => {
  const typed = columns.map(({ name, type }, index) => `CAST(v.r[${index + 1}] AS ${engineType(type)}) AS ${id(name)}`);
  const values = `SELECT unnest(from_json(${literal(JSON.stringify(rows))}, '[["VARCHAR"]]')) AS r`;
  return { sql: `(SELECT ${typed.join(', ')} FROM (${values}) AS v)`, columns };
};

/** A result in the wire's form, read again: only types whose wire form the engine reads. */
const scan = (result: Result): Relation => {
  const odd = result.columns.find(({ type }) => !['FIXED', 'REAL', 'TEXT', 'BOOLEAN', 'VARIANT'].includes(type.name));
  const columns = result.columns.map((column) =>
    column === odd || !['FIXED', 'REAL', 'TEXT', 'BOOLEAN', 'VARIANT'].includes(column.type.name)
      ? { ...column, type: text() }
      : column,
  );
  return relationOfResult({ columns, rows: result.rows });
};

/** What queries of a session may name. */
export const queryWriterOf = (
  running: Running,
  namespace: Namespace = running.session.namespace,
  staged?: QueryEnvironment['staged'],
): QueryWriter => {
  const { account, session } = running;
  const constant = (value: string | null) => () => textOrNull(value);
  const environment: QueryEnvironment = {
    staged,
    relation(path): Relation {
      if (path.length > 1 && path.at(-2) === 'INFORMATION_SCHEMA') {
        const database = path.length === 3 ? path[0] : namespace.database;
        if (database === null) throw errors.noDatabase();
        return relationOfResult(informationSchema(account, session, database, path.at(-1) as string));
      }
      const found = needRelation(catalogOf(account, session), path, namespace);
      if (found.kind === 'table') refuseRowAccess(found);
      if (found.kind === 'table')
        return { sql: account.transactions.readable(found, session.transaction), columns: found.columns };
      const written = queryWriterOf(running, found.namespace).query(found.query);
      const names = found.columns.map(({ name }) => name);
      if (names.length !== written.columns.length)
        throw errors.invalid(
          `View definition declared ${names.length} column(s), but view query produces ${written.columns.length} column(s).`,
        );
      const list = written.columns.map((_, index) => `c${index}`);
      const items = found.columns.map(
        ({ type, name }, index) =>
          `${converted({ sql: `v.${list[index]}`, type: written.columns[index].type }, type)} AS ${id(name)}`,
      );
      return {
        sql: `(SELECT ${items.join(', ')} FROM (${written.sql}) AS v(${list.join(', ')}))`,
        columns: found.columns,
      };
    },
    tableFunction(name, args, named) {
      if (name === 'INFORMATION_SCHEMA.POLICY_REFERENCES')
        return relationOfResult(policyReferences(named, running, namespace));
      if (name !== 'RESULT_SCAN') return undefined;
      const [of] = args;
      const wanted =
        of?.kind === 'text'
          ? of.value
          : of?.kind === 'call' && of.name === 'LAST_QUERY_ID'
            ? session.lastQueryId
            : null;
      const result = wanted === null ? undefined : session.results.get(wanted);
      if (result === undefined) throw errors.invalid(`Statement ${String(wanted)} not found`);
      return scan(result);
    },
    context: {
      CURRENT_DATABASE: constant(namespace.database),
      CURRENT_SCHEMA: constant(namespace.schema),
      CURRENT_ROLE: constant(session.role),
      CURRENT_WAREHOUSE: constant(session.warehouse),
      CURRENT_USER: constant(session.user),
      CURRENT_ACCOUNT: constant(account.name),
      CURRENT_SESSION: constant(String(session.id)),
      CURRENT_VERSION: constant('9.40.0'),
      CURRENT_REGION: constant('SIMULATED'),
      CURRENT_STATEMENT: constant(''),
      LAST_QUERY_ID: constant(session.lastQueryId),
      CURRENT_TRANSACTION: () => ({
        sql: session.transaction === undefined ? 'NULL' : literal(String(session.transaction.id)),
        type: text(),
      }),
      CURRENT_TRANSACTION_ID: () => ({
        sql: session.transaction === undefined ? 'NULL' : String(session.transaction.id),
        type: fixed(38, 0),
      }),
    },
  };
  return createQueryWriter(environment);
};
