import { randomBytes, scrypt, type BinaryLike } from 'node:crypto';
import { promisify } from 'node:util';
import type { ErrorReport } from '../protocol/index.js';
import type { SettingsPrint } from '../scheduler/hold-store.js';
import type { RequestRecord } from '../scheduler/request-store.js';
import type { Settings } from '../settings/index.js';
import type { Installation } from './installation.js';

const slowHash = promisify<BinaryLike, BinaryLike, number, Buffer>(scrypt);
const HASH_BYTES = 32;

/**
 * Stops the schedule of a request's connection until a person has acted. One that this process does not know is left alone: that
 * its configuration is old says nothing of the connection.
 */
export async function requireAction(
  { configuration: { settings }, store }: Installation,
  { id, connection }: RequestRecord,
  error: ErrorReport,
): Promise<void> {
  const print = await settingsPrint(settings, connection);
  if (print !== undefined)
    await (await store()).holds.requireAction(connection, { error, request: id, settings: print });
}

/**
 * Lets schedules go on that were stopped under other settings than those of this process. For the start of a process: later, its
 * settings are those of before the fault, and two processes whose files differ would undo each other's doing.
 */
export async function liftChanged(
  { configuration: { settings }, store }: Installation,
  note: (text: string) => void,
): Promise<void> {
  const { holds } = await store();
  for (const [connection, { actionRequired }] of Object.entries(await holds.list())) {
    if (actionRequired === undefined) continue;
    const { salt, hash } = actionRequired.settings;
    const print = await settingsPrint(settings, connection, salt);
    if (print === undefined || print.hash === hash) continue;
    await holds.lift(connection, actionRequired);
    note(`${connection}: its settings have changed since a person was asked for, so its schedule goes on`);
  }
}

/**
 * What a connection's runs depend on, secrets included, so that a new key under the same name counts as a change. The store may be
 * read by others, therefore a salt and a hash that is slow to guess by.
 */
export async function settingsPrint(
  { connections, sources, destinations, keys }: Settings,
  name: string,
  salt: string = randomBytes(16).toString('hex'),
): Promise<SettingsPrint | undefined> {
  if (!Object.hasOwn(connections, name)) return undefined;
  // When it runs says nothing of why it cannot.
  const connection = { ...connections[name]!, schedule: undefined };
  const meaning = [connection, sources[connection.source], destinations[connection.destination], keys];
  return { salt, hash: (await slowHash(JSON.stringify(meaning), salt, HASH_BYTES)).toString('hex') };
}
