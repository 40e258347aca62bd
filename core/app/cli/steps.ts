import type { ExpectationResult } from '../../protocol/index.js';
import { counted } from './output.js';

/** What each step of the chain has done, a line a stream; nothing where none has. */
export function stepLines(
  streams: readonly { readonly stream: string; readonly steps?: Readonly<Record<string, number>> }[],
): readonly string[] {
  return streams
    .filter(({ steps }) => steps !== undefined)
    .map(({ stream, steps }) => {
      const each = Object.entries(steps ?? {}).map(([step, count]) => `${step} ${count.toLocaleString('en-US')}`);
      return `steps of ${stream}: ${each.join(', ')}`;
    });
}

/** The expectations that were broken, in words. */
export const brokenIn = (results: readonly ExpectationResult[]): readonly string[] =>
  results
    .filter(({ broken }) => broken > 0)
    .map(
      ({ rule, severity, broken, found }) => `${rule} is broken (${severity}): ${found ?? counted(broken, 'record')}`,
    );
