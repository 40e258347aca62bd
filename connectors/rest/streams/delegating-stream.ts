import { incremental } from '../cursors/incremental.js';
import type { State } from '../cursors/cursor.js';
import { isComponent, type Component } from '../manifest/text.js';
import type { DeclarativeStream, StreamSettings } from './declarative-stream.js';

/** Which of its two streams a delegating one is, by its state. */
export function chosen(node: Component, state: State, { environment }: StreamSettings): Component {
  const full = node['full_refresh_stream'] as Component;
  const changes = node['incremental_stream'] as Component;
  if (Object.keys(state).length === 0) return full;
  const period = node['api_retention_period'];
  const sync = changes['incremental_sync'];
  if (typeof period === 'string' && period !== '' && isComponent(sync)) {
    const kept = incremental(String(node['name']), sync, undefined, environment);
    if (kept.isOlderThan(state, period)) return full;
  }
  return changes;
}

export function delegating(
  node: Component,
  settings: StreamSettings,
  declarativeStream: (node: Component, settings: StreamSettings) => DeclarativeStream,
): DeclarativeStream {
  const [full, changes] = [node['full_refresh_stream'], node['incremental_stream']].map((one) =>
    declarativeStream(one as Component, settings),
  );
  return {
    name: String(node['name']),
    primaryKey: changes!.primaryKey,
    cursorField: changes!.cursorField,
    schema: changes!.schema,
    sightings: (replacesAll) => changes!.sightings(replacesAll),
    read(options) {
      const isFull = chosen(node, options.state ?? {}, settings) === node['full_refresh_stream'];
      return isFull ? full!.read({ ...options, state: undefined }) : changes!.read(options);
    },
    unread: (state) => changes!.unread(state),
    // Days are read without a state, so by its stream for all.
    readsDays: full!.readsDays,
    stateAt: changes!.stateAt,
  };
}
