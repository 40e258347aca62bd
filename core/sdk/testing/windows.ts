import { DAY_MS, parseDuration, type SourceStream, type Window } from '../../protocol/index.js';

export type IncrementalSourceStream = Extract<SourceStream, { kind: 'incremental' }>;

/** The windows that a first run reads, each as long as the stream allows. */
export function wholeWindows(stream: IncrementalSourceStream, until: string): readonly Window[] {
  const { window } = stream.cursor;
  return cut(stream, until, window === undefined ? Number.POSITIVE_INFINITY : (parseDuration(window) ?? Number.NaN));
}

/** The same span cut smaller, at other borders; never smaller than a day where the cursor counts days. */
export function smallWindows(stream: IncrementalSourceStream, until: string, spanMs: number): readonly Window[] {
  return cut(stream, until, isDaily(stream) ? Math.max(DAY_MS, Math.floor(spanMs / DAY_MS) * DAY_MS) : spanMs);
}

function isDaily({ catalog, cursor }: IncrementalSourceStream): boolean {
  return catalog.fields.find(({ name }) => name === cursor.field)?.type === 'date';
}

function cut(stream: IncrementalSourceStream, until: string, spanMs: number): readonly Window[] {
  const format = (ms: number) => new Date(ms).toISOString().slice(0, isDaily(stream) ? 10 : undefined);
  const end = Date.parse(until);
  const windows: Window[] = [];
  for (let from = Date.parse(stream.cursor.start); from < end;) {
    const to = Math.min(from + spanMs, end);
    windows.push({
      id: `${format(from)}..${format(to)}`,
      from: format(from),
      to: format(to),
      days: Math.ceil((to - from) / DAY_MS),
    });
    from = to;
  }
  return windows;
}
