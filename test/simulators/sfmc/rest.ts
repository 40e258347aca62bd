import { createHash } from 'node:crypto';
import { dataExtensions } from './data-extensions.js';
import { serverTime } from './server-time.js';
import type { Grant } from './tokens.js';
import { MIDS, type SfmcWorld } from './world.js';

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
  items(world: SfmcWorld, account: number, now: number): readonly object[];
}

const ids = (count: number) => Array.from({ length: count }, (_, index) => index);

const lists: Readonly<Record<string, List>> = {
  '/interaction/v1/interactions': {
    scope: 'journeys_read',
    parameters: ['mostRecentVersionOnly', 'extras', '$orderBy'],
    items: (_, account, now) =>
      ids(account === MIDS[0] ? 57 : 0).map((index) => ({
        id: `0d1f-${index}`,
        key: `journey-${index}`,
        name: `Care journey ${index}`,
        version: 1 + (index % 2),
        status: index % 5 === 0 ? 'Draft' : 'Published',
        createdDate: serverTime(now - (90 - index) * 86_400_000).iso,
        modifiedDate: serverTime(now - 3_600_000).iso,
        lastPublishedDate: index % 5 === 0 ? '0001-01-01T00:00:00' : serverTime(now - 86_400_000).iso,
        definitionId: `def-${index}`,
        stats: {
          currentPopulation: index,
          cumulativePopulation: index * 10,
          metGoal: index * 2,
          metExitCriteria: 0,
          goalPerformance: 0.2,
        },
      })),
  },
  '/asset/v1/content/assets': {
    scope: 'saved_content_read',
    parameters: ['$orderBy', '$filter'],
    items: (_, account) =>
      ids(account === MIDS[0] ? 100 : 3).map((index) => ({
        id: account * 1000 + index,
        customerKey: `asset-${index}`,
        assetType: { id: 208, name: 'htmlemail' },
        name: `Asset ${index}`,
        createdDate: '2026-03-01T10:00:00.000-06:00',
        modifiedDate: '2026-03-02T10:00:00.000-06:00',
        views: { html: { content: '<p>Dear member</p>' } },
        legacyData: { legacyId: 300 + (index % 6) },
      })),
  },
  '/hub/v1/campaigns': {
    scope: 'campaign_read',
    parameters: ['$orderBy'],
    items: (_, account) =>
      ids(account === MIDS[0] ? 2 : 1).map((index) => ({
        id: `${index + 1}`,
        createdDate: '2026-01-01T08:00:00-06:00',
        modifiedDate: '2026-01-02T08:00:00-06:00',
        name: `Prevention ${index}`,
        description: '',
        campaignCode: `P${index}`,
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
      const items = list!.items(world, account, now);
      const size = Math.min(50, Number(url.searchParams.get('$pageSize') ?? 50));
      const number = Number(url.searchParams.get('$page') ?? 1);
      const own = items.slice((number - 1) * size, number * size);
      return { status: 200, body: { count: items.length, page: number, pageSize: size, links: {}, items: own } };
    },
  };
};
