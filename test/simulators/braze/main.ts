import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { eventsAt, membersOf } from './currents/events.js';
import { startCurrents } from './currents/files.js';
import { defaultApiKey, startBrazeSimulator } from './server.js';

/**
 * The simulator as a process of its own: it prints its address as the first line of stdout, then what a configuration needs, and runs
 * until it is told to end. BRAZE_SIMULATOR_PORT, _HOST, _NOW, _START, _TIME_ZONE, _SEED, _CAMPAIGNS, _CANVASES, _KEY and _SCOPES (a list
 * with commas) change the defaults. `--out DIR` writes what Currents has delivered by now, and the members that it tells of; each time
 * the clock is moved on, what is new is delivered.
 */
const setting = (name: string): string | undefined => process.env[`BRAZE_SIMULATOR_${name}`] || undefined;
const count = (name: string, fallback: number): number => {
  const value = Number(setting(name) ?? fallback);
  if (!Number.isInteger(value)) throw new RangeError(`BRAZE_SIMULATOR_${name} must be an integer`);
  return value;
};

/** Each message of each member is an event, so the campaigns of a world with files are small. */
const SMALL_AUDIENCE = 0.01;
const MEMBERS = 900;
/** Sends of so many days are told by events. */
const DAYS_OF_EVENTS = 90;

const { values } = parseArgs({ options: { out: { type: 'string' } } });
const scopes = setting('SCOPES')?.split(',') ?? defaultApiKey.scopes;
const stranger = scopes.find((scope) => !defaultApiKey.scopes.includes(scope));
if (stranger !== undefined)
  throw new RangeError(`BRAZE_SIMULATOR_SCOPES: "${stranger}" is none of ${defaultApiKey.scopes.join(', ')}`);
const key = setting('KEY') ?? defaultApiKey.key;
const seed = count('SEED', 1);

const simulator = await startBrazeSimulator({
  host: setting('HOST'),
  port: count('PORT', 0),
  now: setting('NOW') ?? new Date().toISOString(),
  start: setting('START'),
  timeZone: setting('TIME_ZONE'),
  seed,
  campaigns: count('CAMPAIGNS', 40),
  canvases: count('CANVASES', 0),
  keys: [{ ...defaultApiKey, key, scopes }],
  ...(values.out === undefined ? {} : { audienceShare: SMALL_AUDIENCE }),
  onClock: () => deliver(),
});

const members = membersOf(seed, MEMBERS);
const currents = values.out === undefined ? undefined : startCurrents({ folder: join(values.out, 'currents') });
/** The first day whose sends are told: that of the start, however far the clock is moved. */
const firstDay = Math.max(
  simulator.world.startDay,
  Math.floor(Date.parse(simulator.now()) / 86_400_000) - DAYS_OF_EVENTS,
);

async function deliver(): Promise<void> {
  if (currents === undefined) return;
  const now = Date.parse(simulator.now());
  await currents.deliver(eventsAt(simulator.world, members, now, firstDay), now);
}

if (currents !== undefined) {
  const place = join(values.out!, 'members');
  await mkdir(place, { recursive: true });
  const lines = members.map(({ externalId, email, region, segment }) => [externalId, email, region, segment].join(','));
  await writeFile(join(place, 'members_1.csv'), `external_id,email,region,segment\n${lines.join('\n')}\n`);
  await deliver();
}

process.stdout.write(
  [
    simulator.url,
    `endpoint: ${simulator.url}`,
    `api_key: ${key}`,
    `time_zone: ${simulator.world.calendar.timeZone}`,
    `# now: ${simulator.now()}`,
    `# scopes: ${scopes.join(', ')}`,
    `# control: ${['truth', 'clock', 'faults', 'requests'].map((name) => `/_simulator/${name}`).join(', ')}`,
    ...(currents === undefined ? [] : [`# files: currents/${currents.path}, members/members_*.csv in ${values.out}`]),
    '',
  ].join('\n'),
);

const end = (): void => {
  void simulator.close();
};
process.once('SIGINT', end).once('SIGTERM', end);
