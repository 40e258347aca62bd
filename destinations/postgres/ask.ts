import type pg from 'pg';
import { ConnectorError, verbatimJson, type Answer } from '#sdk';
import { fromDriver, OID, types } from './connection.js';

/** The types of arrays whose elements the driver would round, or move to another time zone, with the types of the elements. */
const ELEMENTS: ReadonlyMap<number, number> = new Map([
  [199, OID.json],
  [3807, OID.jsonb],
  [1016, OID.int8],
  [1231, OID.numeric],
  [1182, OID.date],
  [1115, OID.timestamp],
  [1185, OID.timestamptz],
]);
const TEXTS = 1009;

/** What is asked here is shown, and JSON with the digits that are stored. */
const shownTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    const element = ELEMENTS.get(oid);
    if (element === undefined) return shownParser(oid, format);
    const textsOf = shownParser(TEXTS, format);
    const shown = shownParser(element, format);
    return (text: string) => eachElement(textsOf(text), shown);
  }) as pg.CustomTypesConfig['getTypeParser'],
};

type Parser = (text: string) => unknown;

const shownParser = (oid: number, format?: 'text' | 'binary'): Parser =>
  oid === OID.json || oid === OID.jsonb ? verbatimJson : (types.getTypeParser(oid, format as 'text') as Parser);

/** An array may have arrays in it. */
const eachElement = (value: unknown, shown: Parser): unknown =>
  Array.isArray(value)
    ? value.map((part: unknown) => eachElement(part, shown))
    : value === null
      ? null
      : shown(value as string);

/** A statement that a person wrote, by the extended protocol, in which the server takes one statement and no more. */
export async function ask(client: pg.PoolClient, statement: string, readOnly: boolean): Promise<Answer> {
  try {
    const extended: pg.QueryArrayConfig & { queryMode: string } = {
      text: statement,
      rowMode: 'array',
      queryMode: 'extended',
      types: shownTypes,
    };
    const { fields, rows } = await client.query(extended);
    return { columns: fields.map(({ name }) => name), rows };
  } catch (error) {
    const { code, routine, position } = error as pg.DatabaseError;
    // The message comes in the server's language; a mistake within one statement is found elsewhere.
    if (code === '42601' && routine === 'exec_parse_message')
      throw new ConnectorError('config', 'These are several statements, and only one is taken.', {
        hint: 'Give them one by one; what belongs together can be one statement by `WITH`.',
        cause: error,
      });
    if (readOnly && code === '25006')
      throw new ConnectorError('config', 'The statement writes, and here it is only read.', {
        hint: 'Change data with a client of your database, such as psql.',
        cause: error,
      });
    // 42501 is a missing right; the rest of the class are mistakes such as a table that is not there.
    if (/^42(?!501)/.test(code ?? ''))
      throw new ConnectorError('config', fromDriver(error, 'query').message + placeOf(statement, position), {
        hint: 'Correct the statement.',
        cause: error,
      });
    throw fromDriver(error, 'query');
  }
}

/** The server counts characters, and a person lines. */
function placeOf(statement: string, position: string | undefined): string {
  if (position === undefined) return '';
  const before = [...statement]
    .slice(0, Number(position) - 1)
    .join('')
    .split('\n');
  return ` (line ${before.length}, column ${[...(before.at(-1) ?? '')].length + 1})`;
}
