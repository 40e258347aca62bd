import { didYouMean } from '#sdk';
import { parseIsoDuration } from '../time/date-time.js';
import { formatMessage } from './short-fields.js';
import { isComponent, type Component, type Lines } from './text.js';

/** Texts of a component that a run would refuse, whatever it is given. */
export interface StaticFault {
  /** The way below the component. */
  readonly way: readonly string[];
  readonly line: number | undefined;
  readonly message: string;
  /** True where only `tributary check` would. */
  readonly isOfCheck?: boolean;
}

/** Fields that are ISO 8601 durations. */
const DURATIONS: Readonly<Record<string, readonly string[]>> = {
  DatetimeBasedCursor: ['step', 'cursor_granularity', 'lookback_window'],
  FixedWindowCallRatePolicy: ['period'],
  Rate: ['interval'],
};

/** What a component says without any template, and a run would refuse. */
export function staticFaults(node: Component, lines: Lines): readonly StaticFault[] {
  const type = String(node['type']);
  const faults: StaticFault[] = [];
  const fault = (field: string, message: string) => faults.push({ way: [field], line: lines.of(node, field), message });
  for (const field of DURATIONS[type] ?? []) {
    const text = node[field];
    if (!isStatic(text) || parseIsoDuration(text) !== undefined) continue;
    fault(field, `\`${field}\` is "${text}", which is no ISO 8601 duration; write it like P1D, P1M or PT1H`);
  }
  const format = node['datetime_format'];
  if (type === 'DatetimeBasedCursor' && isStatic(format) && !format.includes('%'))
    fault('datetime_format', formatMessage(format));
  if (type === 'DeclarativeSource') faults.push(...uncheckedNames(node, lines));
  return faults;
}

const isStatic = (text: unknown): text is string => typeof text === 'string' && text !== '' && !text.includes('{');

/** Streams that the check reads and that are not there; where some are dynamic, only a run tells. */
function uncheckedNames({ check, streams, dynamic_streams: dynamic }: Component, lines: Lines): readonly StaticFault[] {
  if (!isComponent(check) || !Array.isArray(check['stream_names']) || dynamic !== undefined) return [];
  const names = namesOf(streams);
  if (names.length === 0 || names.some((name) => !isStatic(name))) return [];
  const written: readonly unknown[] = check['stream_names'];
  return written.flatMap((name, at) => {
    if (!isStatic(name) || names.includes(name)) return [];
    const line = lines.of(written, String(at)) ?? lines.of(check, 'stream_names') ?? lines.of(check);
    const message = `the check names the stream "${name}", which there is not; \`tributary check\` ends with it; ${didYouMean(name, names as string[])}`;
    return [{ way: ['check', 'stream_names', String(at)], line, message, isOfCheck: true }];
  });
}

/** Those of a condition are there or not. */
const namesOf = (streams: unknown): readonly unknown[] =>
  (Array.isArray(streams) ? streams : [])
    .filter(isComponent)
    .flatMap((stream) => (stream['type'] === 'ConditionalStreams' ? namesOf(stream['streams']) : [stream['name']]));
