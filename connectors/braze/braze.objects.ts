import { ConnectorError } from '#sdk';
import { inParallel } from '#sdk/http';
import type { z } from 'zod';
import {
  askAbout,
  forbidden,
  pagesOf,
  warnOfErrors,
  type Details,
  type Life,
  type Listed,
  type Reading,
} from './braze.api.js';
import { addDays } from './braze.days.js';
import { canvasDetailsRow, detailsRow } from './braze.details.js';
import type { CampaignDetails, CanvasDetails } from './braze.schemas.js';

/** Calls under way at a time. Braze states no limit; teams report 4 to 8 as safe. */
const CONCURRENCY = 6;

/** How many are asked for to tell a right that the key lacks from what it may not see: a few may be hidden too. */
const PROBES = 5;

/** What Braze lists, and is asked about one by one. */
export interface ObjectKind<Row = unknown> {
  readonly noun: string;
  /** Path of the list. */
  readonly list: string;
  /** Name of the list in its answer. */
  readonly items: string;
  readonly query: Readonly<Record<string, unknown>>;
  /** Parameter that names one. */
  readonly param: string;
  /** Path of the details, the fields that tell when it was active, and the row that they make. */
  readonly details?: {
    readonly path: string;
    readonly first: string;
    readonly last: string;
    rowOf(id: string, body: any): Row;
  };
}

// Archived ones too: they keep their history. Oldest first, so that a new one does not shift the pages. Never by time of edit: a
// campaign that nobody has touched for a year may still send.
const ALL = { include_archived: true, sort_direction: 'asc' };

export const CAMPAIGNS: ObjectKind<z.input<typeof CampaignDetails>> = {
  noun: 'Campaign',
  list: '/campaigns/list',
  items: 'campaigns',
  query: ALL,
  param: 'campaign_id',
  details: { path: '/campaigns/details', first: 'first_sent', last: 'last_sent', rowOf: detailsRow },
};

export const CANVASES: ObjectKind<z.input<typeof CanvasDetails>> = {
  noun: 'Canvas',
  list: '/canvas/list',
  items: 'canvases',
  query: ALL,
  param: 'canvas_id',
  details: { path: '/canvas/details', first: 'first_entry', last: 'last_entry', rowOf: canvasDetailsRow },
};

export const SEGMENTS: ObjectKind = {
  noun: 'Segment',
  list: '/segments/list',
  items: 'segments',
  query: { sort_direction: 'asc' },
  param: 'segment_id',
};

export const CUSTOM_EVENTS: ObjectKind = {
  noun: 'Custom event',
  list: '/events/list',
  items: 'events',
  query: {},
  param: 'event',
};

export const PRODUCTS: ObjectKind = {
  noun: 'Product',
  list: '/purchases/product_list',
  items: 'products',
  query: {},
  param: 'product',
};

/** Every entry of a list, in pages; the list is read once a run. A bare text is an entry whose id it is. */
export async function* listed(reading: Reading, kind: ObjectKind): AsyncGenerator<readonly Listed[]> {
  const { lists } = reading.client;
  const known = lists.get(kind.list);
  if (known !== undefined) {
    yield known;
    return;
  }
  // An entry that comes twice, since a page does or one was added meanwhile, is one.
  const all = new Map<string, Listed>();
  for await (const page of pagesOf(reading, kind.list, kind.items, kind.query)) {
    const entries = page
      .map((entry) => (typeof entry === 'string' ? { id: entry } : (entry as Listed)))
      .filter(({ id }) => !all.has(id));
    for (const entry of entries) all.set(entry.id, entry);
    yield entries;
  }
  lists.set(kind.list, [...all.values()]);
}

/** Which days of a thing are worth a call. */
export interface Span {
  readonly from: string;
  readonly to: string;
  readonly inactiveAfterDays: number;
}

