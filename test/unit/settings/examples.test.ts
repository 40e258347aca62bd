import { fileURLToPath } from 'node:url';
import { braze } from '../../../connectors/braze/braze.source.js';
import { local } from '../../../connectors/local/local.source.js';
import { s3 } from '../../../connectors/s3/s3.source.js';
import { sfmc } from '../../../connectors/sfmc/sfmc.source.js';
import { sftp } from '../../../connectors/sftp/sftp.source.js';
import { singer } from '../../../connectors/singer/singer.source.js';
import { snowflake } from '../../../destinations/snowflake/snowflake.destination.js';
import { loadSettings } from '../../../core/settings/index.js';

const configFolder = fileURLToPath(new URL('../../../config/', import.meta.url));

describe('the configurations that come along', () => {
  test('the demo reads with nothing in the environment', async () => {
    const { settings } = await loadSettings(`${configFolder}demo.yaml`, { env: {} });
    expect(settings.sources['braze'].config).toMatchObject({ api_key: 'demo-key' });
  });

  test('that of own figures is valid, and maps each of them', async () => {
    const { report } = (await loadSettings(`${configFolder}own-figures.yaml`, { env: {} })).settings;
    expect(Object.keys(report!.measures!)).toEqual(['buyers', 'buying_rate', 'spend', 'spend_each']);
    expect(Object.keys(report!.dimensions!)).toEqual(['newcomer']);
  });

  test('that of a Singer tap is valid, with what its source is told', async () => {
    const { settings } = await loadSettings(`${configFolder}singer.yaml`, { env: { SHOP_API_KEY: 'key' } });
    expect(singer.config.parse(settings.sources['shop'].config)).toMatchObject({
      secrets: { 'credentials.api_key': 'key' },
    });
  });

  test('that of Braze is valid, with what its source is told', async () => {
    const { settings } = await loadSettings(`${configFolder}braze.yaml`, { env: { BRAZE_API_KEY: 'key' } });
    expect(braze.config.parse(settings.sources['braze'].config)).toMatchObject({ api_key: 'key' });
    const names = settings.report?.facts.map(({ name }) => name);
    expect(names).toEqual(['braze_campaigns', 'braze_canvas_messages', 'braze_canvas_responses']);
  });

  test('that of Braze Currents is valid, with what its sources are told', async () => {
    const env = { BRAZE_API_KEY: 'key', MEMBER_KEY: 'k'.repeat(32) };
    const { settings } = await loadSettings(`${configFolder}braze-currents.yaml`, { env });
    expect(s3.config.parse(settings.sources['bucket'].config)).toMatchObject({ bucket: 'example-braze' });
    expect(braze.config.safeParse(settings.sources['braze'].config).success).toBe(true);
  });

  test('that of Marketing Cloud is valid, with what its source is told', async () => {
    const env = { SFMC_CLIENT_ID: 'id', SFMC_CLIENT_SECRET: 'secret', MEMBER_KEY: 'k'.repeat(32) };
    const { settings } = await loadSettings(`${configFolder}sfmc.yaml`, { env });
    expect(sfmc.config.parse(settings.sources['marketing_cloud'].config)).toMatchObject({ client_secret: 'secret' });
    expect(settings.report?.facts.map(({ name }) => name)).toEqual(['sfmc_email', 'sfmc_sms', 'sfmc_push']);
  });

  test('that of Marketing Cloud by files is valid, with what its source is told', async () => {
    const env = { SFMC_SFTP_KEY: 'key', MEMBER_KEY: 'k'.repeat(32) };
    const { settings } = await loadSettings(`${configFolder}sfmc-files.yaml`, { env });
    expect(sftp.config.parse(settings.sources['marketing_cloud_files'].config)).toMatchObject({ private_key: 'key' });
  });

  test('that of SFTP is valid, with a fingerprint of the form that `ssh-keygen -lf` prints', async () => {
    const env = { SFTP_PRIVATE_KEY: 'key', SFTP_PASSPHRASE: 'phrase' };
    const { settings } = await loadSettings(`${configFolder}sftp.yaml`, { env });
    expect(sftp.config.parse(settings.sources['exports'].config)).toMatchObject({ private_key: 'key', port: 22 });
  });

  test('that of Snowflake is valid, with what its destination is told', async () => {
    const env = { SNOWFLAKE_PRIVATE_KEY: 'key', SNOWFLAKE_KEY_PASSPHRASE: 'phrase' };
    const { settings } = await loadSettings(`${configFolder}snowflake.yaml`, { env });
    expect(snowflake.config.parse(settings.destinations['warehouse'].config)).toMatchObject({
      account: 'myorg-account1',
      private_key: 'key',
      max_file_bytes: 150_000_000,
    });
    const { files } = local.config.parse(settings.sources['exports'].config);
    expect(files).toMatchObject([{ stream: 'engagement', path: 'exports/engagement_*.csv' }]);
  });
});
