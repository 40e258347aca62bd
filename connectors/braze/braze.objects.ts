import { ConnectorError } from '#sdk';
import { inParallel } from '#sdk/http';
import { askAbout, grantHint, pagesOf, warnOfErrors, type Life, type Listed, type Reading } from './braze.api.js';
import { addDays } from './braze.days.js';

/** Calls under way at a time. Braze states no limit; teams report 4 to 8 as safe. */
const CONCURRENCY = 6;

/** What Braze lists, and is asked about one by one. */
export interface ObjectKind {
  readonly noun: string;
  /** Path of the list. */
  readonly list: string;
  /** Name of the list in its answer. */
  readonly items: string;
  readonly query: Readonly<Record<string, unknown>>;
  /** Parameter that names one. */
  readonly param: string;
  /** Path of the details, and the fields that tell when it was active. */
  readonly life?: { readonly path: string; readonly first: string; readonly last: string };
}

// Archived ones too: they keep their history. Oldest first, so that a new one does not shift the pages. Never by time of edit: a
// campaign that nobody has touched for a year may still send.
const ALL = { include_archived: true, sort_direction: 'asc' };

export const CAMPAIGNS: ObjectKind = {
  noun: 'Campaign',
  list: '/campaigns/list',
  items: 'campaigns',
  query: ALL,
  param: 'campaign_id',
  life: { path: '/campaigns/details', first: 'first_sent', last: 'last_sent' },
};

export const CANVASES: ObjectKind = {
  noun: 'Canvas',
  list: '/canvas/list',
  items: 'canvases',
  query: ALL,
  param: 'canvas_id',
  life: { path: '/canvas/details', first: 'first_entry', last: 'last_entry' },
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

export function lifeOf(details: any, { first, last }: NonNullable<ObjectKind['life']>): Life {
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

type Outcome = Answered | { readonly object: Listed; readonly refused: number; readonly path: string } | 'inactive';

/**
 * Asks about everything of a kind, several at a time, and yields the answers in the order of the list. With a span, only about
 * what was active in it, which the details say: they are asked for once a run. What was deleted between list and call, or what
 * this key may not see, is named and left out. When it is all of them, the fault is in the calls or in the key.
 */
export async function* eachOf(
  reading: Reading,
  kind: ObjectKind,
  path: string,
  queryOf: (object: Listed) => Readonly<Record<string, unknown>>,
  { span, isWanted = () => true }: { readonly span?: Span; readonly isWanted?: (object: Listed) => boolean } = {},
): AsyncGenerator<Answered> {
  const { client, signal, warn } = reading;
  const outcomeOf = async (object: Listed, stop: AbortSignal): Promise<Outcome> => {
    let life = client.lives.get(object.id);
    if (life === undefined && span !== undefined && kind.life !== undefined) {
      const details = await askAbout(client, kind.life.path, { [kind.param]: object.id }, stop);
      if (details.body === undefined) return { object, refused: details.status, path: kind.life.path };
      life = remember(reading, kind, object.id, details.body);
    }
    if (span !== undefined && life !== undefined && !isActiveIn(life, span)) return 'inactive';
    const { status, body } = await askAbout(client, path, queryOf(object), stop);
    return body === undefined ? { object, refused: status, path } : { object, body, life: life ?? UNKNOWN_LIFE };
  };
  const objects = async function* (stop: AbortSignal): AsyncGenerator<Listed> {
    for await (const page of listed({ client, warn, signal: stop }, kind)) yield* page.filter(isWanted);
  };
  let known: Listed | undefined;
  let count = 0;
  const refusals: Exclude<Outcome, Answered | 'inactive'>[] = [];
  for await (const outcome of inParallel(objects, CONCURRENCY, outcomeOf, signal)) {
    count += 1;
    if (outcome === 'inactive') continue;
    if ('refused' in outcome) {
      refusals.push(outcome);
      continue;
    }
    known ??= outcome.object;
    const { object, body } = outcome;
    warnOfErrors(body, `${path} of ${kind.noun.toLowerCase()} ${object.id}`, warn);
    yield outcome;
  }
  const forbidden = refusals.find(({ refused }) => refused === 403);
  if (forbidden !== undefined) {
    // One that could be read is asked for again: is the key good for the others still?
    const again = known === undefined ? undefined : await askAbout(client, path, queryOf(known), signal);
    if (known === undefined ? refusals.every(({ refused }) => refused === 403) : again?.status === 403)
      throw new ConnectorError('auth', `Braze refuses ${forbidden.path} with 403`, { hint: grantHint(forbidden.path) });
  }
  if (count > 0 && refusals.length === count)
    throw new ConnectorError(
      'source',
      `Braze lists ${count} ${kind.items} and refuses ${refusals[0]!.path} for every one of them`,
      { hint: 'Check `endpoint`. If it is right, this is for the developer: Braze may have changed its parameters.' },
    );
  for (const { object, refused, path: where } of refusals)
    warn(
      refused === 403
        ? `${kind.noun} ${object.id} is listed, but this key may not read its ${where}. It was left out.`
        : `${kind.noun} ${object.id} is listed, but ${where} does not know it. It was left out; was it deleted?`,
    );
}

/** Keeps of the details when the thing was active. */
export function remember({ client }: Reading, { life }: ObjectKind, id: string, details: unknown): Life {
  const found = life === undefined ? UNKNOWN_LIFE : lifeOf(details, life);
  client.lives.set(id, found);
  return found;
}
