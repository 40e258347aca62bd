import { z } from 'zod';
import { decimal, nearest, optionError, text } from '#sdk';
import type { PageRead, Paginator } from '#sdk/http';
import type { Account, Sfmc } from './sfmc.accounts.js';
import { accountColumn } from './sfmc.objects.js';
import { anew, wholeOf } from './sfmc.rest.js';
import { equals, retrieveWhole, type Reading } from './sfmc.soap.js';
import { serverInstant } from './sfmc.time.js';

type Row = Record<string, unknown>;

const SCOPE = 'data_extensions_read';
/** The most rows that a page gives. */
const PAGE_SIZE = 2_500;

export const dataExtension = z.strictObject({
  stream: z
    .string()
    .regex(/^[a-z][a-z0-9_]*$/, 'must be in lower case: letters, digits and _')
    .describe('Name of the stream'),
  data_extension: z.string().min(1).describe('External key of the data extension'),
  account: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('Business unit (MID) it belongs to. Absent: the first of `accounts`'),
  fields: z
    .array(z.string())
    .min(1)
    .optional()
    .describe('Fields that are read; the others stay where they are. Absent: all'),
  primary_key: z.array(z.string()).min(1).optional().describe('Columns of the key. Absent: its own primary key'),
});

export type DataExtensionConfig = z.output<typeof dataExtension>;

/** An entry of `data_extensions`, and its place there. */
export interface ConfiguredRows {
  readonly config: DataExtensionConfig;
  readonly index: number;
}

const LOOK = 'Contact Builder shows the external key of each; the stream `data_extensions` lists them too.';

const TYPES: Readonly<Record<string, { readonly schema: () => z.ZodType; value(text: string): unknown }>> = {
  number: {
    schema: () => z.union([z.number(), z.bigint(), z.string()]).meta({ field: 'integer' }),
    value: (value) => (/^-?\d+$/.test(value) && Number.isSafeInteger(Number(value)) ? Number(value) : value),
  },
  decimal: { schema: () => decimal(), value: (value) => value },
  date: { schema: () => text('timestamptz'), value: serverInstant },
  boolean: {
    schema: () => z.boolean(),
    value: (value) => ({ true: true, '1': true, false: false, '0': false })[value.toLowerCase()] ?? value,
  },
};
/** Text, EmailAddress, Phone, Locale, and what is not known. */
const TEXT = { schema: () => z.string(), value: (value: string): unknown => value };

interface FieldOf {
  /** As a row names it: in lower case. */
  readonly name: string;
  readonly column: string;
  readonly isKey: boolean;
  readonly isPersonal: boolean;
  readonly type: typeof TEXT;
}

export interface RowsOf {
  readonly key: readonly string[];
  readonly schema: z.ZodObject<any>;
  readonly fields: readonly FieldOf[];
  readonly account: Account;
}

/** Fields that Marketing Cloud itself types as reaching a person. */
const REACHING = new Set(['emailaddress', 'phone']);
/** Texts and numbers that by their name are the key, address or device of a person; other names are for the reader to judge. */
const NAMED =
  /((subscriber|contact)_?(key|id)|e_?mail(_?addr(ess)?)?|(mobile|phone)(_?(number|no))?|device_?(id|token))_?$/;
const UNNAMED = new Set(['boolean', 'date']);

/** Column of the key where a data extension has none of its own. */
const OBJECT_KEY = '_customobjectkey';
const OBJECT_COLUMN = 'custom_object_key';

