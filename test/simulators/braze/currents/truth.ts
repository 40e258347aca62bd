import type { CurrentsEvent } from './events.js';

/** What one day, campaign, channel, variant, region and segment holds, counted event by event. Null: no event of the channel says it. */
export interface CurrentsCell {
  readonly date: string;
  /** Of a canvas too; its variants are then those of the canvas. */
  readonly campaign_id: string;
  /** As the series of the REST API names it; empty where a canvas as a whole was entered. */
  readonly channel: string;
  readonly variation_id: string;
  readonly is_control: boolean;
  readonly region: string;
  readonly segment: string;
  /** Members who entered a canvas, its control group too. */
  targeted: number | null;
  sent: number | null;
  delivered: number | null;
  /** Messages opened (clicked) at least once that day. */
  opened: number | null;
  opened_total: number | null;
  opened_machine: number | null;
  clicked: number | null;
  clicked_total: number | null;
  bounced: number | null;
  unsubscribed: number | null;
  complained: number | null;
}

export interface CurrentsResponse {
  readonly date: string;
  readonly campaign_id: string;
  readonly channel: string;
  readonly variation_id: string;
  readonly is_control: boolean;
  readonly region: string;
  readonly segment: string;
  readonly response_type: string;
  responded: number;
}

type Measure = keyof {
  [K in keyof CurrentsCell as CurrentsCell[K] extends number | null ? K : never]: true;
};
const ALL: readonly Measure[] = [
  'targeted',
  'sent',
  'delivered',
  'opened',
  'opened_total',
  'opened_machine',
  'clicked',
  'clicked_total',
  'bounced',
  'unsubscribed',
  'complained',
];
/** A tap on a push message is its opening; of in-app messages only clicks are a measure of the report. */
const TOLD: Readonly<Record<string, readonly Measure[]>> = {
  email: ALL.filter((name) => name !== 'targeted'),
  ios_push: ['sent', 'opened', 'opened_total', 'bounced'],
  android_push: ['sent', 'opened', 'opened_total', 'bounced'],
  sms: ['sent', 'delivered', 'clicked', 'clicked_total', 'unsubscribed'],
  webhook: ['sent'],
  '': ['targeted'],
  trigger_in_app_message: ['clicked_total'],
};
const SIMPLE: Readonly<Record<string, Measure>> = {
  Entry: 'targeted',
  Send: 'sent',
  Delivery: 'delivered',
  Bounce: 'bounced',
  Unsubscribe: 'unsubscribed',
  MarkAsSpam: 'complained',
};
const CONVERSIONS = ['a1c_test_scheduled', 'form_completed', 'program_enrolled'];

/** By walking through the events; it knows nothing of files and of who reads them. */
export function currentsTruth(
  events: readonly CurrentsEvent[],
  timeZone: string,
): { readonly cells: readonly CurrentsCell[]; readonly responses: readonly CurrentsResponse[] } {
  const days = new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const cells = new Map<string, CurrentsCell>();
  const responses = new Map<string, CurrentsResponse>();
  const seen = new Set<string>();
  for (const { type, at, campaign, element, canvas, member, dispatchId, own } of events) {
    const variant = canvas?.variant ?? element;
    const place = {
      // An event has whole seconds.
      date: days.format(Math.floor(at / 1000) * 1000),
      campaign_id: campaign.id,
      channel: canvas !== undefined && canvas.step === undefined ? '' : element.channel,
      variation_id: variant.id,
      is_control: variant.isControl,
      region: member.region,
      segment: member.segment,
    };
    const key = JSON.stringify(place);
    const kind = type.slice(type.lastIndexOf('.') + 1);
    const response =
      kind === 'Conversion'
        ? CONVERSIONS[own['conversion_behavior_index'] as number]
        : kind === 'CustomEvent'
          ? String(own['name'])
          : undefined;
    if (response !== undefined) {
      const found = responses.get(`${key} ${response}`) ?? { ...place, response_type: response, responded: 0 };
      responses.set(`${key} ${response}`, found);
      found.responded += 1;
      continue;
    }
    const told = TOLD[place.channel] ?? [];
    const add = (measure: Measure, isCounted = true) => {
      if (!told.includes(measure)) return;
      const blank = Object.fromEntries(ALL.map((name) => [name, told.includes(name) ? 0 : null]));
      const cell = cells.get(key) ?? ({ ...place, ...blank } as CurrentsCell);
      cells.set(key, cell);
      if (isCounted) cell[measure] = (cell[measure] ?? 0) + 1;
    };
    const once = (measure: Measure) => {
      const message = `${key} ${measure} ${member.userId} ${dispatchId}`;
      add(measure, !seen.has(message));
      seen.add(message);
    };
    if (kind === 'Open') {
      add('opened_total');
      once('opened');
      if (own['machine_open'] === true) once('opened_machine');
    } else if (kind === 'Click' || kind === 'ShortLinkClick') {
      add('clicked_total');
      once('clicked');
    } else if (kind === 'InboundReceive') {
      if (own['action'] === 'Unsubscribed') add('unsubscribed');
    } else if (SIMPLE[kind] !== undefined) add(SIMPLE[kind]);
  }
  return { cells: [...cells.values()], responses: [...responses.values()] };
}
