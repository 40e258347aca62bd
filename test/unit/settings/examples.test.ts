import { fileURLToPath } from 'node:url';
import { loadSettings } from '../../../core/settings/index.js';

const configFolder = fileURLToPath(new URL('../../../config/', import.meta.url));

describe('the configurations that come along', () => {
  test('the demo reads with nothing in the environment', async () => {
    const { settings } = await loadSettings(`${configFolder}demo.yaml`, { env: {} });
    expect(settings.sources['braze'].config).toMatchObject({ api_key: 'demo-key' });
  });
});
