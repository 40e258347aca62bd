import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { defaultPackage, startSfmcSimulator, type SfmcSimulator } from '../simulators/sfmc/server.js';
import { stopTestServer } from '../support/postgres.js';
import { newProject, type Project } from './project.js';

/** A run reads up to the machine's clock; the world begins two days before, so that there is little to read. */
const NOW = Date.now();
const START = new Date(NOW - 2 * 86_400_000).toISOString().slice(0, 10);
const env = { MEMBER_KEY: 'k'.repeat(32), SFMC_CLIENT_ID: defaultPackage.client_id, SFMC_CLIENT_SECRET: 'x' };
const login = { ...env, SFMC_CLIENT_SECRET: defaultPackage.client_secret };

let cloud: SfmcSimulator;
let project: Project;
beforeAll(async () => {
  cloud = await startSfmcSimulator({ now: new Date(NOW).toISOString(), start: START, members: 20 });
  project = await newProject();
});
afterAll(async () => {
  await project.remove();
  await cloud.close();
  await stopTestServer();
});

/** The shipped file with the simulator's address, a few days to read, and what the test changes. */
async function configure(change: (file: Record<string, any>) => void = () => undefined): Promise<void> {
  const file = parse(readFileSync(fileURLToPath(new URL('../../config/sfmc.yaml', import.meta.url)), 'utf8'));
  Object.assign(file.sources.marketing_cloud.config, { endpoint: cloud.url, start_date: START });
  change(file);
  for (const key of ['version', 'project', 'destinations']) delete file[key];
  await project.configure(stringify(file));
}

/** Line of the file that holds a text. */
const lineOf = (text: string) =>
  readFileSync(project.config, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text)) + 1;

test('the shipped file fits the simulated account, but for its address and first day', async () => {
  await configure();
  expect(await project.run(['check', 'marketing_cloud'], { env: login })).toMatchObject({ code: 0 });
});

describe('with data extensions that are not there as the file has them', () => {
  beforeAll(() =>
    configure(({ sources }) => {
      const [members, sms] = sources.marketing_cloud.config.data_extensions;
      members.data_extension = 'Care_Membres';
      sms.fields[2] = 'SubscriberKye';
    }),
  );

  test('check tells each with its line, and what there is instead', async () => {
    const { code, stderr } = await project.run(['check', 'marketing_cloud'], { env: login });
    expect(code).toBe(3);
    const at = 'sources.marketing_cloud.config.data_extensions';
    expect(stderr).toContain(
      `:${lineOf('Care_Membres')}:27: ${at}[0].data_extension: there is no data extension "Care_Membres" of business unit 510001; ` +
        'did you mean "Care_Members"? Its keys are: Answers, Care_Members, push_tracking, sms_tracking\n',
    );
    expect(stderr).toContain(
      `:${lineOf('SubscriberKye')}:15: ${at}[1].fields[2]: the data extension "sms_tracking" of business unit 510001 has no field ` +
        '"SubscriberKye"; did you mean "subscriberkey"? It has: ',
    );
  });

  test('discover shows the other streams, and names the two', async () => {
    const { code, stdout, stderr } = await project.run(['discover', 'marketing_cloud'], { env: login });
    expect(code).toBe(3);
    expect(stdout).toMatch(/^message_days: /m);
    expect(stdout).toMatch(/^answers: /m);
    expect(stdout).not.toMatch(/^members: /m);
    expect(stderr).toContain('data_extensions[0].data_extension: there is no');
    expect(stderr).toContain('data_extensions[1].fields[2]: ');
  });

  test('sync reads the others, and tells each of the two once', async () => {
    const { code, stdout, stderr } = await project.run(['sync', 'sfmc_daily'], { env: login });
    expect(code).toBe(7);
    expect(stdout).toMatch(/^members +failed /m);
    expect(stdout).toMatch(/^sms_messages +failed /m);
    expect(stdout).toMatch(/^answers +complete /m);
    expect(stdout).toMatch(/^message_days +complete /m);
    expect(stderr.match(/config\.data_extensions\[0\]\.data_extension: there is no/g)).toHaveLength(1);
    expect(stderr).toContain('stream "members"');
  });
});

test('validate tells a stream that the source does not offer, before anything is asked of it', async () => {
  await configure(({ connections }) => {
    connections.sfmc_daily.streams.click_evnts = {};
  });
  const { code, stderr } = await project.run(['validate'], { env });
  expect(code).toBe(3);
  expect(stderr).toContain('source "marketing_cloud" has no such stream; did you mean "click_events"?');
});
