import type { ConnectionSchedule } from '../api/index.js';
import type { RunStore } from '../persistence/index.js';
import type { ScheduledConnection } from '../scheduler/scheduler.js';
import { keyOf, overdueSlot } from '../scheduler/scheduler.js';
import type { ScheduleStore } from '../scheduler/schedule-store.js';
import type { Schedule, Weekday } from '../scheduler/schedule.js';
import { nextSlot } from '../scheduler/slots.js';
import { DEFAULT_GRACE, WEEKDAY_NAMES, durationMs, minuteOf, type Settings } from '../settings/index.js';

/** The connections of a configuration that run by themselves, as the scheduler takes them. */
export function scheduledConnections({ connections, project }: Settings): readonly ScheduledConnection[] {
  return Object.entries(connections).flatMap(([name, { schedule }]): readonly ScheduledConnection[] => {
    if (schedule === undefined) return [];
    const { cron, every, after, timezone = project.timezone, blackout = [] } = schedule;
    if (after !== undefined) return [{ name, after }];
    const timed: Schedule = {
      when: cron === undefined ? { everyMs: durationMs(every) } : { cron },
      timezone,
      blackout: blackout.map(({ from, to, days = WEEKDAY_NAMES }) => ({
        from: minuteOf(from),
        to: minuteOf(to),
        days: days.map((day) => WEEKDAY_NAMES.indexOf(day) as Weekday),
      })),
    };
    const { catch_up: catchUp, grace = DEFAULT_GRACE, jitter } = schedule;
    return [{ name, schedule: timed, catchUp, graceMs: durationMs(grace), jitterMs: durationMs(jitter) }];
  });
}

/** How the schedules stand at this moment of the database's clock, by connection. */
export async function scheduleStanding(
  settings: Settings,
  store: ScheduleStore,
): Promise<Readonly<Record<string, ConnectionSchedule>>> {
  const scheduled = scheduledConnections(settings);
  if (scheduled.length === 0) return {};
  const instant = await store.now();
  const now = Date.parse(instant);
  const anchors = await store.anchors(scheduled.map(keyOf), instant);
  return Object.fromEntries(
    scheduled.map((connection, index) => {
      const next = 'after' in connection ? undefined : nextSlot(connection.schedule, now);
      const overdue = 'after' in connection ? undefined : overdueSlot(connection, anchors[index] ?? {}, now);
      const schedule = settings.connections[connection.name]?.schedule ?? {};
      return [connection.name, { schedule, nextSlot: isoOf(next), overdueSlot: isoOf(overdue) }];
    }),
  );
}

/** Of the connections that are late, as the state `late` has it: the latest slot whose grace is over. */
export async function lateSlots(
  settings: Settings,
  store: ScheduleStore,
  runs: Pick<RunStore, 'lastSuccesses'>,
): Promise<Readonly<Record<string, string>>> {
  const standing = await scheduleStanding(settings, store);
  const successes = await runs.lastSuccesses();
  return Object.fromEntries(
    Object.entries(standing).flatMap(([name, { overdueSlot: slot }]) => {
      const success = successes[name];
      return slot !== undefined && (success === undefined || success < slot) ? [[name, slot]] : [];
    }),
  );
}

function isoOf(instant: number | undefined): string | undefined {
  return instant === undefined ? undefined : new Date(instant).toISOString();
}
