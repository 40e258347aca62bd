import { defaultPackage, startSfmcSimulator } from './server.js';

/**
 * The simulator as a process of its own: it prints its address on stdout and runs until it is told to end.
 * SFMC_SIMULATOR_PORT, _HOST, _NOW, _START, _SEED, _MEMBERS and _SECRET change the defaults.
 */
const setting = (name: string): string | undefined => process.env[`SFMC_SIMULATOR_${name}`] || undefined;
const count = (name: string, fallback: number): number => {
  const value = Number(setting(name) ?? fallback);
  if (!Number.isInteger(value)) throw new RangeError(`SFMC_SIMULATOR_${name} must be an integer`);
  return value;
};

const simulator = await startSfmcSimulator({
  host: setting('HOST'),
  port: count('PORT', 0),
  now: setting('NOW') ?? new Date().toISOString(),
  start: setting('START'),
  seed: count('SEED', 1),
  members: count('MEMBERS', 160),
  packages: [{ ...defaultPackage, client_secret: setting('SECRET') ?? defaultPackage.client_secret }],
});
process.stdout.write(`${simulator.url}\n`);

const end = (): void => {
  void simulator.close();
};
process.once('SIGINT', end).once('SIGTERM', end);
