import { startDashboardSimulator } from './server.js';

/**
 * The simulator as a process of its own: it prints its address as the first line of stdout, then what a configuration needs, and runs
 * until it is told to end. DASHBOARD_SIMULATOR_PORT, _TOKEN, _SEED, _FROM and _TO change the defaults.
 */
const setting = (name: string): string | undefined => process.env[`DASHBOARD_SIMULATOR_${name}`] || undefined;
const dayAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
const token = setting('TOKEN') ?? 'dashboard-token';

const simulator = await startDashboardSimulator({
  token,
  port: Number(setting('PORT') ?? 0),
  seed: Number(setting('SEED') ?? 1),
  from: setting('FROM') ?? dayAgo(90),
  to: setting('TO') ?? dayAgo(1),
});
process.stdout.write(`${simulator.url}\nDASHBOARD_URL=${simulator.url} DASHBOARD_TOKEN=${token}\n`);
process.once('SIGTERM', () => void simulator.close()).once('SIGINT', () => void simulator.close());
