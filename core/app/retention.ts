import type { Retention } from '../persistence/history-store.js';
import { parseDuration } from '../protocol/index.js';
import type { Settings } from '../settings/index.js';

export function retentionOf({ retention }: Pick<Settings, 'retention'>): Retention {
  const ms = (text: string) => parseDuration(text) as number;
  const { runs, events, requests, alerts } = retention;
  return { runs: ms(runs), events: ms(events), requests: ms(requests), alerts: ms(alerts) };
}
