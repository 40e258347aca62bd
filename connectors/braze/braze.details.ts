import type { z } from 'zod';
import { instant } from './braze.days.js';
import type { Campaign, CampaignDetails } from './braze.schemas.js';

export const campaignRow = ({ id, name, last_edited, is_api_campaign, tags }: Readonly<Record<string, any>>) =>
  ({ id, name, last_edited: instant(last_edited), is_api_campaign, tags: tags ?? [] }) as z.input<typeof Campaign>;

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
    variations: Object.entries<any>(body['messages'] ?? {}).map(([variation, message]) => ({
      id: variation,
      name: message?.name ?? null,
      channel: message?.channel ?? null,
      is_control: message?.type === 'control',
    })),
    conversion_behaviors: body['conversion_behaviors'] ?? [],
  }) as z.input<typeof CampaignDetails>;
