import type { ChannelPolicy } from '../alerting/index.js';
import { DAY_MS, type Severity } from '../protocol/index.js';
import { outOfBlackout } from '../scheduler/blackout.js';
import type { Weekday } from '../scheduler/schedule.js';
import { lastSlot } from '../scheduler/slots.js';
import { WEEKDAY_NAMES, minuteOf, type ChannelSettings, type Settings } from '../settings/index.js';

const ALWAYS: readonly Severity[] = ['critical'];
const CAN_WAIT: readonly Severity[] = ['warning', 'info'];

/** When each channel that says so is left alone, and when it gets its digest. */
export function channelPolicies({ alerts, project }: Pick<Settings, 'alerts' | 'project'>) {
  return Object.fromEntries(
    Object.entries(alerts?.channels ?? {}).map(([name, channel]) => [name, policyOf(channel, project.timezone)]),
  );
}

function policyOf({ quiet, digest }: ChannelSettings, zone: string): ChannelPolicy {
  return {
    ...(quiet === undefined ? {} : { quiet: quietOf(quiet, zone) }),
    ...(digest === undefined ? {} : { digest: digestOf(digest, zone) }),
  };
}

function quietOf(
  { from, to, days = WEEKDAY_NAMES, timezone, except = ALWAYS }: NonNullable<ChannelSettings['quiet']>,
  zone: string,
): NonNullable<ChannelPolicy['quiet']> {
  const weekdays = days.map((day) => WEEKDAY_NAMES.indexOf(day) as Weekday);
  const window = { from: minuteOf(from), to: minuteOf(to), days: weekdays };
  const times = { timezone: timezone ?? zone, blackout: [window] };
  return { except, isQuiet: (at) => outOfBlackout(times, at.getTime()) > at.getTime() };
}

function digestOf(
  { at, timezone, severities = CAN_WAIT }: NonNullable<ChannelSettings['digest']>,
  zone: string,
): NonNullable<ChannelPolicy['digest']> {
  const minutes = minuteOf(at);
  const cron = `${minutes % 60} ${Math.floor(minutes / 60)} * * *`;
  const daily = { when: { cron }, timezone: timezone ?? zone, blackout: [] };
  return {
    severities,
    lastAt: (now) => new Date(lastSlot(daily, now.getTime() - 2 * DAY_MS, now.getTime()) ?? 0),
  };
}
