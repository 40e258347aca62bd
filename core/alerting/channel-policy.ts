import { SEVERITIES, type Severity } from '../protocol/index.js';
import type { Held } from './alert-store.js';
import type { AlertMessage } from './channels/channel.js';
import type { Delivery } from './incident.js';

/** When a channel may be used. What is held meanwhile waits in the store. */
export interface ChannelPolicy {
  readonly quiet?: {
    /** These are told at any time. */
    readonly except: readonly Severity[];
    readonly isQuiet: (at: Date) => boolean;
  };
  readonly digest?: {
    readonly severities: readonly Severity[];
    /** The latest instant of a digest that is not after this one. */
    readonly lastAt: (at: Date) => Date;
  };
}

/** What is told one by one, and what not. */
export function heldNow(policies: Readonly<Record<string, ChannelPolicy>>, at: Date): readonly Held[] {
  return Object.entries(policies).flatMap(([channel, { quiet, digest }]) => [
    ...(quiet?.isQuiet(at) ? [{ channel, severities: SEVERITIES.filter((one) => !quiet.except.includes(one)) }] : []),
    ...(digest === undefined ? [] : [{ channel, severities: digest.severities }]),
  ]);
}

/** What goes into a digest now: what was written before the last one was due. */
export function digestsDue(policies: Readonly<Record<string, ChannelPolicy>>, at: Date) {
  return Object.entries(policies).flatMap(([channel, { quiet, digest }]) => {
    if (digest === undefined) return [];
    const isHeld = (severity: Severity) => quiet?.isQuiet(at) === true && !quiet.except.includes(severity);
    const severities = digest.severities.filter((severity) => !isHeld(severity));
    return severities.length === 0 ? [] : [{ channel, severities, before: digest.lastAt(at) }];
  });
}

/** One message for many; each incident is one line, whether it was told before or not. */
export function digestMessage(deliveries: readonly Delivery[], project: string): AlertMessage {
  const incidents = [...new Map(deliveries.map(({ incident }) => [incident.id, incident])).values()];
  const lines = incidents.map(({ severity, text, openedAt, resolvedAt }) =>
    resolvedAt === undefined
      ? `${severity.toUpperCase()}: ${text.title} (since ${openedAt})`
      : `Resolved: ${text.title} (${openedAt} to ${resolvedAt})`,
  );
  const isOpen = incidents.some(({ resolvedAt }) => resolvedAt === undefined);
  const id = `tributary-digest-${deliveries[0]?.id}-${deliveries.at(-1)?.id}`;
  return {
    action: 'trigger',
    id,
    key: id,
    project,
    kind: 'digest',
    severity: SEVERITIES.find((severity) => incidents.some((one) => one.severity === severity)) ?? 'info',
    text: {
      title: incidents.length === 1 ? '1 alert' : `${incidents.length} alerts`,
      what: lines.join('\n'),
      meaning: 'What each one means stands in the list of alerts.',
      next: isOpen ? 'Look at those that are not resolved.' : 'Nothing is left to do.',
      command: 'tributary alerts list',
    },
    openedAt: incidents.map(({ openedAt }) => openedAt).toSorted()[0] ?? '',
  };
}
