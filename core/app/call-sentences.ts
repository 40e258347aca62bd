import type { ApiCalls } from '../protocol/index.js';

/** What a run has asked of each API, and what is left of its quotas, a sentence for each. */
export const callSentences = (calls: readonly ApiCalls[]): readonly string[] => calls.map(sentenceOf);

function sentenceOf({ host, share, sent, refused, budget, limit, remaining }: ApiCalls): string {
  const quota = share === undefined ? '' : ` (${share})`;
  const parts = [
    `${shown(sent)} to ${host}${quota}`,
    ...(refused === 0 ? [] : [`${shown(refused)} of them refused`]),
    ...(budget === undefined ? [] : [`at most ${shown(budget.requests)} per ${budget.per}`]),
    ...(remaining === undefined
      ? []
      : [`${shown(remaining)}${limit === undefined ? '' : ` of ${shown(limit)}`} left, says the API`]),
  ];
  return parts.join(', ');
}

const shown = (count: number): string => count.toLocaleString('en-US');
