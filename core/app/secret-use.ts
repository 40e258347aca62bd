import type { ConnectionSettings, Path } from '../settings/index.js';
import { whoAmI } from './account.js';
import type { Installation } from './installation.js';
import { keysOf } from './known-keys.js';

/** Tells the audit log which references of secrets are about to be used, and for what; never what they stand for. */
export async function noteSecretUse(
  { configuration, store }: Installation,
  object: string,
  paths: readonly Path[],
  detail: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const references = [...new Set(paths.flatMap((path) => configuration.secretReferences(path)))];
  if (references.length === 0) return;
  const { audit } = await store();
  await audit.append({
    actor: whoAmI(),
    action: 'secrets.use',
    object,
    outcome: 'allowed',
    detail: { ...detail, references },
  });
}

/** Where a connection's secrets stand in the file: those of both ends, and the keys of its rules. */
export function secretPathsOfConnection(connection: ConnectionSettings): readonly Path[] {
  const { source, destination } = connection;
  return [['sources', source], ['destinations', destination], ...keysOf(connection).map((key) => ['keys', key])];
}

/** Of the host itself: to reach its store, to know who asks, to chain its log and to tell people. */
export const HOST_SECRETS: readonly Path[] = [['store'], ['access'], ['audit'], ['alerts'], ['report']];
