import type { TableState } from '../protocol/index.js';
import { tokenVersion } from '../program/index.js';
import { ConnectorError } from '../sdk/errors.js';
import type { RunRequest } from './request.js';
import type { StreamPlan } from './stream-plan.js';

/**
 * Refuses to put tokens of one key beside those of another: the same member would be two. One value tells, since a column never
 * holds two versions: a run makes those of its configuration, and a rotation changes all of them at once.
 */
export async function checkTokenVersions(
  { destination }: RunRequest,
  { columns, table, request }: StreamPlan,
  present: TableState | undefined,
): Promise<void> {
  const there = new Set((present?.fields ?? []).map(({ name }) => name));
  for (const { tokenize, target } of columns) {
    if (tokenize === undefined || !there.has(target.name)) continue;
    const value = await destination.anyValue?.(table, target.name);
    const version = typeof value === 'string' ? tokenVersion(value) : undefined;
    if (version === undefined || version === tokenize.version) continue;
    throw new ConnectorError(
      'config',
      `Stream "${request.name}": its column "${target.name}" holds tokens of version ${version} of a key whose version is now ${tokenize.version}.`,
      {
        stream: request.name,
        hint:
          version < tokenize.version
            ? 'Bring the tables to the new key by `tributary keys rotate-tokens KEY`; no source is read for it.'
            : 'The key is older than the tables: give the newer one back under `keys`, and this one under `former_keys`.',
      },
    );
  }
}
