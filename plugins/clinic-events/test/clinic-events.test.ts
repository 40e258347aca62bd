import { after, before, test } from 'node:test';
import { testSource } from 'tributary/sdk/testing';
import { clinicEvents } from '../clinic-events.source.ts';
import { startClinicApi, type ClinicApi } from './clinic-api.ts';

let api: ClinicApi;
before(async () => {
  api = await startClinicApi({ key: 'test-key' });
});
after(() => api.close());

test('clinic_events keeps the contract of a source', () =>
  testSource({
    plugin: clinicEvents,
    config: { endpoint: api.url, api_key: 'test-key', start_date: '2025-01-01' },
    until: '2025-03-17',
  }));
