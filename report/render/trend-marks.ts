import type { Section } from '../section/model.js';
import { countText } from './text.js';

/** What is told of one day. */
export interface Mark {
  readonly date: string;
  readonly text: string;
}

/** Days on which campaigns began, figures changed their meaning, or one is far from what is usual; the earliest first. */
export function trendMarks({ annotations, anomalies }: Pick<Section, 'annotations' | 'anomalies'>): readonly Mark[] {
  const unusual = anomalies.map(({ date, figure, value, usual }) => ({
    date,
    text: `${figure} ${countText(value)} where ${countText(Math.round(usual))} are usual`,
  }));
  const told = annotations.map(({ date, kind, text }) => ({
    date,
    text: kind === 'send' ? `first messages of ${text}` : text,
  }));
  return [...Map.groupBy([...told, ...unusual], ({ date }) => date)]
    .map(([date, on]) => ({ date, text: on.map(({ text }) => text).join('; ') }))
    .toSorted((one, other) => one.date.localeCompare(other.date));
}

/** `3: Welcome`. The month stands above the graph. */
export const markText = ({ date, text }: Mark): string => `${Number(date.slice(8))}: ${text}`;

/** A long month tells the rest in its page. */
const MOST_LINES = 8;

/** The marks as lines of so many letters; days that find no room are counted. */
export function markLines(marks: readonly Mark[], letters: number): readonly string[] {
  const lines: string[] = [];
  for (const [index, mark] of marks.entries()) {
    const own = wrapped(markText(mark), letters);
    if (lines.length + own.length > MOST_LINES - (index < marks.length - 1 ? 1 : 0)) {
      const left = marks.length - index;
      return [...lines, `and ${left} more marked ${left === 1 ? 'day' : 'days'}`];
    }
    lines.push(...own);
  }
  return lines;
}

function wrapped(text: string, letters: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined) lines.push(word);
    else if (last.length + 1 + word.length > letters) lines.push(`    ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
