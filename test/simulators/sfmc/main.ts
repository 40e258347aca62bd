import { parseArgs } from 'node:util';
import { runAutomation } from './extracts.js';
import { defaultPackage, SCOPES, startSfmcSimulator } from './server.js';
import { MIDS } from './world.js';

/**
 * The simulator as a process of its own: it prints its address as the first line of stdout, then what a configuration needs, and runs
 * until it is told to end. SFMC_SIMULATOR_PORT, _HOST, _NOW, _START, _SEED, _MEMBERS, _SECRET and _SCOPES (a list with commas) change the
 * defaults. `--out DIR` writes the files that an automation of the day puts on the SFTP server, and those of each day to which the
 * clock is moved.
 */
const setting = (name: string): string | undefined => process.env[`SFMC_SIMULATOR_${name}`] || undefined;
const count = (name: string, fallback: number): number => {
  const value = Number(setting(name) ?? fallback);
  if (!Number.isInteger(value)) throw new RangeError(`SFMC_SIMULATOR_${name} must be an integer`);
  return value;
};

const { values } = parseArgs({ options: { out: { type: 'string' } } });
const scopes = setting('SCOPES')?.split(',') ?? SCOPES;
const stranger = scopes.find((scope) => !SCOPES.includes(scope));
if (stranger !== undefined)
  throw new RangeError(`SFMC_SIMULATOR_SCOPES: "${stranger}" is none of ${SCOPES.join(', ')}`);
const secret = setting('SECRET') ?? defaultPackage.client_secret;

const simulator = await startSfmcSimulator({
  host: setting('HOST'),
  port: count('PORT', 0),
  now: setting('NOW') ?? new Date().toISOString(),
  start: setting('START'),
  seed: count('SEED', 1),
  members: count('MEMBERS', 160),
  packages: [{ ...defaultPackage, client_secret: secret, scopes }],
  onClock: () => deliver(),
});

async function deliver(): Promise<void> {
  if (values.out !== undefined)
    await runAutomation(simulator.world, Date.parse(simulator.now()), { folder: values.out });
}
await deliver();

process.stdout.write(
  [
    simulator.url,
    `endpoint: ${simulator.url}`,
    `client_id: ${defaultPackage.client_id}`,
    `client_secret: ${secret}`,
    `accounts: [${MIDS.join(', ')}]`,
    `# now: ${simulator.now()}`,
    `# scopes: ${scopes.join(', ')}`,
    `# control: ${['truth', 'responses', 'clock', 'faults', 'requests'].map((name) => `/_simulator/${name}`).join(', ')}`,
    ...(values.out === undefined ? [] : [`# files: Export/*.zip, Export/*.csv in ${values.out}`]),
    '',
  ].join('\n'),
);

const end = (): void => {
  void simulator.close();
};
process.once('SIGINT', end).once('SIGTERM', end);