/** The days on which something may have happened; a day on either side for the time zone. */
const activeDays = ({ first, last }: Life, inactiveAfterDays: number) => ({
  from: first === null ? '' : addDays(first, -1),
  to: last === null ? '9999' : addDays(last, inactiveAfterDays + 1),
});

function isActiveIn(life: Life, { from, to, inactiveAfterDays }: Span): boolean {
  const active = activeDays(life, inactiveAfterDays);
  return !life.isIdle && active.from < to && from < active.to;
}

/** True for a day without which nothing would be missing, if it has no counts: so all windows give the same rows. */
export function isQuietDay(day: string, life: Life, inactiveAfterDays: number): boolean {
  const active = activeDays(life, inactiveAfterDays);
  return day < active.from || day >= active.to;
}

// Braze does not say whether showing counts as sending, so campaigns of these channels are always read.
const IS_SHOWN = /in-?_?app|content_card|banner|feature_flag/;

export function lifeOf(details: any, { first, last }: NonNullable<ObjectKind['details']>): Life {
  const dayOf = (name: string): string | null => /^\d{4}-\d\d-\d\d/.exec(String(details[name]))?.[0] ?? null;
  const channels = Array.isArray(details.channels) ? details.channels : [];
  if (channels.some((channel: unknown) => IS_SHOWN.test(String(channel))))
    return { first: null, last: null, isIdle: false };
  return {
    first: dayOf(first),
    last: dayOf(last),
    isIdle: details.draft === true && dayOf(last) === null && dayOf(first) === null,
  };
}

export interface Answered {
  readonly object: Listed;
  readonly body: any;
  readonly life: Life;
}

const UNKNOWN_LIFE: Life = { first: null, last: null, isIdle: false };

/** What became of one: a find, a refusal, or neither where it was not worth the call. */
interface Outcome<Found> {
  readonly object: Listed;
  readonly found?: Found;
  readonly refused?: { readonly status: number; readonly path: string };
}

/** Braze refuses what is asked about every one, and not for want of a permission. */
export class AllRefused extends ConnectorError {}

type Wanted = (object: Listed) => boolean;

/** One call of those that are made about each. */
interface Call {
  readonly path: string;
  queryOf(object: Listed): Readonly<Record<string, unknown>>;
}

const detailsCall = ({ details, param }: ObjectKind): Call => ({
  path: details!.path,
  queryOf: ({ id }) => ({ [param]: id }),
});

/**
 * Asks about everything of a kind, several at a time, and yields the answers in the order of the list. With a span, only about
 * what was active in it, which the details say.
 */
export async function* eachOf(
  reading: Reading,
  kind: ObjectKind,
  path: string,
  queryOf: Call['queryOf'],
  { span, isWanted }: { readonly span?: Span; readonly isWanted?: Wanted } = {},
): AsyncGenerator<Answered> {
  const outcomeOf = async (object: Listed, stop: AbortSignal): Promise<Outcome<Answered>> => {
    let life = UNKNOWN_LIFE;
    if (span !== undefined) {
      const { found: details, ...refusal } = await detailsOf(reading, kind, object, stop);
      if (details === undefined) return refusal;
      if (!isActiveIn(details.life, span)) return { object };
      life = details.life;
    }
    const { status, body } = await askAbout(reading.client, path, queryOf(object), stop);
    if (body === undefined) return { object, refused: { status, path } };
    warnOfErrors(body, `${path} of ${kind.noun.toLowerCase()} ${object.id}`, reading.warn);
    return { object, found: { object, body, life } };
  };
  const calls = [...(span === undefined ? [] : [detailsCall(kind)]), { path, queryOf }];
  yield* foundOf(reading, kind, calls, outcomeOf, isWanted);
}

/** The rows that the details of everything of a kind make. */
export async function* eachDetails<Row>(reading: Reading, kind: ObjectKind<Row>): AsyncGenerator<Row> {
  const outcomeOf = (object: Listed, stop: AbortSignal) => detailsOf(reading, kind, object, stop);
  for await (const { row } of foundOf(reading, kind, [detailsCall(kind)], outcomeOf)) yield row as Row;
}

