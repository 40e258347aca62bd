import { ConnectorError, type Field, type QueryReading, type SqlSession } from '#sdk';

/** Columns of a query by the types that the database gives them, and its rows. */
export async function openQuery(
  sql: SqlSession,
  stream: string,
  query: string,
): Promise<Pick<QueryReading, 'pages'> & { readonly fields: readonly Field[] }> {
  const refuse = (what: string, hint: string): never => {
    throw new ConnectorError('config', `Stream "${stream}": ${what}.`, { stream, hint });
  };
  if (sql.readQuery === undefined)
    return refuse('its destination cannot be read as a stream', 'Query a Postgres or Snowflake destination.');
  const { columns, pages } = await sql.readQuery(query);
  const names = columns.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (columns.length === 0) refuse('its query has no column', 'Name at least one.');
  if (twice !== undefined) refuse(`its query has two columns "${twice}"`, 'Give one of them another name by AS.');
  const fields = columns.map(({ typeName, type, ...column }): Field => {
    if (type === undefined) return refuse(`its column "${column.name}" is ${typeName}`, 'Cast it in a `query`.');
    return { ...column, type, nullable: true };
  });
  return { fields, pages };
}
