import { isComponent } from '../manifest/text.js';
import type { State } from './cursor.js';
import type { Scale } from './scale.js';
import { spansOf } from './window-cursor.js';

interface Form {
  readonly field: string;
  readonly scale: Scale;
  /** True where a state may be one of each partition. */
  readonly isPartitioned: boolean;
}

/** Places of a state where a cursor finds nothing that it can read, so that it begins at its start. */
export function unreadParts(state: State, { field, scale, isPartitioned }: Form): readonly string[] {
  const own = (part: unknown, place: string): readonly string[] => {
    if (!isComponent(part)) return [place];
    if (spansOf(part, scale) !== undefined || scale.parse(part[field]) !== undefined) return [];
    const names = Object.hasOwn(part, field) ? [field] : Object.keys(part);
    return names.map((name) => (place === '' ? name : `${place}.${name}`));
  };
  const { states, state: ofAll } = state;
  if (!isPartitioned || (states === undefined && ofAll === undefined)) return own(state, '');
  return [
    ...(Array.isArray(states) ? states : []).flatMap((one: unknown, at) =>
      own(isComponent(one) ? one['cursor'] : undefined, `states.${at}.cursor`),
    ),
    ...(ofAll === undefined ? [] : own(ofAll, 'state')),
  ];
}

/** What a stream without a cursor may have as its state, and its parents from it. */
const WITHOUT_CURSOR = new Set(['__ab_no_cursor_state_message', 'state', 'parent_state']);
const MOST_TOLD = 3;

/** That a reading goes on from less than a person gave it. */
export function unreadWarnings(
  stream: string,
  state: State,
  cursor:
    | { readonly field: string; readonly formats: readonly string[]; readonly unread: readonly string[] }
    | undefined,
): readonly string[] {
  const parts = cursor?.unread ?? Object.keys(state).filter((name) => !WITHOUT_CURSOR.has(name));
  if (parts.length === 0) return [];
  const told = parts.slice(0, MOST_TOLD).map((part) => `\`${part}\``);
  const more = parts.length > MOST_TOLD ? ` and ${parts.length - MOST_TOLD} others` : '';
  const formats =
    cursor === undefined || cursor.formats.length === 0 ? '' : `, written as ${cursor.formats.join(' or ')}`;
  const why =
    cursor === undefined
      ? 'the stream has no cursor. Leave it out.'
      : `its cursor reads \`${cursor.field}\`${formats}, and begins at the start. Give it the state of this stream alone, as \`connectors try\` shows it.`;
  return [`Stream "${stream}": of the state that it was given, ${told.join(', ')}${more} cannot be read: ${why}`];
}