/** The details of one, asked for once a run, whichever stream needs them first. */
async function detailsOf(
  { client, warn }: Reading,
  kind: ObjectKind,
  object: Listed,
  stop: AbortSignal,
): Promise<Outcome<Details>> {
  const known = client.details.get(object.id);
  if (known !== undefined) return { object, found: known };
  const { path, queryOf } = detailsCall(kind);
  const { status, body } = await askAbout(client, path, queryOf(object), stop);
  if (body === undefined) return { object, refused: { status, path } };
  warnOfErrors(body, `${path} of ${kind.noun.toLowerCase()} ${object.id}`, warn);
  const details = kind.details!;
  const found = { life: lifeOf(body, details), row: details.rowOf(object.id, body) };
  client.details.set(object.id, found);
  return { object, found };
}

/**
 * What was found of everything of a kind. What was deleted between list and call, or what this key may not see, is named and
 * left out. When it is all of them, the fault is in the calls or in the key.
 */
async function* foundOf<Found>(
  reading: Reading,
  kind: ObjectKind,
  calls: readonly Call[],
  outcomeOf: (object: Listed, stop: AbortSignal) => Promise<Outcome<Found>>,
  isWanted: Wanted = () => true,
): AsyncGenerator<Found> {
  const { client, signal, warn } = reading;
  const objects = async function* (stop: AbortSignal): AsyncGenerator<Listed> {
    for await (const page of listed({ client, warn, signal: stop }, kind)) yield* page.filter(isWanted);
  };
  const refusals: { readonly object: Listed; readonly status: number; readonly path: string }[] = [];
  /** By path, one that this key could read. */
  const readable = new Map<string, Listed>();
  /** What was not worth the last call. */
  const idle: Listed[] = [];
  let count = 0;
  for await (const { object, found, refused } of inParallel(objects, CONCURRENCY, outcomeOf, signal)) {
    count += 1;
    // What was not worth the last call has had its details read.
    const last = refused?.path ?? (found === undefined ? calls.at(-1)!.path : undefined);
    for (const { path } of calls) {
      if (path === last) break;
      if (!readable.has(path)) readable.set(path, object);
    }
    if (refused !== undefined) refusals.push({ object, ...refused });
    if (found !== undefined) yield found;
    else if (refused === undefined) idle.push(object);
  }
  for (const { path, queryOf } of calls) {
    const refused = refusals.filter((refusal) => refusal.path === path);
    if (!refused.some(({ status }) => status === 403)) continue;
    // One that could be read is asked for again: is the key good for the others still? If none could, some that were not asked
    // for say whether it is good for any.
    const one = readable.get(path);
    const others = path === calls.at(-1)!.path ? idle.slice(0, PROBES) : [];
    let isLost = true;
    for (const object of one === undefined ? others : [one])
      isLost &&= (await askAbout(client, path, queryOf(object), signal)).status === 403;
    if (isLost) throw forbidden(path);
  }
  if (count > 0 && refusals.length === count)
    throw new AllRefused(
      'source',
      `Braze lists ${count} ${kind.items} and refuses ${refusals[0]!.path} for every one of them`,
      { hint: 'Check `endpoint`. If it is right, this is for the developer: Braze may have changed its parameters.' },
    );
  for (const { object, status, path } of refusals) {
    // What was deleted is missing whatever is asked; a right may be missing for one path alone.
    const message =
      status === 403
        ? `${kind.noun} ${object.id} is listed, but this key may not read its ${path}. It was left out.`
        : `${kind.noun} ${object.id} is listed, but ${path} does not know it. It was left out; was it deleted?`;
    const what = JSON.stringify([kind.noun, object.id, status === 403 ? path : '']);
    if (!client.told.has(what)) warn(message);
    client.told.add(what);
  }
}
