import type { AlertText, DeliveryAction } from '../incident.js';
import type { AlertKind, Severity } from '../../protocol/index.js';

/** One message as every channel gets it. */
export interface AlertMessage {
  readonly action: DeliveryAction;
  /** Of the incident; trigger and resolve carry the same. */
  readonly key: string;
  /** Of this message: a repetition carries the same, so that a receiver can tell. */
  readonly id: string;
  /** Of the installation. */
  readonly project: string;
  readonly kind: AlertKind | 'test' | 'digest';
  readonly severity: Severity;
  readonly connection?: string;
  readonly stream?: string;
  readonly run?: string;
  readonly text: AlertText;
  readonly openedAt: string;
  readonly resolvedAt?: string;
  /** Where to see it in the browser. */
  readonly link?: string;
}

/**
 * A way to reach people. `send` gives what the other side answered, in a few words. It throws a `ConnectorError`: `transient`
 * and `rate_limit` are tried again, by anything else the channel refuses this message. No text of it holds a secret.
 */
export interface Channel {
  send(message: AlertMessage, signal: AbortSignal): Promise<string>;
}

/** The first line of a message, alike in every channel. */
export function headline({ action, severity, text }: AlertMessage): string {
  return action === 'resolve' ? `Resolved: ${text.title}` : `${severity.toUpperCase()}: ${text.title}`;
}

/** What follows the first line, as pairs of a word and a sentence. */
export function paragraphs({
  action,
  text,
  openedAt,
  resolvedAt,
}: AlertMessage): readonly (readonly [string, string])[] {
  if (action === 'resolve')
    return [
      ['What happened', `It was well again at ${resolvedAt ?? 'an unknown time'}; it had begun at ${openedAt}.`],
      ['It was', text.what],
      ['Next', 'Nothing is left to do.'],
    ];
  return [
    ['What happened', text.what],
    ['For the report', text.meaning],
    ['Next', text.next],
    ['Command', text.command],
  ];
}
