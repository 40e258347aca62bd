import type { Campaign } from './campaigns.js';
import { detailsChannel } from './channels.js';
import { choice, editTime, instant, integer, readParameters, Refusal, required } from './parameters.js';
import type { RateLimits } from './rate-limit.js';
import { campaignSeries, type Quirks } from './series.js';
import type { UserExports } from './user-export.js';
import type { BrazeWorld } from './world.js';

/** What a route sees of the simulator. */
export interface RouteContext {
  readonly world: BrazeWorld;
  readonly quirks: Quirks;
  /** The simulated instant of the request. */
  readonly now: number;
  readonly users: UserExports;
  /** Of a POST. */
  readonly body?: unknown;
}

export interface Route {
  /** The permission that a key needs. */
  readonly scope: string;
  /** Default: GET. */
  readonly method?: 'POST';
  /** Which rate limit it counts against. */
  readonly bucket: keyof RateLimits;
  answer(query: URLSearchParams, context: RouteContext): Record<string, unknown>;
}

export const pageSize = 100;
const flags = ['true', 'false'] as const;

export const isoText = (at: number): string => new Date(at).toISOString().replace('.000Z', '+00:00');
export const isArchivedAt = ({ archivedAt }: Campaign, now: number): boolean =>
  archivedAt !== null && archivedAt <= now;
/** Archiving is an edit too. */
export const lastEdited = ({ createdAt, editedAt, archivedAt }: Campaign, now: number): number =>
  Math.max(createdAt, ...[editedAt, archivedAt ?? 0].filter((at) => at <= now));

const list: Route['answer'] = (query, { world, now }) => {
  const asked = readParameters(query, {
    page: integer(0, 1_000_000, 0),
    include_archived: choice(flags, 'false'),
    sort_direction: choice(['asc', 'desc'], 'asc'),
    'last_edit.time[gt]': editTime,
  });
  const editedAfter = asked['last_edit.time[gt]'] ?? Number.NEGATIVE_INFINITY;
  const found = world
    .campaignsAt(now)
    .filter((campaign) => asked.include_archived === 'true' || !isArchivedAt(campaign, now))
    .filter((campaign) => lastEdited(campaign, now) > editedAfter);
  if (asked.sort_direction === 'desc') found.reverse();
  const campaigns = found.slice(asked.page * pageSize, (asked.page + 1) * pageSize).map((campaign) => ({
    id: campaign.id,
    last_edited: isoText(lastEdited(campaign, now)),
    name: campaign.name,
    is_api_campaign: campaign.isApiCampaign,
    tags: campaign.tags,
  }));
  return { message: 'success', campaigns };
};

const findCampaign = (id: string, { world, now }: RouteContext): Campaign => {
  const found = world.campaign(id, now);
  if (found === undefined || found.isDeleted) throw new Refusal(400, 'Invalid Campaign ID');
  return found;
};

/** The hour of a send, or null where there was none up to now. */
export const sendHourOf = (
  campaign: Campaign,
  { world, now }: RouteContext,
  from: number,
  to: number,
  step: 1 | -1,
): string | null => {
  const sendDays = world.activity.sendDays(campaign, campaign.elements[0]);
  for (let day = from; step > 0 ? day <= to : day >= to; day += step) {
    const at = world.calendar.startOf(day) + campaign.sendHour * 3_600_000;
    if (at <= now && sendDays(day) !== null) return isoText(at);
  }
  return null;
};

const message = (
  { name, channel, isControl }: Campaign['elements'][number],
  campaign: Campaign,
): Record<string, unknown> => {
  if (isControl) return { type: 'control', channel: detailsChannel(channel) };
  const shared = { channel: detailsChannel(channel), name };
  if (channel === 'email')
    return {
      ...shared,
      subject: `A reminder from your health plan`,
      body: '<p>Hello {{${first_name}}}</p>',
      from: 'Care Team <care@example.org>',
      reply_to: 'care@example.org',
      preheader: campaign.name,
      extras: {},
    };
  if (channel === 'sms')
    return {
      ...shared,
      body: 'A reminder from your health plan: example.org/r',
      from: [],
      subscription_group_id: campaign.id,
    };
  if (channel === 'webhook')
    return {
      ...shared,
      url: 'https://pharmacy.example.org/hook',
      body: '{"member":"{{${user_id}}}"}',
      type: 'json',
      headers: { 'X-Token': 'simulated' },
      method: 'POST',
    };
  return { ...shared, alert: 'A reminder from your health plan', title: 'Your care', extras: {} };
};

const details: Route['answer'] = (query, context) => {
  const asked = readParameters(query, { campaign_id: required, post_launch_draft_version: choice(flags, 'false') });
  const campaign = findCampaign(asked.campaign_id, context);
  const { now, world } = context;
  const today = world.calendar.dayOf(now);
  const last = Math.min(today, campaign.lastDay ?? today);
  const isDraft = campaign.cadence === 'never';
  return {
    message: 'success',
    created_at: isoText(campaign.createdAt),
    updated_at: isoText(lastEdited(campaign, now)),
    archived: isArchivedAt(campaign, now),
    draft: isDraft,
    enabled: !isDraft && !isArchivedAt(campaign, now) && (campaign.lastDay === null || campaign.lastDay >= today),
    has_post_launch_draft: false,
    name: campaign.name,
    description: '',
    schedule_type: campaign.isApiCampaign
      ? 'api_triggered'
      : campaign.cadence === 'triggered'
        ? 'action_based'
        : 'time_based',
    channels: [...new Set(campaign.elements.map(({ channel }) => detailsChannel(channel)))],
    first_sent: sendHourOf(campaign, context, campaign.firstDay, last, 1),
    last_sent: sendHourOf(campaign, context, last, campaign.firstDay, -1),
    tags: campaign.tags,
    teams: [],
    messages: Object.fromEntries(campaign.elements.map((element) => [element.id, message(element, campaign)])),
    conversion_behaviors: campaign.conversions.map(({ behavior }) => behavior),
  };
};

const dataSeries: Route['answer'] = (query, context) => {
  const asked = readParameters(query, { campaign_id: required, length: integer(1, 100), ending_at: instant });
  const campaign = findCampaign(asked.campaign_id, context);
  const endingAt = asked.ending_at ?? context.now;
  return {
    message: 'success',
    data: campaignSeries(context.world, campaign, asked.length, endingAt, context.now, context.quirks),
  };
};

export const campaignRoutes: Readonly<Record<string, Route>> = {
  '/campaigns/list': { scope: 'campaigns.list', bucket: 'shared', answer: list },
  '/campaigns/details': { scope: 'campaigns.details', bucket: 'shared', answer: details },
  '/campaigns/data_series': { scope: 'campaigns.data_series', bucket: 'data_series', answer: dataSeries },
};
