import { fileURLToPath } from 'node:url';
import { braze } from '../../connectors/braze/braze.source.js';
import { local } from '../../connectors/local/local.source.js';
import { testSource } from '../../core/sdk/testing/index.js';
import { startClinicApi } from '../../plugins/clinic-events/test/clinic-api.js';
import { defaultApiKey, startBrazeSimulator } from '../simulators/braze/server.js';

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

  test('braze', async () => {
    const simulator = await startBrazeSimulator({ now: '2026-11-24T15:00:00Z', start: '2026-08-01', campaigns: 12 });
    try {
      await testSource({
        plugin: braze,
        config: {
          endpoint: simulator.url,
          api_key: defaultApiKey.key,
          start_date: '2026-08-01',
          time_zone: simulator.world.calendar.timeZone,
        },
        // Today is not over: its last window would hold another number of records than the world does at its end.
        until: '2026-11-24',
        window: '20d',
      });
    } finally {
      await simulator.close();
    }
  });

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
