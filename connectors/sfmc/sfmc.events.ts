import { ConnectorError } from '#sdk';
import type { Account } from './sfmc.accounts.js';
import { EVENT_NAMES, EVENTS, rowsOf, type SoapObjectType } from './sfmc.objects.js';
import { beginAnew, between, retrieve, type Reading } from './sfmc.soap.js';
import { dayOf, startOfDay } from './sfmc.time.js';

type Row = Record<string, unknown>;

/** The border of a window may be written in other fractions of a second; a zone is at least this far off. */
const TOLERANCE_MS = 10 * 60_000;
/** Spans are not halved beyond this. */
const SHORTEST_MS = 60_000;

/** What becomes of an event: its row, and the columns that tell one row from another. */
interface Shape {
  readonly key: readonly string[];
  rowOf(event: Row): Row;
}

/** The events of one object in `[from, to)`, of all business units. */
export async function* readEvents(
  reading: Reading,
  object: SoapObjectType,
  [from, to]: readonly [Date, Date],
  shape: Shape = { key: object.key, rowOf: (event) => event },
): AsyncGenerator<readonly Row[]> {
  const number = numbering(shape.key);
  for (const account of reading.client.accounts)
    for await (const events of readSpan(reading, account, object, [from, to], number))
      yield events.map((event) => number.add(shape.rowOf(event)));
}

/**
 * Reads a span of one business unit; where its continuation is lost, each half of it anew, so that a long one comes to its
 * end too.
 */
async function* readSpan(
  reading: Reading,
  account: Account,
  object: SoapObjectType,
  span: readonly [Date, Date],
  number: Numbering,
): AsyncGenerator<readonly Row[]> {
  const { objectType, scope } = object;
  const eventOf = rowsOf(object, account.id);
  const properties = object.columns.map(({ property }) => property);
  const spans = [span];
  let restarts = 0;
  for (let next = spans.shift(); next !== undefined; next = spans.shift()) {
    const [from, to] = next;
    const forget = number.mark();
    try {
      const wanted = { objectType, scope, properties, filter: between('EventDate', from, to) };
      for await (const page of retrieve(reading, account, wanted)) {
        const events = page.map(eventOf);
        for (const event of events) refuseForeign(event, from, to, objectType);
        yield events;
      }
    } catch (error) {
      beginAnew(error, restarts, reading, `${objectType} of business unit ${account.id}`);
      restarts += 1;
      forget();
      const middle = new Date((from.getTime() + to.getTime()) / 2);
      spans.unshift(
        ...(to.getTime() - from.getTime() > SHORTEST_MS ? [[from, middle] as const, [middle, to] as const] : [next]),
      );
    }
  }
}

/** An event beside its window shows that the server means other instants than we do: its day in the report would be wrong. */
function refuseForeign(event: Row, from: Date, to: Date, objectType: string): void {
  const at = Date.parse(String(event['event_date']));
  if (at < from.getTime() - TOLERANCE_MS || at > to.getTime() + TOLERANCE_MS)
    throw new ConnectorError('source', `${objectType}: an event lies beside the window that was asked for`, {
      hint: "The server's clock may not be UTC−6, or it takes no filter. This is for the developer.",
    });
}

/**
 * Numbers events without a member among those that are the same in the rest of the key: nothing tells one from the next, and
 * all of them count. A member's event that comes twice is one. Few events have no member, so few are remembered.
 */
interface Numbering {
  /** Gives the row its number. */
  add(row: Row): Row;
  /** Returns what forgets all that was numbered since, for rows that will come again. */
  mark(): () => void;
}

function numbering(key: readonly string[]): Numbering {
  const columns = key.filter((name) => name !== 'occurrence');
  let known = new Map<string, number>();
  return {
    add(row) {
      let occurrence = 0;
      if (row['subscriber_key'] === '') {
        const rest = columns.map((name) => row[name]).join('|');
        occurrence = (known.get(rest) ?? 0) + 1;
        known.set(rest, occurrence);
      }
      row['occurrence'] = occurrence;
      return row;
    },
    mark() {
      const before = new Map(known);
      return () => {
        known = before;
      };
    },
  };
}

export const MESSAGE_DAY_KEY = ['day', 'account_id', 'send_id', 'event', 'subscriber_key', 'batch_id', 'occurrence'];
/** The columns that it is made of; the others would be read for nothing. */
const MESSAGE_COLUMNS = new Set(['send_id', 'subscriber_key', 'event_date', 'batch_id']);

/**
 * One row per message, day and kind of event. A message that is opened twice on a day gives the same row twice, and the key
 * makes them one: so nothing has to be remembered while a day is read.
 */
export async function* readMessageDays(
  reading: Reading,
  days: { readonly from: string; readonly to: string },
  timeZone: string,
): AsyncGenerator<readonly Row[]> {
  const span = [startOfDay(days.from, timeZone), startOfDay(days.to, timeZone)] as const;
  for (const [event, stream] of EVENT_NAMES) {
    const object: SoapObjectType = EVENTS[stream];
    const columns = object.columns.filter(({ name }) => MESSAGE_COLUMNS.has(name));
    yield* readEvents(reading, { ...object, columns }, span, {
      key: MESSAGE_DAY_KEY,
      rowOf: ({ event_date, ...row }) => ({ day: dayOf(Date.parse(String(event_date)), timeZone), event, ...row }),
    });
  }
}
