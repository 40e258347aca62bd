import type { DateTime } from './date-time.js';
import { parseMoment } from './format.js';

const ISO = ['%Y-%m-%d', '%Y-%m-%dT%H:%M:%S%z', '%Y-%m-%dT%H:%M:%S.%f%z', '%Y-%m-%dT%H:%M:%S', '%Y-%m-%dT%H:%M:%S.%f'];

/** Where the reading of a short form begins: written as its times are, or as ISO 8601 in any format. */
export function parseStart(text: string, format: string): DateTime | undefined {
  for (const one of [format, ...ISO]) {
    const moment = parseMoment(text, one);
    if (moment !== undefined) return moment;
  }
  return undefined;
}

export const startMessage = (text: string, format: string): string =>
  `"${text.slice(0, 40)}", which is no day (2026-01-31), no instant (2026-01-31T10:00:00Z), and not written as \`format\` says ("${format}")`;
