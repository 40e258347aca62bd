import { ConnectorError } from '#sdk';
import type { State } from '../cursors/cursor.js';
import { componentsOf } from '../manifest/load.js';
import { isComponent, type Component } from '../manifest/text.js';
import { aroundOf, type Environment } from '../run/environment.js';
import { Text } from '../run/text.js';

/** What a child's state says of a parent: its own part, or else the child's global cursor, which is never later. */
export function parentState(child: State, parent: Component, environment: Environment): State {
  const name = String(parent['name'] ?? '');
  const kept = isComponent(child['parent_state']) ? child['parent_state'][name] : undefined;
  if (isComponent(kept)) return kept;
  if (isComponent(child['state'])) return child['state'];
  const values = Object.values(child);
  const sync = parent['incremental_sync'];
  // A state from a time when a stream had one cursor for all partitions.
  if (values.length === 1 && typeof values[0] === 'string' && isComponent(sync))
    return { [new Text(String(sync['cursor_field']), aroundOf(sync, environment)).text()]: values[0] };
  return {};
}

/** A state as the manifest's migrations make it out of an older one. */
export function migrated(stream: Component, state: State, environment: Environment): State {
  return componentsOf(stream['state_migrations']).reduce<State>((made, migration) => {
    if (migration['type'] === 'LegacyToPerPartitionStateMigration') return perPartition(stream, made, environment);
    const change = environment.replacements.get(String(migration['class_name']))?.(
      migration,
      aroundOf(migration, environment),
    );
    if (change === undefined)
      throw new ConnectorError('internal', `There is no state migration "${String(migration['type'])}"`);
    return (change as (state: State) => State)(made);
  }, state);
}

/** `{ id: { cursor: value } }` becomes a list of partitions with their cursors. */
function perPartition(stream: Component, state: State, environment: Environment): State {
  const router = (stream['retriever'] as Component)['partition_router'];
  const sync = stream['incremental_sync'];
  if (!isComponent(router) || !isComponent(sync) || 'states' in state || Object.keys(state).length === 0) return state;
  const parents = componentsOf(router['parent_stream_configs']);
  const fieldText =
    router['type'] === 'UnionPartitionRouter'
      ? router['partition_field']
      : parents.length === 1
        ? parents[0]!['partition_field']
        : undefined;
  if (fieldText === undefined) return state;
  const cursor = new Text(String(sync['cursor_field']), aroundOf(sync, environment)).text();
  const field = new Text(String(fieldText), aroundOf(router, environment)).text();
  const isLegacy = Object.values(state).every(
    (value) => isComponent(value) && Object.keys(value).length === 1 && cursor in value,
  );
  if (!isLegacy) return state;
  return { states: Object.entries(state).map(([key, value]) => ({ partition: { [field]: key }, cursor: value })) };
}
