/** Channel names as /campaigns/data_series writes them. */
export type Channel = 'email' | 'ios_push' | 'android_push' | 'sms' | 'webhook' | 'trigger_in_app_message';

/** /campaigns/details names one channel differently. */
export const detailsChannel = (channel: Channel): string =>
  channel === 'trigger_in_app_message' ? 'in-app_message' : channel;

/**
 * One thing that can happen to a message. `of` is the part it is drawn from. A `send` part stands on the day of the
 * send; a `later` part spreads over the following week. Parts never overlap, so that a metric that includes another
 * (opens and unique opens) is a sum of parts and never smaller than it.
 */
export interface Part {
  readonly name: string;
  readonly of: string;
  readonly rate: number;
  readonly when: 'send' | 'later';
}

const send = (name: string, of: string, rate: number): Part => ({ name, of, rate, when: 'send' });
const later = (name: string, of: string, rate: number): Part => ({ name, of, rate, when: 'later' });

const push: readonly Part[] = [
  send('bounces', 'sent', 0.034),
  later('direct_opens', 'delivered', 0.046),
  later('influenced_opens', 'delivered', 0.031),
  later('body_clicks', 'direct_opens', 0.92),
];

/** The first part of every channel is `sent` (for in-app: who is eligible), drawn from the campaign's volume. */
export const channelParts: Readonly<Record<Channel, readonly Part[]>> = {
  email: [
    send('bounces', 'sent', 0.017),
    later('human_opens', 'delivered', 0.205),
    later('machine_opens', 'delivered', 0.15),
    later('repeat_opens', 'human_opens', 0.42),
    later('unique_clicks', 'human_opens', 0.145),
    later('repeat_clicks', 'unique_clicks', 0.27),
    later('unsubscribes', 'delivered', 0.0019),
    later('reported_spam', 'delivered', 0.0002),
  ],
  ios_push: push,
  android_push: push,
  sms: [
    send('rejected', 'sent', 0.006),
    send('delivery_failed', 'sent', 0.021),
    later('clicks', 'delivered', 0.082),
    later('opt_out', 'delivered', 0.0042),
    later('help', 'delivered', 0.0007),
  ],
  webhook: [send('errors', 'sent', 0.012)],
  trigger_in_app_message: [
    later('viewers', 'sent', 0.58),
    later('repeat_impressions', 'viewers', 0.33),
    later('first_button_clicks', 'viewers', 0.11),
    later('second_button_clicks', 'viewers', 0.04),
  ],
};
