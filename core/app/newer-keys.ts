import type { Settings } from '../settings/index.js';
import { otherKey } from './known-keys.js';

type Keys = Pick<Settings, 'keys' | 'former_keys'>;

/** How many versions of a key there are; the last is the present one. */
const versionsOf = ({ keys, former_keys: former }: Keys, name: string): readonly string[] => [
  ...Object.entries(former[name] ?? {})
    .toSorted(([a], [b]) => Number(a) - Number(b))
    .map(([, key]) => key),
  keys[name]!,
];

/**
 * The keys of a file that was written anew while the process goes on. A key may get further versions, and none that was in use may be another:
 * what it has sealed could not be opened any more, and a member would get two tokens. Throws `config` where one is.
 */
export function newerKeys(present: Keys, newer: Keys): Keys & { readonly changed: readonly string[] } {
  const changed: string[] = [];
  for (const name of Object.keys(newer.keys)) {
    if (present.keys[name] === undefined) {
      changed.push(name);
      continue;
    }
    const [before, after] = [versionsOf(present, name), versionsOf(newer, name)];
    const other = before.findIndex((key, at) => key !== after[at]);
    if (other !== -1) throw otherKey(name, other + 1);
    if (after.length > before.length) changed.push(name);
  }
  // A rule of this process may still name one that is gone from the file.
  return {
    keys: { ...present.keys, ...newer.keys },
    former_keys: { ...present.former_keys, ...newer.former_keys },
    changed,
  };
}
