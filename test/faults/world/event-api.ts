import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DAY_MS, dayAfter, drawn, range, type Cell, type TrueTable, type Version } from './rows.js';

const CAMPAIGNS = 12;
const DAYS = 21;
const PAGE = 200;

/** What the API holds: days up to today, since a run reads up to its own start. */
export interface ApiWorld {
  readonly today: string;
  readonly firstDay: string;
  /** Clicks that came after the first run, in order of time. */
  readonly late: readonly (readonly Cell[])[];
}

export function apiWorld(now: Date): ApiWorld {
  const today = now.toISOString().slice(0, 10);
  return { today, firstDay: dayAfter(today, 1 - DAYS), late: [] };
}

/** Clicks after `since`, where the first run's bookmark stands; one stands on it exactly. */
export function withLateClicks(world: ApiWorld, since: Date): ApiWorld {
  const late = range(300).map((id): readonly Cell[] => [
    new Date(since.getTime() + Math.floor(id / 2)).toISOString(),
    `c${drawn(id + 7, CAMPAIGNS)}`,
    `late ${id}`,
  ]);
  return { ...world, late };
}

const SHAPES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  campaigns: { id: 'text', name: 'text' },
  daily: { campaign_id: 'text', day: 'date', sent: 'bigint', opened: 'bigint' },
  clicks: { at: 'timestamptz', campaign_id: 'text', target: 'text' },
  assets: { campaign_id: 'text', day: 'date', cost: 'numeric' },
};
/** The cursor of a stream that is read by windows, as a place in its rows. */
const CURSORS: Readonly<Record<string, number>> = { daily: 1, clicks: 0 };

export function apiTables(world: ApiWorld, version: Version): Readonly<Record<string, TrueTable>> {
  const { firstDay, today } = world;
  const start = Date.parse(`${firstDay}T00:00:00Z`);
  const campaigns = range(version === 1 ? CAMPAIGNS - 2 : CAMPAIGNS).map((id): readonly Cell[] => [
    `c${id}`,
    version === 2 && id % 5 === 0 ? `Campaign ${id}, renamed` : `Campaign ${id}`,
  ]);
  const daily = range(CAMPAIGNS).flatMap((id) =>
    range(DAYS).map((index): readonly Cell[] => {
      const day = dayAfter(firstDay, index);
      // Late opens change the last three days.
      const late = version === 2 && day >= dayAfter(today, -2) ? 5 : 0;
      return [`c${id}`, day, 50 + drawn(id * 100 + index, 50), drawn(id * 100 + index + 1, 40) + late];
    }),
  );
  const clicks = range(1_500).map((id): readonly Cell[] => {
    // Every hundredth stands exactly on a midnight, where windows begin and end.
    const at = id % 100 === 0 ? start + (id / 100) * DAY_MS : start + drawn(id, (DAYS - 1) * DAY_MS);
    return [new Date(at).toISOString(), `c${drawn(id + 1, CAMPAIGNS)}`, `link ${id}`];
  });
  const assets = range(version === 1 ? 500 : 450).map((id): readonly Cell[] => [
    `c${drawn(id, CAMPAIGNS)}`,
    dayAfter(firstDay, drawn(id + 1, DAYS)),
    `${drawn(id + version, 500)}.${10 + drawn(id, 90)}`,
  ]);
  const rows = { campaigns, daily, clicks: version === 1 ? clicks : [...clicks, ...world.late], assets };
  return Object.fromEntries(Object.entries(rows).map(([name, each]) => [name, { columns: SHAPES[name]!, rows: each }]));
}

export interface EventApi {
  /** Of a version of the world. */
  url(version: Version): string;
  world: ApiWorld;
  close(): Promise<void>;
}

/** `GET /VERSION/STREAM?page=&from=&to=`: pages of 200 objects, windows half-open. */
export async function startEventApi(world: ApiWorld): Promise<EventApi> {
  let made: { world: ApiWorld; tables: Record<Version, Readonly<Record<string, TrueTable>>> } | undefined;
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://api');
    const [, version, stream] = pathname.split('/');
    if (made?.world !== api.world)
      made = { world: api.world, tables: { 1: apiTables(api.world, 1), 2: apiTables(api.world, 2) } };
    const { columns, rows } = made.tables[Number(version) as Version][stream!]!;
    const cursor = CURSORS[stream!];
    const [from, to] = [searchParams.get('from') ?? '', searchParams.get('to') ?? '~'];
    const within = rows.filter(
      (row) => cursor === undefined || (String(row[cursor]) >= from && String(row[cursor]) < to),
    );
    const page = Number(searchParams.get('page'));
    const items = within
      .slice(page * PAGE, (page + 1) * PAGE)
      .map((row) => Object.fromEntries(Object.keys(columns).map((name, index) => [name, row[index]])));
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ items }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const api: EventApi = {
    url: (version) => `http://127.0.0.1:${port}/${version}`,
    world,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return api;
}
