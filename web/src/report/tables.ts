import { isOwn, type Narrowing } from './narrowings';

/** Tables of a release by two of what the figures can be narrowed to. Of any other pair there are no figures, and none are made. */
const PAIRS = [
  ['region', 'segment', 'region_segment'],
  ['channel', 'region', 'channel_region'],
  ['channel', 'segment', 'channel_segment'],
  ['campaign', 'region', 'campaign_region'],
  ['campaign', 'segment', 'campaign_segment'],
  ['campaign', 'channel', 'campaign_channel'],
  ['campaign', 'type', 'campaign_response_type'],
  ['channel', 'type', 'channel_response_type'],
  ['campaign', 'days', 'campaign_date'],
  ['channel', 'days', 'channel_date'],
  ['region', 'type', 'response_type_region'],
  ['segment', 'type', 'response_type_segment'],
  ['type', 'days', 'response_type_date'],
] as const satisfies readonly (readonly [Narrowing, Narrowing, string])[];

/** By what a dimension of the installation's own is crossed. */
const WITH_OWN: readonly Narrowing[] = ['campaign', 'channel', 'region', 'segment'];

export const ownName = (name: string): string => name.slice('own.'.length);

/** Undefined where a release has no such table. */
export function tableOf(one: Narrowing, other: Narrowing): string | undefined {
  if (isOwn(one) || isOwn(other)) {
    const [own, builtIn] = isOwn(one) ? [one, other] : [other, one];
    return WITH_OWN.includes(builtIn) ? `${builtIn}_${ownName(own)}` : undefined;
  }
  return PAIRS.find(([left, right]) => (left === one && right === other) || (left === other && right === one))?.[2];
}

/** A campaign stands in the address by its source and its id there. */
export const campaignPlace = (value: string) => {
  const at = value.indexOf(':');
  return { source: value.slice(0, at), campaign_id: value.slice(at + 1) };
};

/** What a table is asked for, so that it holds only the rows of a narrowing. Of several days it is asked for all. */
export function filterOf(name: Narrowing, value: string): Readonly<Record<string, string>> {
  if (name === 'days') {
    const [from, to] = value.split('..');
    return from === to && from !== undefined ? { date: from } : {};
  }
  if (name === 'campaign') return campaignPlace(value);
  return { [columnOf(name)]: value };
}

/** Of a row's place what the address says of it. */
export function valueOf(name: Narrowing, at: Readonly<Record<string, string>>): string {
  if (name === 'campaign') return `${at['source']}:${at['campaign_id']}`;
  return at[columnOf(name)] ?? '';
}

function columnOf(name: Narrowing): string {
  if (isOwn(name)) return ownName(name);
  return name === 'type' ? 'response_type' : name === 'days' ? 'date' : name;
}
