import type { SeenConfiguration } from '../security/index.js';
import { whoAmI } from './account.js';
import type { Installation } from './installation.js';

/** More of one file is a new file. */
const MOST_CHANGES = 200;

interface Change {
  readonly path: string;
  /** As JSON, secrets masked; absent where there was, or is, none. */
  readonly from?: string;
  readonly to?: string;
}

/** Tells the audit log how this process's configuration differs from the one that was seen last, and remembers it. */
export async function noteConfiguration({ configuration, store }: Installation): Promise<void> {
  const { audit, configurations } = await store();
  const { values } = await configuration.effective();
  const now = Object.fromEntries(leaves(values, '').map(([path, text]) => [path, configuration.scrub(text)]));
  const before = await configurations.seen();
  const changes = changesBetween(before ?? {}, now);
  if (before !== undefined && changes.length === 0) return;
  const act = { actor: whoAmI(), object: configuration.loaded.file, outcome: 'allowed' } as const;
  const shown = { changes: changes.slice(0, MOST_CHANGES), more: Math.max(0, changes.length - MOST_CHANGES) };
  // Of the first, everything would be a change.
  const detail = before === undefined ? { first: true, values: changes.length } : shown;
  await audit.append({ ...act, action: 'configuration.change', detail });
  const roles = changes.filter(({ path }) => path.startsWith('access.oidc.grants.'));
  if (before !== undefined && roles.length > 0)
    await audit.append({ ...act, action: 'roles.change', object: 'access.oidc.grants', detail: { changes: roles } });
  await configurations.remember(now);
}

/** By path, in its order. */
export function changesBetween(before: SeenConfiguration, now: SeenConfiguration): readonly Change[] {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(now)])].toSorted();
  return paths.flatMap((path) => {
    const [from, to] = [before[path], now[path]];
    if (from === to) return [];
    return [{ path, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
  });
}

function leaves(value: unknown, path: string): readonly (readonly [string, string])[] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null) return [[path, JSON.stringify(value)]];
  const entries = Object.entries(value);
  if (entries.length === 0) return [[path, Array.isArray(value) ? '[]' : '{}']];
  return entries.flatMap(([key, part]) =>
    leaves(part, Array.isArray(value) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`),
  );
}
