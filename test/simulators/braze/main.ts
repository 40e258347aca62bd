import { defaultApiKey, startBrazeSimulator } from './server.js';

/**
 * The simulator as a process of its own: it prints its address on stdout and runs until it is told to end.
 * BRAZE_SIMULATOR_PORT, _HOST, _NOW, _START, _TIME_ZONE, _SEED, _CAMPAIGNS, _CANVASES and _KEY change the defaults.
 */
const setting = (name: string): string | undefined => process.env[`BRAZE_SIMULATOR_${name}`] || undefined;
const count = (name: string, fallback: number): number => {
  const value = Number(setting(name) ?? fallback);
  if (!Number.isInteger(value)) throw new RangeError(`BRAZE_SIMULATOR_${name} must be an integer`);
  return value;
};

const simulator = await startBrazeSimulator({
  host: setting('HOST'),
  port: count('PORT', 0),
  now: setting('NOW') ?? new Date().toISOString(),
  start: setting('START'),
  timeZone: setting('TIME_ZONE'),
  seed: count('SEED', 1),
  campaigns: count('CAMPAIGNS', 40),
  canvases: count('CANVASES', 0),
  keys: [{ ...defaultApiKey, key: setting('KEY') ?? defaultApiKey.key }],
});
process.stdout.write(`${simulator.url}\n`);

const end = (): void => {
  void simulator.close();
};
process.once('SIGINT', end).once('SIGTERM', end);