/** Asks for the fields of a data extension and what they hold. */
export async function describeRows(
  client: Sfmc,
  { config, index }: ConfiguredRows,
  signal: AbortSignal,
): Promise<RowsOf> {
  const refuse = (option: string | number | undefined, message: string, hint: string): never => {
    const path = ['data_extensions', index, ...(option === undefined ? [] : [option])];
    throw optionError([{ path, message }], { stream: config.stream, hint });
  };
  const account = accountOf(client, config, refuse);
  const reading = { client, signal, warn: () => undefined };
  const sendable = await sendableField(reading, account, config);
  const found: FieldOf[] = [];
  const wanted = {
    objectType: 'DataExtensionField',
    scope: SCOPE,
    properties: ['Name', 'FieldType', 'IsPrimaryKey'],
    filter: equals('DataExtension.CustomerKey', config.data_extension),
  };
  for await (const page of retrieveWhole(reading, account, wanted))
    for (const { Name, FieldType, IsPrimaryKey } of page) {
      const name = (Name ?? '').toLowerCase();
      const column = name.replaceAll(/[^a-z0-9]+/g, '_');
      const type = (FieldType ?? '').toLowerCase();
      // It comes again where the list was read anew.
      if (found.some((field) => field.name === name)) continue;
      found.push({
        name,
        column,
        isKey: IsPrimaryKey?.toLowerCase() === 'true',
        isPersonal: name === sendable || REACHING.has(type) || (!UNNAMED.has(type) && NAMED.test(column)),
        type: (TYPES[type] as typeof TEXT | undefined) ?? TEXT,
      });
    }
  const where = `data extension "${config.data_extension}" of business unit ${account.id}`;
  if (found.length === 0) {
    const { keys, isThere } = await otherKeys(reading, account, config.data_extension);
    if (isThere) refuse('data_extension', `the ${where} has no field that may be read`, LOOK);
    refuse('data_extension', `there is no ${where}; ${keys}`, LOOK);
  }
  const fields = found.filter(({ name, column }) => isWanted(config, name) || isWanted(config, column));
  const names = found.map(({ name }) => name);
  const isField = (name: string) => found.some((one) => [one.name, one.column].includes(name.toLowerCase()));
  const strangers = [...(config.fields ?? []).entries()].filter(([, name]) => !isField(name));
  if (strangers.length > 0)
    throw optionError(
      strangers.map(([at, name]) => ({
        path: ['data_extensions', index, 'fields', at],
        message: `the ${where} has no field "${name}"; ${suggested(name, names, 'It has')}`,
      })),
      { stream: config.stream, hint: 'Correct `fields`; without it all are read.' },
    );
  const twin = fields.find(({ column }, at) => fields.findIndex((field) => field.column === column) < at);
  if (twin !== undefined)
    refuse(
      undefined,
      `the ${where} has two fields that make the column ${twin.column}`,
      'Name the fields that are wanted in `fields`, and one of these two among them.',
    );
  const own = found.filter(({ isKey }) => isKey).map(({ column }) => column);
  const key = config.primary_key ?? (own.length > 0 ? own : [OBJECT_COLUMN]);
  const lacking = key.filter((name) => name !== OBJECT_COLUMN && !fields.some(({ column }) => column === name));
  if (lacking.length > 0)
    refuse(
      config.primary_key === undefined ? 'fields' : 'primary_key',
      `the key of the ${where} needs ${lacking.join(', ')}`,
      'Add them to `fields`, or name other columns in `primary_key`.',
    );
  const shape = Object.fromEntries(
    fields.map(({ column, type, isPersonal }) => {
      const schema = type.schema().meta({ personal: isPersonal });
      return [column, key.includes(column) ? schema : schema.nullable()];
    }),
  );
  const more = key.includes(OBJECT_COLUMN) ? { [OBJECT_COLUMN]: z.string() } : {};
  return {
    key: ['account_id', ...key],
    fields,
    account,
    schema: z.object({ account_id: accountColumn, ...more, ...shape }),
  };
}

/** The field by which a sendable data extension is joined to the subscribers, in lower case. */
async function sendableField(
  reading: Reading,
  account: Account,
  { data_extension }: DataExtensionConfig,
): Promise<string | undefined> {
  const property = 'SendableDataExtensionField.Name';
  const wanted = {
    objectType: 'DataExtension',
    scope: SCOPE,
    properties: ['CustomerKey', property],
    filter: equals('CustomerKey', data_extension),
  };
  for await (const page of retrieveWhole(reading, account, wanted))
    for (const { [property]: name } of page) if (name) return name.toLowerCase();
  return undefined;
}

