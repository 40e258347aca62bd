import type { CrossCheckContext } from './cross-checks.js';
import { entries } from './given.js';
import type { ReportSettings } from './report.settings.js';
import type { Settings } from './settings.js';

/**
 * What a retention deletes must be whole days of each figure that it feeds: then those days can stay as they are. A stream that
 * is only looked up has no such days.
 */
export function checkRetention(
  { facts }: ReportSettings,
  connections: Settings['connections'] | undefined,
  { report }: CrossCheckContext,
): void {
  for (const [connection, { streams }] of entries(connections))
    for (const [stream, { retention } = {}] of entries(streams)) {
      if (retention?.by === undefined) continue;
      const path = ['connections', connection, 'streams', stream, 'retention'];
      const name = `${connection}.${stream}`;
      for (const fact of facts ?? []) {
        const parts = [fact, ...(fact?.also ?? [])].filter((part) => part?.from !== undefined);
        for (const part of parts) {
          const [own] = part.from.split('.');
          const joins = Object.keys(part.join ?? {}).map((each) => (each.includes('.') ? each : `${own}.${each}`));
          const called = fact.name ?? fact.from;
          if (joins.includes(name))
            report(path, `fact "${called}" looks rows up in this stream, and would not find those of before`, 'key');
          const day = part.as?.date ?? fact.as?.date;
          if (part.from !== name || day === undefined || day.column === retention.by) continue;
          report(
            [...path, 'by'],
            day.column === undefined || day.column.includes('.')
              ? `fact "${called}" takes its days from no column of this stream, so that none could stay as they are`
              : `must be "${day.column}", from which fact "${called}" takes its days`,
          );
        }
      }
    }
}
