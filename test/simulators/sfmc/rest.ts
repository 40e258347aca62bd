import { createHash } from 'node:crypto';
import { dataExtensions } from './data-extensions.js';
import type { Journey } from './library.js';
import { serverTime } from './server-time.js';
import type { Grant } from './tokens.js';
import type { SfmcWorld } from './world.js';

export interface RestReply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const DOCUMENTATION = 'https://developer.salesforce.com/docs/marketing/marketing-cloud/guide/error-handling.htm';
export const refusal = (
  status: number,
  errorcode: number,
  message: string,
  headers?: Record<string, string>,
): RestReply => ({
  status,
  body: { documentation: DOCUMENTATION, errorcode, message },
  ...(headers === undefined ? {} : { headers }),
});

export interface RestOptions {
  readonly world: SfmcWorld;
  readonly pageSize: number;
  readonly snapshotMs: number;
  readonly wallClock: () => number;
}

interface Snapshot {
  readonly key: string;
  readonly items: readonly object[];
  readonly size: number;
  readonly endsAt: number;
}

interface List {
  readonly scope: string;
  readonly parameters: readonly string[];
  items(world: SfmcWorld, account: number, query: URLSearchParams): readonly object[];
}

const NEVER = '0001-01-01T00:00:00';
/** As assets and campaigns write it: with the offset of the server. */
const withOffset = (instant: number) => `${serverTime(instant).iso}-06:00`;
const of =
  (account: number) =>
  (one: { readonly account: number }): boolean =>
    one.account === account;

/** All versions of each journey only where they are asked for. */
function versionsOf(journeys: readonly Journey[], query: URLSearchParams): readonly Journey[] {
  if (query.get('mostRecentVersionOnly') === 'false') return journeys;
  const newest = new Map<string, Journey>();
  for (const journey of journeys)
    if (journey.version > (newest.get(journey.definition)?.version ?? 0)) newest.set(journey.definition, journey);
  return [...newest.values()];
}

const lists: Readonly<Record<string, List>> = {
  '/interaction/v1/interactions': {
    scope: 'journeys_read',
    parameters: ['mostRecentVersionOnly', 'extras', '$orderBy'],
    items: ({ library }, account, query) =>
      versionsOf(library.journeys.filter(of(account)), query).map((journey) => ({
        id: journey.id,
        key: journey.key,
        name: journey.name,
        version: journey.version,
        status: journey.status,
        createdDate: serverTime(journey.createdAt).iso,
        modifiedDate: serverTime(journey.modifiedAt).iso,
        lastPublishedDate: journey.publishedAt === null ? NEVER : serverTime(journey.publishedAt).iso,
        definitionId: journey.definition,
        stats: {
          currentPopulation: journey.inside,
          cumulativePopulation: journey.entered,
          metGoal: journey.metGoal,
          metExitCriteria: journey.left,
          goalPerformance: journey.goalShare,
        },
      })),
  },
  '/asset/v1/content/assets': {
    scope: 'saved_content_read',
    parameters: ['$orderBy', '$filter'],
    items: ({ library }, account) =>
      library.assets.filter(of(account)).map((asset) => ({
        id: asset.id,
        customerKey: asset.key,
        assetType: { id: asset.type === 'image' ? 28 : 208, name: asset.type },
        name: asset.name,
        createdDate: withOffset(asset.createdAt),
        modifiedDate: withOffset(asset.modifiedAt),
        views: { html: { content: '<p>Dear member</p>' } },
        ...(asset.emailId === null ? {} : { legacyData: { legacyId: asset.emailId } }),
      })),
  },
  '/hub/v1/campaigns': {
    scope: 'campaign_read',
    parameters: ['$orderBy'],
    items: ({ library }, account) =>
      library.labels.filter(of(account)).map((label) => ({
        id: String(label.id),
        createdDate: withOffset(label.createdAt),
        modifiedDate: withOffset(label.modifiedAt),
        name: label.name,
        description: label.description,
        campaignCode: label.code,
        color: '0000ff',
      })),
  },
};

