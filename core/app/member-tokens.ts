import { joinHash } from '../middleware/index.js';
import { rotated, tokenizer, tokenText, tokenVersion } from '../program/index.js';
import type { SqlSession } from '../protocol/index.js';
import { ConnectorError } from '../sdk/index.js';
import type { Settings } from '../settings/index.js';
import { dialectOf, hasTables } from '../../destinations/sql/index.js';
import type { Configuration } from './configuration.js';
import { keyVersions, tokenKey } from './stream-requests.js';

type Rules = Settings['connections'][string]['protect'][string];

/** The columns of a stream that tell a member by a token or hash. */
export const memberColumns = (rules: Rules): readonly string[] =>
  Object.entries(rules).flatMap(([column, rule]) =>
    typeof rule === 'object' && (rule.tokenize ?? rule.hash) !== undefined ? [column] : [],
  );

/** Makes what `protect` leaves of a column's values: the token or hash by which a member is found. Throws `config` where it makes none. */
export function tokenMaker(
  { settings, connection: find }: Pick<Configuration, 'settings' | 'connection'>,
  { connection, stream, column }: { readonly connection: string; readonly stream: string; readonly column: string },
): (value: string) => string | null {
  const rules = find(connection).protect[stream] ?? {};
  const make = makerOf(settings, rules[column]);
  if (make !== undefined) return make;
  const columns = memberColumns(rules);
  throw new ConnectorError('config', `Nothing tokenizes or hashes the column "${column}" of stream "${stream}".`, {
    connection,
    stream,
    hint: columns.length === 0 ? 'See `protect`.' : `Of its columns these are: ${columns.join(', ')}.`,
  });
}

function makerOf(settings: Settings, rule: Rules[string] | undefined): ((text: string) => string | null) | undefined {
  if (typeof rule !== 'object') return undefined;
  if (rule.tokenize !== undefined) return tokenizer(tokenKey(settings, rule.tokenize)).ofText;
  return rule.hash === undefined ? undefined : joinHash(keyVersions(settings, rule.hash)[0].key).of;
}

/** Whether a text has the form of a token or hash, whoever it may be. */
export const isTokenOrHash = (text: string): boolean => tokenVersion(text) !== undefined || /^[0-9a-f]{64}$/.test(text);

/** The token, and what the keys that are configured make of it where it is one of before a rotation. */
export function presentTokens({ connections, ...rest }: Settings, token: string): ReadonlySet<string> {
  const settings = { connections, ...rest };
  const keys = Object.values(connections).flatMap(({ protect }) =>
    Object.values(protect).flatMap((rules) =>
      Object.values(rules).flatMap((rule) => (typeof rule === 'object' ? [rule.tokenize] : [])),
    ),
  );
  const newer = [...new Set(keys)].flatMap((key) =>
    key === undefined ? [] : [rotated(token, tokenKey(settings, key))],
  );
  return new Set([token, ...newer.filter((each) => each !== undefined)]);
}

/** What rotations have written down of which token became which. */
export interface Crosswalk {
  /** The tokens of the same members, older and newer ones. */
  aliases(tokens: ReadonlySet<string>): Promise<ReadonlySet<string>>;
  /** Takes out what names one of them, or only counts it. */
  forget(tokens: ReadonlySet<string>, isDry: boolean): Promise<number>;
}

export async function crosswalkIn(sql: SqlSession, metadata: string): Promise<Crosswalk> {
  const { quote, literal, counted } = dialectOf(sql);
  if (!(await hasTables(sql, metadata, ['token_crosswalk'])))
    return { aliases: async (tokens) => tokens, forget: async () => 0 };
  const table = `${quote(metadata)}.${quote('token_crosswalk')}`;
  const named = (tokens: ReadonlySet<string>) => {
    const list = [...tokens].map(literal).join(', ');
    return `${quote('old')} IN (${list}) OR ${quote('new')} IN (${list})`;
  };
  return {
    async aliases(tokens) {
      let all = tokens;
      for (;;) {
        const found = await sql.query<{ old: string; new: string }>(
          `SELECT ${quote('old')}, ${quote('new')} FROM ${table} WHERE ${named(all)}`,
        );
        const more = new Set([...all, ...found.flatMap((row) => [row.old, row.new])]);
        if (more.size === all.size) return all;
        all = more;
      }
    },
    async forget(tokens, isDry) {
      const [row] = await sql.query<{ n: number }>(
        isDry
          ? `SELECT count(*) AS n FROM ${table} WHERE ${named(tokens)}`
          : counted(`DELETE FROM ${table} WHERE ${named(tokens)}`),
      );
      return Number(row?.n ?? 0);
    },
  };
}

/** What parts the values of a line that no reader could take apart. */
const SEPARATORS = /[\s,;|"':{}[\]]+/;

/**
 * Whether a record as it came is of the member: one of its values makes one of the tokens by the stream's keys. Steps of `map`
 * that come before the token are tried by what they mostly do: blanks cut off, letters made small or large.
 */
export function memberTest(
  settings: Settings,
  rules: Rules,
  tokens: ReadonlySet<string>,
): (record: unknown) => boolean {
  const makers = Object.values(rules).flatMap((rule) => makerOf(settings, rule) ?? []);
  const isTheirs = (text: string) => {
    const forms = [text, text.trim(), text.trim().toLowerCase(), text.trim().toUpperCase(), tokenText('integer', text)];
    return [...new Set(forms)].some((form) =>
      makers.some((make) => {
        const made = make(form);
        return made !== null && tokens.has(made);
      }),
    );
  };
  const test = (value: unknown, isLine: boolean): boolean => {
    if (value === null || value === undefined) return false;
    if (Array.isArray(value)) return value.some((each) => test(each, isLine));
    if (typeof value === 'object')
      return Object.entries(value).some(([name, each]) => test(each, isLine || name.startsWith('_')));
    const text = String(value);
    return isTheirs(text) || (isLine && text.split(SEPARATORS).some(isTheirs));
  };
  return (record) => test(record, false);
}
