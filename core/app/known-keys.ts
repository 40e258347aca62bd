import { createHmac } from 'node:crypto';
import { ConnectorError } from '../sdk/index.js';
import type { ConnectionSettings, Settings } from '../settings/index.js';
import type { KnownKey } from '../security/index.js';
import type { Installation } from './installation.js';
import { keyVersions } from './stream-requests.js';

/** The keys that the rules of a connection name; `wanted` empty: for all of its streams. */
export function keysOf({ protect }: ConnectionSettings, wanted: readonly string[] = []): readonly string[] {
  const keys = Object.entries(protect)
    .filter(([stream]) => wanted.length === 0 || wanted.includes(stream))
    .flatMap(([, fields]) => Object.values(fields))
    .flatMap((rule) => (typeof rule === 'object' ? [rule.tokenize, rule.encrypt, rule.hash] : []));
  return [...new Set(keys.filter((key) => key !== undefined))];
}

/**
 * Throws `config` where a version of a key is another than the one by which records were protected, in this process or one before: what
 * that has sealed could not be opened any more, and a member would get two tokens.
 */
export async function refuseOtherKeys({ configuration, store }: Installation, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const known = await (await store()).keys.find(names);
  const present = digestsOf(configuration.settings, names);
  const other = known.find(({ name, version, digest }) =>
    present.some((one) => one.name === name && one.version === version && one.digest !== digest),
  );
  if (other !== undefined) throw otherKey(other.name, other.version);
}

export const otherKey = (name: string, version: number): ConnectorError =>
  new ConnectorError('config', `Version ${version} of the key "${name}" is another than the one in use.`, {
    hint: `To replace a key, put the one before it under \`former_keys.${name}\` with its version, and the new one under \`keys\`. Where nothing is left of what it has protected, give the new one another name.`,
  });

export async function rememberKeys({ configuration, store }: Installation, names: readonly string[]): Promise<void> {
  if (names.length > 0) await (await store()).keys.remember(digestsOf(configuration.settings, names));
}

/** As hard to turn back as a token is. */
const digestsOf = (settings: Settings, names: readonly string[]): readonly KnownKey[] =>
  names.flatMap((name) =>
    keyVersions(settings, name).map(({ key, version }) => ({
      name,
      version,
      digest: createHmac('sha256', key).update('which key this is').digest('hex'),
    })),
  );