export interface Rest {
  answer(method: string, url: URL, grant: Grant, now: number): RestReply;
}

export const createRest = ({ world, pageSize, snapshotMs, wallClock }: RestOptions): Rest => {
  const snapshots = new Map<string, Snapshot>();

  const page = (url: URL, token: string, number: number): RestReply => {
    const snapshot = snapshots.get(token);
    if (snapshot === undefined || snapshot.endsAt <= wallClock())
      return refusal(400, 10_002, 'The request token has expired.');
    const { key, items, size } = snapshot;
    const link = (to: number) => `/v1/customobjectdata/token/${token}/rowset?$page=${to}`;
    const own = items.slice((number - 1) * size, number * size);
    return {
      status: 200,
      body: {
        links: { self: link(number), ...(number * size < items.length ? { next: link(number + 1) } : {}) },
        requestToken: token,
        tokenExpireDateUtc: new Date(snapshot.endsAt).toISOString().replace('Z', ''),
        customObjectId: '4f3c2b1a',
        customObjectKey: key,
        pageSize: size,
        page: number,
        count: items.length,
        top: 0,
        items: own,
      },
    };
  };

  const rowset = (url: URL, key: string, account: number, now: number): RestReply => {
    const found = dataExtensions.find((one) => one.key === key && one.account === account);
    if (found === undefined) return refusal(404, 10_003, 'The data extension is not there.');
    const names = Object.entries(found.fields);
    const items = found.rows(world, now).map((row, index) => {
      const part = (isKey: boolean) =>
        Object.fromEntries(
          names
            .filter(([, type]) => type.endsWith('!') === isKey)
            .map(([name]) => [name.toLowerCase(), row[name] ?? '']),
        );
      const keys = part(true);
      return { keys: Object.keys(keys).length > 0 ? keys : { _customobjectkey: `${index + 1}` }, values: part(false) };
    });
    const token = createHash('sha256').update(`${key} ${snapshots.size}`).digest('hex').slice(0, 32);
    const size = Math.min(pageSize, Number(url.searchParams.get('$pageSize') ?? pageSize));
    snapshots.set(token, { key, items, size, endsAt: wallClock() + snapshotMs });
    return page(url, token, Number(url.searchParams.get('$page') ?? 1));
  };

  return {
    answer(method, url, { account, scopes }, now) {
      const list = lists[url.pathname];
      const byKey = /^\/data\/v1\/customobjectdata\/key\/([^/]+)\/rowset$/.exec(url.pathname);
      const byToken = /^\/data\/v1\/customobjectdata\/token\/([^/]+)\/rowset$/.exec(url.pathname);
      if (list === undefined && byKey === null && byToken === null) return refusal(404, 404, 'Not Found');
      if (method !== 'GET') return refusal(405, 405, 'The method is not allowed');
      const allowed = ['$page', '$pageSize', ...(list?.parameters ?? [])];
      const stranger = [...url.searchParams.keys()].find((name) => !allowed.includes(name));
      if (stranger !== undefined) return refusal(400, 10_000, `Unknown parameter ${stranger}`);
      for (const name of ['$page', '$pageSize'])
        if (!/^[1-9]\d*$/.test(url.searchParams.get(name) ?? '1'))
          return refusal(400, 10_001, `${name} must be above 0`);
      if (!scopes.includes(list?.scope ?? 'data_extensions_read')) return refusal(403, 403, 'Insufficient Privileges');
      if (byKey !== null) return rowset(url, decodeURIComponent(byKey[1]!), account, now);
      if (byToken !== null) return page(url, byToken[1]!, Number(url.searchParams.get('$page') ?? 1));
      const items = list!.items(world, account, url.searchParams);
      const size = Math.min(50, Number(url.searchParams.get('$pageSize') ?? 50));
      const number = Number(url.searchParams.get('$page') ?? 1);
      const own = items.slice((number - 1) * size, number * size);
      return { status: 200, body: { count: items.length, page: number, pageSize: size, links: {}, items: own } };
    },
  };
};
