import type { z } from 'zod';
import { isControlVariant } from './braze.canvas.js';
import { instant } from './braze.days.js';
import type {
  Campaign,
  CampaignDetails,
  CampaignVariation,
  Canvas,
  CanvasDetails,
  CanvasVariant,
  Segment,
} from './braze.schemas.js';

export const campaignRow = ({ id, name, last_edited, is_api_campaign, tags }: Readonly<Record<string, any>>) =>
  ({ id, name, last_edited: instant(last_edited), is_api_campaign, tags: tags ?? [] }) as z.input<typeof Campaign>;

export const canvasRow = ({ id, name, last_edited, tags }: Readonly<Record<string, any>>) =>
  ({ id, name, last_edited: instant(last_edited), tags: tags ?? [] }) as z.input<typeof Canvas>;

export const segmentRow = ({ id, name, analytics_tracking_enabled, tags }: Readonly<Record<string, any>>) =>
  ({ id, name, analytics_tracking_enabled, tags: tags ?? [] }) as z.input<typeof Segment>;

/** The details without what a message says: bodies, addresses and headers may hold secrets and members' data. */
export const detailsRow = (id: string, body: Readonly<Record<string, any>>) =>
  ({
    campaign_id: id,
    name: body['name'],
    description: body['description'],
    created_at: instant(body['created_at']),
    updated_at: instant(body['updated_at']),
    archived: body['archived'],
    draft: body['draft'],
    enabled: body['enabled'],
    schedule_type: body['schedule_type'],
    channels: body['channels'] ?? [],
    first_sent: instant(body['first_sent']),
    last_sent: instant(body['last_sent']),
    tags: body['tags'] ?? [],
    teams: body['teams'] ?? [],
    variations: variationsOf(body),
    conversion_behaviors: body['conversion_behaviors'] ?? [],
  }) as z.input<typeof CampaignDetails>;

const variationsOf = (body: Readonly<Record<string, any>>) =>
  Object.entries<any>(body['messages'] ?? {}).map(([variation, message]) => ({
    id: variation,
    name: message?.name ?? null,
    channel: message?.channel ?? null,
    is_control: message?.type === 'control',
  }));

/** The same variations, each a row by itself, so that events find theirs. */
export const variationRows = ({ campaign_id, variations }: z.input<typeof CampaignDetails>) =>
  (variations as ReturnType<typeof variationsOf>).map(
    ({ id: variation_id, ...rest }) => ({ campaign_id, variation_id, ...rest }) as z.input<typeof CampaignVariation>,
  );

/** As of campaigns, without a word of a message. */
export const canvasDetailsRow = (id: string, body: Readonly<Record<string, any>>) =>
  ({
    canvas_id: id,
    name: body['name'],
    description: body['description'],
    created_at: instant(body['created_at']),
    updated_at: instant(body['updated_at']),
    archived: body['archived'],
    draft: body['draft'],
    enabled: body['enabled'],
    schedule_type: body['schedule_type'],
    channels: body['channels'] ?? [],
    first_entry: instant(body['first_entry']),
    last_entry: instant(body['last_entry']),
    tags: body['tags'] ?? [],
    teams: body['teams'] ?? [],
    variants: (body['variants'] ?? []).map((variant: any) => ({ id: variant?.id, name: variant?.name })),
    steps: (body['steps'] ?? []).map((step: any) => ({
      id: step?.id,
      name: step?.name,
      type: step?.type,
      channels: step?.channels ?? [],
      next_step_ids: step?.next_step_ids ?? [],
    })),
  }) as z.input<typeof CanvasDetails>;

/** The variants of a Canvas, each a row by itself, so that events find theirs. */
export const variantRows = ({ canvas_id, variants }: z.input<typeof CanvasDetails>) =>
  (variants as { readonly id: string; readonly name?: string }[]).map(
    ({ id: variant_id, name = null }) =>
      ({ canvas_id, variant_id, name, is_control: isControlVariant(name) }) as z.input<typeof CanvasVariant>,
  );