const isWanted = ({ fields }: DataExtensionConfig, name: string): boolean =>
  fields === undefined || fields.some((wanted) => wanted.toLowerCase() === name);

function accountOf(
  client: Sfmc,
  config: DataExtensionConfig,
  refuse: (option: string, message: string, hint: string) => never,
): Account {
  const account =
    config.account === undefined ? client.accounts[0] : client.accounts.find(({ id }) => id === config.account);
  return account ?? refuse('account', `business unit ${config.account} is not in \`accounts\``, 'Add it there.');
}

/** As many keys of others as a person looks through. */
const MOST_NAMES = 30;

/** What to say of a key that is not there: the one that was meant, and those that there are. */
async function otherKeys(reading: Reading, account: Account, written: string) {
  const keys: string[] = [];
  const wanted = { objectType: 'DataExtension', scope: SCOPE, properties: ['CustomerKey', 'Name'] };
  let named: string | undefined;
  for await (const page of retrieveWhole(reading, account, wanted))
    for (const { CustomerKey, Name } of page) {
      if (!CustomerKey || keys.includes(CustomerKey)) continue;
      keys.push(CustomerKey);
      if (Name === written) named = CustomerKey;
    }
  const isThere = keys.includes(written);
  if (named === undefined) return { isThere, keys: suggested(written, keys.toSorted(), 'Its keys are') };
  return { isThere, keys: `that is the name of the one with the key "${named}"` };
}

function suggested(written: string, names: readonly string[], lead: string): string {
  const near = nearest(written, names);
  const more = names.length > MOST_NAMES ? `, and ${names.length - MOST_NAMES} more` : '';
  const all = `${lead}: ${names.slice(0, MOST_NAMES).join(', ') || 'none'}${more}`;
  return near === undefined ? all : `did you mean "${near}"? ${all}`;
}

/**
 * Follows the snapshot that the first page makes. Its links lack the prefix of the API: `/v1/…` is `/data/v1/…`
 * (seen in answers of the service).
 */
const bySnapshot: Paginator = {
  kind: 'sfmc_rowset',
  first: { query: { $pageSize: PAGE_SIZE } },
  next({ response, count, itemsBefore }: PageRead) {
    const { links, count: total } = response.body as { links?: { next?: string }; count?: number };
    const next = links?.next;
    if (typeof next !== 'string' || next === '' || itemsBefore + count >= (total ?? Number.POSITIVE_INFINITY))
      return undefined;
    const url = next.startsWith('/v1/') ? `/data${next}` : next;
    return { url, cursor: url };
  },
};

/** The rows of a data extension; anew where its snapshot has expired. */
export async function* readRows(
  reading: Reading,
  config: DataExtensionConfig,
  { account, fields, key }: RowsOf,
): AsyncGenerator<readonly Row[]> {
  const path = `/data/v1/customobjectdata/key/${encodeURIComponent(config.data_extension)}/rowset`;
  const walk = wholeOf(reading, account, { path, scope: SCOPE }, bySnapshot);
  let unkeyed = 0;
  const identify = ({ keys }: Readonly<Record<string, any>>) =>
    Object.keys(keys ?? {}).length > 0 ? JSON.stringify(keys) : `#${(unkeyed += 1)}`;
  for await (const items of anew(reading, `Data extension "${config.data_extension}"`, () => walk(identify)))
    yield items.map(({ keys, values }) => {
      const texts: Readonly<Record<string, string | null>> = lowerCased({ ...values, ...keys });
      const row: Row = { account_id: account.id };
      if (key.includes(OBJECT_COLUMN)) row[OBJECT_COLUMN] = texts[OBJECT_KEY] ?? null;
      for (const { name, column, type } of fields) {
        const value = texts[name] ?? '';
        row[column] = value === '' ? (key.includes(column) && type === TEXT ? '' : null) : type.value(String(value));
      }
      return row;
    });
}

const lowerCased = (texts: Readonly<Record<string, string | null>>) =>
  Object.fromEntries(Object.entries(texts).map(([name, value]) => [name.toLowerCase(), value]));
