import type { Answer } from '../api/client';
import type { Fault } from './schema';

export type Offered = Answer<'/api/new-sources/{name}/streams', 'post', 200>['streams'][number];

/** `drop`, `keep`, `tokenize KEY` or `encrypt KEY`; empty: nobody has decided yet. */
export type Rule = string;

/** What is asked of a stream. Empty modes leave the choice to the host. */
export interface StreamChoice {
  readonly sync: string;
  readonly write: string;
  /** Its records are about persons, so that each column is decided of. */
  readonly isPhi: boolean;
  /** Rules that were chosen; the others are as `ruleOf` says. */
  readonly rules: ReadonlyMap<string, Rule>;
}

export type Chosen = ReadonlyMap<string, StreamChoice>;

export const FIRST_CHOICE: StreamChoice = { sync: '', write: '', isPhi: false, rules: new Map() };

export type ScheduleKind = 'none' | 'every' | 'cron';

export interface ConnectionFields {
  readonly name: string;
  readonly destination: string;
  readonly schema: string;
  readonly kind: ScheduleKind;
  readonly every: string;
  readonly cron: string;
  readonly timezone: string;
}

export const FIRST_CONNECTION: Omit<ConnectionFields, 'destination'> = {
  name: '',
  schema: '',
  kind: 'every',
  every: '1d',
  cron: '15 5 * * *',
  timezone: '',
};

/** The columns of a stream that need a rule. */
export const columnsToDecide = ({ fields }: Offered, { isPhi }: StreamChoice): readonly string[] =>
  fields.filter(({ is_personal }) => isPhi || is_personal).map(({ name }) => name);

/**
 * Nothing that tells who a person is lands unless somebody says so. A key column can only become a token: without it the host
 * cannot tell records apart.
 */
export function ruleOf(offered: Offered, { rules }: StreamChoice, column: string, keys: readonly string[]): Rule {
  const isPersonal = offered.fields.some(({ name, is_personal }) => name === column && is_personal);
  const first = !isPersonal
    ? ''
    : !offered.primary_key.includes(column)
      ? 'drop'
      : keys[0] === undefined
        ? ''
        : `tokenize ${keys[0]}`;
  return rules.get(column) ?? first;
}

export const protectPath = (stream: string, column: string): string => `connection.protect.${stream}.${column}`;

/** Columns that somebody must still decide of. */
export const undecided = (offered: readonly Offered[], chosen: Chosen, keys: readonly string[]): readonly Fault[] =>
  offered.flatMap((one) => {
    const choice = chosen.get(one.stream);
    if (choice === undefined) return [];
    return columnsToDecide(one, choice)
      .filter((column) => ruleOf(one, choice, column, keys) === '')
      .map((column) => ({ path: protectPath(one.stream, column), message: 'choose what becomes of this column' }));
  });

/** As it is to stand in the file. */
export function connectionOf(
  { name, destination, schema, kind, every, cron, timezone }: ConnectionFields,
  offered: readonly Offered[],
  chosen: Chosen,
  keys: readonly string[],
) {
  const picked = offered.flatMap((one) => {
    const choice = chosen.get(one.stream);
    return choice === undefined ? [] : [{ one, choice }];
  });
  const protect = Object.fromEntries(
    picked.flatMap(({ one, choice }) => {
      const rules = columnsToDecide(one, choice).map((column) => [column, ruleForm(ruleOf(one, choice, column, keys))]);
      return rules.length === 0 ? [] : [[one.stream, Object.fromEntries(rules)]];
    }),
  );
  const streams = picked.map(({ one, choice: { sync, write, isPhi } }) => [
    one.stream,
    { ...(sync === '' ? {} : { sync }), ...(write === '' ? {} : { write }), ...(isPhi ? { phi: true } : {}) },
  ]);
  const timed = kind === 'every' ? { every } : { cron, ...(timezone === '' ? {} : { timezone }) };
  return {
    name,
    destination,
    ...(schema === '' ? {} : { schema }),
    ...(kind === 'none' ? {} : { schedule: timed }),
    streams: Object.fromEntries(streams),
    ...(Object.keys(protect).length === 0 ? {} : { protect }),
  };
}

function ruleForm(rule: Rule): string | Record<string, string> {
  const [act, key] = rule.split(' ');
  return key === undefined ? rule : { [act!]: key };
}
