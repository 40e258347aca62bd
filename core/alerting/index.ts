/** Who is told when something goes wrong: rules, incidents, and the channels that carry them. */
export type * from './alert-store.js';
export type * from './incident.js';
export type { AlertMessage, Channel } from './channels/channel.js';
export { createDispatcher, SEND_MS, type Dispatcher, type DispatcherOptions } from './dispatcher.js';
export type { AlertRule, ConnectionFacts } from './judge.js';
export type { Outlook, Standing, StandingKind } from './standing.js';
export type { ChannelPolicy } from './channel-policy.js';
export { emailChannel } from './channels/email.channel.js';
export type * from './mail-store.js';
export { domainOf, sendMail, type Mail, type MailServer } from './channels/smtp.js';
export { pagerDutyChannel } from './channels/pagerduty.channel.js';
export { slackChannel } from './channels/slack.channel.js';
export { teamsChannel } from './channels/teams.channel.js';
export { webhookChannel } from './channels/webhook.channel.js';
