import { SEVERITIES } from '../protocol/index.js';
import type { Incident, Judgement, NewIncident } from './incident.js';
import { keyOf, type AlertRule, type ConnectionFacts } from './judge.js';

/** What the schedules say: `lateSlots` holds the connections that are late, with the latest slot whose grace is over. */
export function judgeLate(
  lateSlots: Readonly<Record<string, string>>,
  open: readonly Incident[],
  rules: readonly AlertRule[],
  factsOf: (connection: string) => ConnectionFacts,
): Judgement {
  const isOpen = new Set(open.map(({ key }) => key));
  const opened = Object.entries(lateSlots).flatMap(([connection, slot]): readonly NewIncident[] => {
    const asked = rules.filter(
      ({ when, connections }) => when === 'late' && (connections?.includes(connection) ?? true),
    );
    const key = keyOf(connection, 'late');
    if (asked.length === 0 || isOpen.has(key)) return [];
    return [
      {
        key,
        kind: 'late',
        connection,
        severity: SEVERITIES.find((severity) => asked.some((rule) => rule.severity === severity)) ?? 'error',
        text: {
          title: `${connection}: it is late`,
          what: `No run has succeeded since the slot of ${slot}, and its grace is over.`,
          meaning: factsOf(connection).feedsReport
            ? 'The report goes on with the figures it has; those of this connection stand still until a run succeeds.'
            : 'No figure of the report comes from this connection; what it feeds stands still until a run succeeds.',
          next: 'See whether a run is under way or failed, and whether a worker is there to take it.',
          command: `tributary runs list --connection ${connection}`,
        },
        channels: [...new Set(asked.flatMap(({ to }) => to))],
      },
    ];
  });
  const isOver = ({ connection }: Incident) => !Object.hasOwn(lateSlots, connection);
  return { opened, seen: [], resolved: open.filter(isOver).map(({ key }) => key) };
}
