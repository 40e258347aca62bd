import type { RunEvent, RunRecord } from '../persistence/run-store.js';
import type { RequestRecord } from '../scheduler/request-store.js';
import type { BreakGlass } from '../security/index.js';

/** Objects of ours as JSON shows them everywhere: keys in snake_case, like columns and YAML. Values stay as they are. */
export function snakeKeys(object: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [
      key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
}

export function runForm(run: RunRecord): Record<string, unknown> {
  return snakeKeys(run);
}

export function requestForm(request: RequestRecord): Record<string, unknown> {
  return snakeKeys(request);
}

export function eventForm({ data, ...event }: RunEvent): Record<string, unknown> {
  return { ...event, data: snakeKeys(data as object) };
}

export function breakGlassForm({ endedAt, endedBy, reviewedAt, reviewedBy, ...access }: BreakGlass): object {
  return snakeKeys({
    ...access,
    endedAt: endedAt ?? null,
    endedBy: endedBy ?? null,
    reviewedAt: reviewedAt ?? null,
    reviewedBy: reviewedBy ?? null,
  });
}
