import { sfmcSource } from '../../../../connectors/sfmc/sfmc.source.js';
import { cutWindows } from '../../../../core/engine/windows.js';
import type { ReadRequest, RecordData, Window } from '../../../../core/protocol/index.js';
import {
  defaultPackage,
  startSfmcSimulator,
  type SfmcSimulator,
  type SfmcSimulatorOptions,
} from '../../../simulators/sfmc/server.js';
import { MIDS } from '../../../simulators/sfmc/world.js';
import { fakeClock, type FakeClock } from '../../../unit/sdk/http/local-api.js';

export const ZONE = 'America/Chicago';

export interface Site {
  readonly simulator: SfmcSimulator;
  /** Of client and server, so that waiting takes no time and tokens end all the same. */
  readonly clock: FakeClock;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Runs a test against a Marketing Cloud of its own. */
export async function withSite(
  options: SfmcSimulatorOptions & { readonly start: string },
  run: (site: Site) => Promise<void>,
): Promise<void> {
  const clock = fakeClock();
  const simulator = await startSfmcSimulator({ wallClock: () => clock.now().getTime(), ...options });
  const { client_id, client_secret } = defaultPackage;
  const config = {
    endpoint: simulator.url,
    client_id,
    client_secret,
    accounts: [...MIDS],
    // The first day of the world, of UTC, begins on the day before in the report's zone.
    start_date: new Date(Date.parse(options.start) - 86_400_000).toISOString().slice(0, 10),
    time_zone: ZONE,
    data_extensions: [
      { stream: 'members', data_extension: 'Care_Members', fields: ['SubscriberKey', 'Region', 'Segment'] },
      {
        stream: 'sms_messages',
        data_extension: 'sms_tracking',
        fields: [
          'MobileMessageTrackingID',
          'MessageID',
          'SubscriberKey',
          'ActionDateTime',
          'Sent',
          'Delivered',
          'OptOut',
          'IsTest',
        ],
      },
      {
        stream: 'push_messages',
        data_extension: 'push_tracking',
        fields: ['PushID', 'MessageName', 'SubscriberKey', 'SendDateTime', 'Status', 'OpenDateTime'],
      },
      {
        stream: 'answers',
        data_extension: 'Answers',
        fields: ['AnswerID', 'AnswerType', 'SubscriberKey', 'JobID', 'AnsweredAt'],
      },
    ],
  };
  try {
    await run({ simulator, clock, config });
  } finally {
    await simulator.close();
  }
}

/** Opens the source as a run does. */
export const open = ({ clock, config }: Site, changes: Readonly<Record<string, unknown>> = {}) => {
  const plugin = sfmcSource({ clock, random: () => 0.5, timeouts: { idleMs: 2_000 } });
  return plugin.open(plugin.config.parse({ ...config, ...changes }), {
    signal: new AbortController().signal,
    baseFolder: '.',
  });
};

/** Members as they are, which somebody must have said of each stream that has them. */
export const keptMembers = (stream: string) => {
  if (stream === 'sends') return {};
  const column = stream.endsWith('_events') || stream === 'message_days' ? 'subscriber_key' : 'subscriberkey';
  return { protect: { [column]: 'keep' as const } };
};

export interface Read {
  readonly rows: readonly RecordData[];
  readonly warnings: readonly string[];
}

/** Reads a stream to its end, in the slices that the engine would cut at the simulator's instant. */
export async function read(site: Site, name: string, changes: Readonly<Record<string, unknown>> = {}): Promise<Read> {
  const source = await open(site, changes);
  try {
    const stream = (await source.streams(() => undefined))[name]!;
    if (stream.kind === 'files' || stream.kind === 'stateful')
      throw new Error(`Stream ${name} is one of ${stream.kind}`);
    const slices =
      stream.kind === 'incremental'
        ? cutWindows({
            cursor: stream.cursor,
            isDaily: name === 'message_days',
            frontier: undefined,
            lookback: undefined,
            runStart: new Date(site.simulator.now()),
          })
        : [{ id: 'all' }];
    const rows: RecordData[] = [];
    const warnings: string[] = [];
    const rest = { signal: new AbortController().signal, warn: (message: string) => void warnings.push(message) };
    for (const slice of slices)
      for await (const page of stream.read({ slice, ...rest } as ReadRequest<Window>)) rows.push(...page);
    return { rows, warnings };
  } finally {
    await source.close();
  }
}

/** The rows with each key once, as a merge leaves them. */
export function merged(rows: readonly RecordData[], key: readonly string[]): RecordData[] {
  return [...new Map(rows.map((row) => [JSON.stringify(key.map((name) => row[name])), row])).values()];
}
