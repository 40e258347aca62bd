import { expect, test } from '@jest/globals';
import { settingsPrint } from '../../../core/app/holds.js';
import type { Settings } from '../../../core/settings/index.js';

const settings = (change: (settings: any) => void = () => undefined): Settings => {
  const made = {
    keys: {},
    sources: {
      braze: { connector: 'braze', config: { api_key: 'an old key' } },
      other: { connector: 'local', config: {} },
    },
    destinations: { warehouse: { connector: 'postgres', config: { url: 'embedded' } } },
    connections: {
      daily: { source: 'braze', destination: 'warehouse', schedule: { every: '1d' }, streams: { a: {} } },
    },
  };
  change(made);
  return made as unknown as Settings;
};

test('settings have another print once anything changed that a run depends on, a secret too, and say nothing of it', async () => {
  const { salt, hash } = (await settingsPrint(settings(), 'daily'))!;
  const printOf = async (change?: (settings: any) => void) =>
    (await settingsPrint(settings(change), 'daily', salt))?.hash;
  expect(await printOf()).toBe(hash);
  expect(await printOf((one) => (one.connections.daily.schedule = { every: '2d' }))).toBe(hash);
  expect(await printOf((one) => (one.sources.other.config = { changed: true }))).toBe(hash);
  expect(await printOf((one) => (one.sources.braze.config.api_key = 'a new key'))).not.toBe(hash);
  expect(await printOf((one) => (one.connections.daily.streams = { b: {} }))).not.toBe(hash);
  expect(await printOf((one) => (one.destinations.warehouse.config.url = 'elsewhere'))).not.toBe(hash);
  expect(await printOf((one) => delete one.connections.daily)).toBeUndefined();
  expect((await settingsPrint(settings(), 'daily'))!.hash).not.toBe(hash);
});
