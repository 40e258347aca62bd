import { errors, type Place } from '../errors.js';
import type { Expression, FromItem, Query, QueryBody, Select, TableSource } from '../sql/ast.js';
import { fixed, plain, text, type DataType } from '../sql/types.js';
import { common, converted, harmonised, isVariant, type Typed } from './casts.js';
import { createWriter, type Environment, type Writer } from './expressions.js';
import { id, literal, shown } from './names.js';
import { createScope, readable, sourcesOf, type Scope, type ScopeColumn, type ScopeSource } from './scope.js';

export interface OutputColumn {
  readonly name: string;
  readonly type: DataType | null;
  readonly policy?: readonly string[];
}
export interface WrittenQuery {
  readonly sql: string;
  readonly columns: readonly OutputColumn[];
}
/** Something to read from: the engine's SQL of it, to stand in FROM, whose columns have encoded names. */
export interface Relation {
  readonly sql: string;
  readonly columns: readonly OutputColumn[];
}

export interface QueryEnvironment {
  relation(path: readonly string[], place: Place): Relation;
  /** TABLE(f(…)) that is not FLATTEN; undefined where there is none of that name. */
  tableFunction?(
    name: string,
    args: readonly Expression[],
    named: Readonly<Record<string, Expression>>,
  ): Relation | undefined;
  /** What `FROM @stage` reads, in a COPY. */
  readonly staged?: Relation & { readonly field: Environment['fields'] };
  readonly context: Environment['context'];
}

type Known = ReadonlyMap<string, WrittenQuery>;

/** Writes queries in the engine's SQL, with the names and types of their results. */
export interface QueryWriter {
  query(query: Query, outer?: Scope): WrittenQuery;
  /** Adds what a FROM item reads to the scope, and returns its SQL. */
  source(item: FromItem, scope: Scope): string;
  from(items: readonly FromItem[], scope: Scope): string;
  readonly expressions: Writer;
}

const FLATTENED: readonly OutputColumn[] = [
  { name: 'SEQ', type: fixed(38, 0) },
  { name: 'KEY', type: text() },
  { name: 'PATH', type: text() },
  { name: 'INDEX', type: fixed(38, 0) },
  { name: 'VALUE', type: plain('VARIANT') },
  { name: 'THIS', type: plain('VARIANT') },
];

