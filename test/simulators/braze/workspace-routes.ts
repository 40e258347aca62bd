import { dayText } from './calendar.js';
import type { Route, RouteContext } from './campaign-routes.js';
import { choice, instant, integer, optional, readParameters, Refusal, required, type Parameter } from './parameters.js';
import { campaignSeries } from './series.js';
import type { WorkspaceMeasure, WorkspacePart } from './workspace.js';

const page = integer(0, 1_000_000, 0);
const span = { length: integer(1, 100), ending_at: instant };
const byDay: Record<string, Parameter<unknown>> = { ...span, unit: choice(['day'], 'day') };
const byApp = { app_id: optional };
const bySegment = { ...byApp, segment_id: optional };
const byProduct = { ...byDay, ...byApp, product: optional };

const pageOf = <T>(list: readonly T[], number: number, size: number): T[] =>
  list.slice(number * size, (number + 1) * size);

/** The days that are asked for, none before the world began and none of the future. */
const series = (
  { world, quirks, now }: RouteContext,
  measure: WorkspaceMeasure,
  of: string,
  asked: Asked,
  part: WorkspacePart,
): Record<string, unknown> => {
  const { calendar, workspace, startDay } = world;
  const end = calendar.dayOf(asked.ending_at ?? now) - (quirks.endingDay === 'left_out' ? 1 : 0);
  const data: Record<string, unknown>[] = [];
  for (let day = Math.max(startDay, end - asked.length + 1); day <= Math.min(end, calendar.dayOf(now)); day += 1)
    data.push({ time: dayText(day), [measure]: workspace.value(measure, of, day, now, part) });
  return { message: 'success', data };
};

type Asked = { readonly length: number; readonly ending_at: number | null } & Readonly<Record<string, string>>;

/** An app or a segment to which the numbers are narrowed, if it is one of this workspace. */
function partOf(asked: Asked, param: string | undefined, context: RouteContext): WorkspacePart {
  const { app_id } = asked;
  const segment_id = param === 'segment_id' ? undefined : asked['segment_id'];
  if (app_id !== undefined && !context.world.workspace.apps.includes(app_id)) throw new Refusal(400, 'Invalid App ID');
  const refusal = segment_id === undefined ? undefined : segmentRefusal(segment_id, context);
  if (refusal !== undefined) throw new Refusal(400, refusal);
  return { ...(app_id === undefined ? {} : { app_id }), ...(segment_id === undefined ? {} : { segment_id }) };
}

/** A series of the workspace (no `param`), or of one thing that is named. */
const route = (
  path: string,
  measure: WorkspaceMeasure,
  table: Record<string, Parameter<unknown>>,
  param?: string,
  refuse?: (of: string, context: RouteContext) => string | undefined,
): readonly [string, Route] => [
  path,
  {
    scope: path.slice(1).replaceAll('/', '.'),
    bucket: path.startsWith('/purchases') ? 'catalog' : 'shared',
    answer: (query, context) => {
      const asked = readParameters(query, param === undefined ? table : { [param]: required, ...table }) as Asked;
      const of = param === undefined ? '' : (asked[param] ?? '');
      const refusal = refuse?.(of, context);
      if (refusal !== undefined) throw new Refusal(400, refusal);
      return series(context, measure, of, asked, partOf(asked, param, context));
    },
  },
];

const segmentRefusal = (id: string, { world }: RouteContext): string | undefined => {
  const found = world.workspace.segments.find((segment) => segment.id === id);
  if (found === undefined) return 'Invalid Segment ID';
  return found.isTracked ? undefined : 'Analytics tracking is not enabled for this segment';
};

/** What Braze answers for an event that it has never seen is not documented; a refusal is the harder case. */
const eventRefusal = (name: string, { world }: RouteContext): string | undefined =>
  world.workspace.customEvents.includes(name) ? undefined : 'Invalid event';

const segmentList: Route['answer'] = (query, { world }) => {
  const asked = readParameters(query, { page, sort_direction: choice(['asc', 'desc'], 'asc') });
  const segments = pageOf(world.workspace.segments, asked.page, 100).map(({ id, name, isTracked, tags }) => ({
    id,
    name,
    analytics_tracking_enabled: isTracked,
    tags,
  }));
  return { message: 'success', segments };
};

const eventList: Route['answer'] = (query, { world }) => ({
  message: 'success',
  events: pageOf(world.workspace.customEvents, readParameters(query, { page }).page, 250),
});

const productList: Route['answer'] = (query, { world }) => ({
  message: 'success',
  products: pageOf(world.workspace.products, readParameters(query, { page }).page, 100),
});

/** Kept for so many days after the send. */
const keptDays = 14;

const sendSeries: Route['answer'] = (query, context) => {
  const asked = readParameters(query, { campaign_id: required, send_id: required, ...span });
  const { world, now, quirks } = context;
  const send = world.send(asked.campaign_id, asked.send_id, now);
  if (send === undefined) throw new Refusal(400, 'Invalid Send ID');
  if (world.calendar.dayOf(now) > send.firstDay + keptDays) return { message: 'success', data: [] };
  return { message: 'success', data: campaignSeries(world, send, asked.length, asked.ending_at ?? now, now, quirks) };
};

export const workspaceRoutes: Readonly<Record<string, Route>> = {
  '/segments/list': { scope: 'segments.list', bucket: 'shared', answer: segmentList },
  '/users/export/segment': {
    scope: 'users.export.segment',
    bucket: 'shared',
    method: 'POST',
    answer: (query, context) => {
      readParameters(query, {});
      return context.users.begin(context.body, context);
    },
  },
  '/events/list': { scope: 'events.list', bucket: 'catalog', answer: eventList },
  '/purchases/product_list': { scope: 'purchases.product_list', bucket: 'catalog', answer: productList },
  '/sends/data_series': { scope: 'sends.data_series', bucket: 'shared', answer: sendSeries },
  ...Object.fromEntries([
    route('/segments/data_series', 'size', span, 'segment_id', segmentRefusal),
    route('/events/data_series', 'count', { ...byDay, ...bySegment }, 'event', eventRefusal),
    route('/kpi/dau/data_series', 'dau', { ...span, ...byApp }),
    route('/kpi/mau/data_series', 'mau', { ...span, ...byApp }),
    route('/kpi/new_users/data_series', 'new_users', { ...span, ...byApp }),
    route('/kpi/uninstalls/data_series', 'uninstalls', { ...span, ...byApp }),
    route('/sessions/data_series', 'sessions', { ...byDay, ...bySegment }),
    route('/purchases/quantity_series', 'purchase_quantity', byProduct, 'product'),
    route('/purchases/revenue_series', 'revenue', byProduct, 'product'),
  ]),
};
