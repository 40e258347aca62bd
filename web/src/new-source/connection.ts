/** `drop`, `keep` or `tokenize KEY`. */
export type Rule = string;

/** Streams that are to be read, with the rules for those columns that tell who a person is. */
export type Chosen = ReadonlyMap<string, ReadonlyMap<string, Rule>>;

export type ScheduleKind = 'none' | 'every' | 'cron';

export interface ConnectionFields {
  readonly name: string;
  readonly destination: string;
  readonly kind: ScheduleKind;
  readonly every: string;
  readonly cron: string;
  readonly timezone: string;
}

export const FIRST_CONNECTION: Omit<ConnectionFields, 'destination'> = {
  name: '',
  kind: 'every',
  every: '1d',
  cron: '15 5 * * *',
  timezone: '',
};

/** As it is to stand in the file. */
export function connectionOf({ name, destination, kind, every, cron, timezone }: ConnectionFields, chosen: Chosen) {
  const protect = Object.fromEntries(
    [...chosen].flatMap(([stream, rules]) =>
      rules.size === 0 ? [] : [[stream, Object.fromEntries([...rules].map(([field, rule]) => [field, ruleOf(rule)]))]],
    ),
  );
  const timed = kind === 'every' ? { every } : { cron, ...(timezone === '' ? {} : { timezone }) };
  return {
    name,
    destination,
    ...(kind === 'none' ? {} : { schedule: timed }),
    streams: Object.fromEntries([...chosen.keys()].map((stream) => [stream, {}])),
    ...(Object.keys(protect).length === 0 ? {} : { protect }),
  };
}

function ruleOf(rule: Rule): string | Record<string, string> {
  const [act, key] = rule.split(' ');
  return key === undefined ? rule : { [act!]: key };
}