export const createQueryWriter = (environment: QueryEnvironment): QueryWriter => {
  let unnamed = 0;

  const within = (known: Known): QueryWriter => {
    const expressions = createWriter({
      query: (query, outer) => queryOf(query, outer),
      context: environment.context,
      fields: environment.staged?.field,
    });
    const { write, condition } = expressions;

    const valuesOf = (rows: readonly (readonly Expression[])[], scope: Scope): WrittenQuery => {
      const width = rows[0].length;
      const cells = rows.map((row) => {
        if (row.length !== width) throw errors.valueCount(width, row.length);
        return row.map((one) => write(one, scope));
      });
      const types = Array.from({ length: width }, (_, index) => common(cells.map((row) => row[index].type)));
      const lines = cells.map((row) => `(${row.map((one, index) => harmonised(one, types[index])).join(', ')})`);
      const columns = types.map((type, index) => ({ name: `COLUMN${index + 1}`, type }));
      return {
        sql: `SELECT * FROM (VALUES ${lines.join(', ')}) AS v(${columns.map(({ name }) => id(name)).join(', ')})`,
        columns,
      };
    };

    const flatten = (source: Extract<TableSource, { kind: 'function' }>, scope: Scope): Relation => {
      const constant = (name: string): string | undefined => {
        const value = source.named[name];
        if (value === undefined) return undefined;
        if (value.kind !== 'text' && value.kind !== 'boolean')
          throw errors.unsupported(`FLATTEN with a computed ${name}`, source.place);
        return String(value.value);
      };
      for (const key of Object.keys(source.named))
        if (!['INPUT', 'PATH', 'OUTER', 'MODE'].includes(key))
          throw errors.unsupported(`FLATTEN with ${key}`, source.place);
      const input = source.named.INPUT ?? source.args[0];
      if (input === undefined) throw errors.argumentCount('FLATTEN', source.place);
      if ((constant('MODE') ?? 'BOTH').toUpperCase() !== 'BOTH')
        throw errors.unsupported('FLATTEN with MODE', source.place);
      const whole = write(input, scope);
      if (whole.type !== null && !isVariant(whole.type))
        throw errors.invalid(`Invalid argument types for function 'FLATTEN': (${whole.type.name})`, source.place);
      const path = constant('PATH');
      const of = path === undefined ? whole.sql : `json_extract(${whole.sql}, ${literal(`$.${path}`)})`;
      const isOuter = constant('OUTER') === 'true';
      const items = isOuter
        ? `CASE WHEN len(sf_flatten(${of})) > 0 THEN sf_flatten(${of}) ELSE [NULL] END`
        : `sf_flatten(${of})`;
      const prefix = path === undefined ? '' : `${literal(path)} || `;
      return {
        sql: `LATERAL (SELECT CAST(1 AS DECIMAL(38,0)) AS "SEQ", r.key AS "KEY", ${prefix}r.path AS "PATH", CAST(r.index AS DECIMAL(38,0)) AS "INDEX", r.value AS "VALUE", ${of} AS "THIS" FROM (SELECT unnest(${items}) AS r))`,
        columns: FLATTENED,
      };
    };

    const relationOf = (source: TableSource, scope: Scope): Relation => {
      switch (source.kind) {
        case 'table': {
          const named = source.path.length === 1 ? known.get(source.path[0]) : undefined;
          return named === undefined
            ? environment.relation(source.path, source.place)
            : { sql: id(source.path[0]), columns: named.columns };
        }
        case 'query': {
          const { sql, columns } = queryOf(source.query, scope.outer);
          return { sql: `(${sql})`, columns };
        }
        case 'values': {
          const { sql, columns } = valuesOf(source.rows, scope);
          return { sql: `(${sql})`, columns };
        }
        case 'stage':
          if (environment.staged === undefined)
            throw errors.unsupported('SELECT FROM a stage outside of COPY', source.place);
          return environment.staged;
        case 'function': {
          if (source.name === 'FLATTEN') return flatten(source, scope);
          const found = environment.tableFunction?.(source.name, source.args, source.named);
          if (found === undefined) throw errors.unsupported(`table function ${source.name}`, source.place);
          return found;
        }
      }
    };

    const source = (item: FromItem, scope: Scope): string => {
      const relation = relationOf(item.source, scope);
      const path = item.source.kind === 'table' ? item.source.path : [];
      const alias = item.alias ?? path.at(-1) ?? null;
      const engineAlias = alias === null ? `"_q${(unnamed += 1)}"` : id(alias);
      const names = item.columns ?? relation.columns.map(({ name }) => name);
      if (names.length !== relation.columns.length)
        throw errors.invalid(
          `view declared ${names.length} column(s), but view query produces ${relation.columns.length} column(s).`,
        );
      const hidden = new Set(item.using);
      const columns: ScopeColumn[] = relation.columns.map(({ type, policy }, index) => ({
        name: names[index],
        type,
        policy,
        sql: `${engineAlias}.${id(names[index])}`,
      }));
      scope.sources.push({ alias, path: item.alias === undefined ? path : [item.alias], columns, hidden });
      return `${relation.sql} AS ${engineAlias}${item.columns === undefined ? '' : `(${names.map(id).join(', ')})`}`;
    };

    const from = (items: readonly FromItem[], scope: Scope): string =>
      items
        .map((item, index) => {
          const sql = source(item, scope);
          if (index === 0) return sql;
          if (item.using !== undefined) {
            if (item.join === 'FULL') throw errors.unsupported('FULL JOIN … USING');
            for (const name of item.using)
              if (!scope.sources.slice(0, -1).some(({ columns }) => columns.some((column) => column.name === name)))
                throw errors.invalidIdentifier(shown(name));
            return ` ${item.join} JOIN ${sql} USING (${item.using.map(id).join(', ')})`;
          }
          return ` ${item.join} JOIN ${sql}${item.on === undefined ? '' : ` ON ${condition(item.on, scope)}`}`;
        })
        .join('');

    const starOf = (
      { of, except }: { readonly of: readonly string[]; readonly except: readonly string[] },
      scope: Scope,
      place: Place,
    ): ScopeColumn[] => {
      const sources: readonly ScopeSource[] = sourcesOf(scope, of);
      if (sources.length === 0) throw errors.invalid('SELECT with no columns', place);
      const columns = sources.flatMap((one) =>
        one.columns.filter(({ name }) => of.length > 0 || !one.hidden.has(name)),
      );
      for (const name of except)
        if (!columns.some((column) => column.name === name)) throw errors.invalidIdentifier(shown(name), place);
      return columns.filter(({ name }) => !except.includes(name)).map((column) => readable(column, place));
    };

    const selectOf = (select: Select, scope: Scope): WrittenQuery => {
      const fromSql = select.from.length === 0 ? '' : ` FROM ${from(select.from, scope)}`;
      const items: { value: Typed; name: string }[] = [];
      // A result may name one before it, so they become known one by one.
      for (const item of select.items)
        if (item.star !== undefined)
          for (const column of starOf(item.star, scope, item.place)) items.push({ value: column, name: column.name });
        else {
          const value = write(item.value as Expression, scope);
          items.push({ value, name: item.name });
          if (item.isNamed) scope.aliases.set(item.name, value.type);
        }
      if (items.length === 0) throw errors.invalid('SELECT with no columns', select.items[0].place);
      const group =
        select.group === 'ALL'
          ? ' GROUP BY ALL'
          : select.group === undefined
            ? ''
            : ` GROUP BY ${select.group.map((one) => write(one, scope).sql).join(', ')}`;
      const sql = [
        `SELECT ${select.distinct ? 'DISTINCT ' : ''}${items.map(({ value, name }) => `${value.sql} AS ${id(name)}`).join(', ')}`,
        fromSql,
        select.where === undefined ? '' : ` WHERE ${condition(select.where, scope)}`,
        group,
        select.having === undefined ? '' : ` HAVING ${condition(select.having, scope)}`,
        select.qualify === undefined ? '' : ` QUALIFY ${condition(select.qualify, scope)}`,
      ].join('');
      return { sql, columns: items.map(({ value, name }) => ({ name, type: value.type })) };
    };

    /** One side of a set operation, with its columns in the types of both. */
    const inTypes = (side: WrittenQuery, types: readonly (DataType | null)[]): string => {
      const needs = side.columns.some(
        ({ type }, index) => type !== null && types[index] !== null && type.name !== types[index]?.name,
      );
      if (!needs) return `(${side.sql})`;
      const names = side.columns.map((_, index) => `c${index}`);
      const items = side.columns.map(
        ({ name, type }, index) =>
          `${types[index] === null ? names[index] : converted({ sql: names[index], type }, types[index])} AS ${id(name)}`,
      );
      return `(SELECT ${items.join(', ')} FROM (${side.sql}) AS s(${names.join(', ')}))`;
    };

    const bodyOf = (body: QueryBody, scope: Scope): WrittenQuery => {
      switch (body.kind) {
        case 'select':
          return selectOf(body, scope);
        case 'values':
          return valuesOf(body.rows, scope);
        case 'nested': {
          const nested = queryOf(body.query, scope.outer);
          return { ...nested, sql: `SELECT * FROM (${nested.sql})` };
        }
        case 'set': {
          const left = bodyOf(body.left, createScope(scope.outer));
          const right = bodyOf(body.right, createScope(scope.outer));
          if (left.columns.length !== right.columns.length)
            throw errors.invalid(
              `invalid number of result columns for set operator input branches, expected ${left.columns.length}, got ${right.columns.length} in branch 2`,
            );
          const types = left.columns.map(({ type }, index) => common([type, right.columns[index].type]));
          return {
            sql: `${inTypes(left, types)} ${body.operator} ${inTypes(right, types)}`,
            columns: left.columns.map(({ name }, index) => ({ name, type: types[index] })),
          };
        }
      }
    };

    const queryOf = (query: Query, outer?: Scope): WrittenQuery => {
      if (query.with.length === 0) return tail(query, outer);
      const more = new Map(known);
      const parts: string[] = [];
      for (const one of query.with) {
        if (query.recursive) throw errors.unsupported('WITH RECURSIVE');
        const written = within(more).query(one.query, outer);
        const columns =
          one.columns === undefined
            ? written.columns
            : written.columns.map(({ type }, index) => ({ name: one.columns?.[index] ?? `COLUMN${index + 1}`, type }));
        more.set(one.name, { sql: written.sql, columns });
        parts.push(`${id(one.name)}(${columns.map(({ name }) => id(name)).join(', ')}) AS (${written.sql})`);
      }
      const rest = within(more).query({ ...query, with: [] }, outer);
      return { ...rest, sql: `WITH ${parts.join(', ')} ${rest.sql}` };
    };

    const tail = (query: Query, outer?: Scope): WrittenQuery => {
      const scope = createScope(outer);
      const body = bodyOf(query.body, scope);
      // ORDER BY names results first, then columns.
      const ordered: Scope = { ...scope, results: new Map(body.columns.map(({ name, type }) => [name, type])) };
      const limited = (word: string, value?: Expression): string => {
        if (value === undefined || value.kind === 'null') return '';
        return ` ${word} CAST(${write(value, scope).sql} AS BIGINT)`;
      };
      const sql = `${body.sql}${query.order.length > 0 ? ` ORDER BY ${expressions.order(query.order, ordered)}` : ''}${limited('LIMIT', query.limit)}${limited('OFFSET', query.offset)}`;
      return { sql, columns: body.columns };
    };

    return { query: queryOf, source, from, expressions };
  };

  return within(new Map());
};
