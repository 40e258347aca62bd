import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { airbyte } from '../../connectors/airbyte/airbyte.source.js';
import { braze } from '../../connectors/braze/braze.source.js';
import { gcs } from '../../connectors/gcs/gcs.source.js';
import { local } from '../../connectors/local/local.source.js';
import { s3 } from '../../connectors/s3/s3.source.js';
import { sfmc } from '../../connectors/sfmc/sfmc.source.js';
import { sftp } from '../../connectors/sftp/sftp.source.js';
import { singer } from '../../connectors/singer/singer.source.js';
import { testSource } from '../../core/sdk/testing/index.js';
import { startClinicApi } from '../../plugins/clinic-events/test/clinic-api.js';
import { TAP } from '../integration/connectors/singer/syncing.js';
import { defaultApiKey, startBrazeSimulator } from '../simulators/braze/server.js';
import { defaultPackage, startSfmcSimulator } from '../simulators/sfmc/server.js';
import { MIDS } from '../simulators/sfmc/world.js';
import { openGcsBucket } from '../support/gcs-bucket.js';
import { openBucket } from '../support/s3-bucket.js';
import { startSshServer } from '../support/ssh-server.js';

// The example is a package of its own: its types are checked in its own project, see test/integration/plugins.
const EXAMPLE = '../../plugins/clinic-events/clinic-events.source.ts';
const configFolder = fileURLToPath(new URL('../../config/', import.meta.url));

describe('every source keeps the contract', () => {
  test('local', () =>
    testSource({
      plugin: local,
      config: {
        files: [{ stream: 'customers', path: './data/hillstrom_email_campaign_2008.csv.gz', format: 'csv' }],
      },
      baseFolder: configFolder,
      until: '2025-01-01',
    }));

  test('sftp', async () => {
    const server = await startSshServer();
    try {
      copyFileSync(
        join(configFolder, 'data/hillstrom_email_campaign_2008.csv.gz'),
        join(server.folder, 'customers.csv.gz'),
      );
      await testSource({
        plugin: sftp,
        config: { ...server.login, files: [{ stream: 'customers', path: '*.csv.gz', format: 'csv' }] },
        until: '2025-01-01',
      });
    } finally {
      await server.close();
    }
  });

  test.each([
    // Moto takes any credential.
    ['s3', s3, () => openBucket('own')],
    ['gcs', gcs, openGcsBucket],
  ] as const)('%s', async (_, plugin, open) => {
    const bucket = await open();
    try {
      await bucket.put(
        'customers.csv.gz',
        readFileSync(join(configFolder, 'data/hillstrom_email_campaign_2008.csv.gz')),
      );
      await testSource({
        plugin,
        config: { ...bucket.config, files: [{ stream: 'customers', path: '*.csv.gz', format: 'csv' }] },
        until: '2025-01-01',
      });
    } finally {
      await bucket.close();
    }
  });

  test('braze', async () => {
    const simulator = await startBrazeSimulator({
      now: '2026-11-24T15:00:00Z',
      start: '2026-08-01',
      campaigns: 12,
      canvases: 6,
    });
    try {
      await testSource({
        plugin: braze,
        config: {
          endpoint: simulator.url,
          api_key: defaultApiKey.key,
          start_date: '2026-08-01',
          time_zone: simulator.world.calendar.timeZone,
          apps: simulator.world.workspace.apps,
          events_by_segment: ['form_completed'],
        },
        // Today is not over: its last window would hold another number of records than the world does at its end.
        until: '2026-11-24',
        // No longer than a canvas may be asked for.
        window: '11d',
      });
    } finally {
      await simulator.close();
    }
  });

  test('sfmc', async () => {
    const simulator = await startSfmcSimulator({ now: '2026-11-24T15:00:00Z', start: '2026-11-18', members: 40 });
    const { client_id, client_secret } = defaultPackage;
    try {
      await testSource({
        plugin: sfmc,
        config: {
          endpoint: simulator.url,
          client_id,
          client_secret,
          accounts: MIDS,
          start_date: '2026-11-18',
          time_zone: 'America/Chicago',
          subscribers: true,
          data_extensions: [
            { stream: 'members', data_extension: 'Care_Members' },
            { stream: 'answers', data_extension: 'no key {1}', account: MIDS[1] },
          ],
        },
        until: '2026-11-24',
        window: '36h',
        repeats: { message_days: 'a message that is opened twice on a day is one: the key makes it so' },
      });
    } finally {
      await simulator.close();
    }
  });

  test('singer', () =>
    testSource({
      plugin: singer,
      config: { command: TAP, config: { streams: { orders: { rows: 3000 }, people: { rows: 2 } }, state_every: 100 } },
      until: '2026-01-01',
    }));

  test('airbyte', () =>
    testSource({
      plugin: airbyte,
      // What a foreign source says of a wrong key is its own to say, so no secret of it is tried.
      config: {
        command: [process.execPath, fileURLToPath(new URL('../support/airbyte-source.mjs', import.meta.url))],
        config: { count: 50, credentials: { kind: 'key', api_key: 'contract-canary-5d1a' } },
      },
      until: '2025-01-01',
    }));

  test('the example plugin', async () => {
    const { clinicEvents } = await import(EXAMPLE);
    const api = await startClinicApi({ key: 'contract-canary-2b7d' });
    try {
      await testSource({
        plugin: clinicEvents,
        config: { endpoint: api.url, api_key: 'contract-canary-2b7d', start_date: '2025-01-01' },
        until: '2025-03-17',
      });
    } finally {
      await api.close();
    }
  });
});
