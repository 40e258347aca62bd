import { ConnectorError } from '#sdk';
import { textsOfSlices } from '../manifest/slice-names.js';
import { isComponent, type Component } from '../manifest/text.js';
import type { PartitionRouter } from '../partitions/router.js';
import { noParts, requestOption, type RequestParts } from '../requests/request-option.js';
import { aroundOf, type Environment } from '../run/environment.js';
import type { StreamSlice } from '../run/slice.js';
import { Text, type Surroundings } from '../run/text.js';
import { textOf } from '../template/values.js';
import { DateTime, DAY_US, Duration, parseIsoDuration } from '../time/date-time.js';
import { parseMoment } from '../time/format.js';
import { parseStart, startMessage } from '../time/start.js';
import type { Cursor, State } from './cursor.js';
import { PartitionCursor, stateOfAll } from './partition-cursor.js';
import { clampOf, COUNT_SCALE, momentScale, type Clamp, type Scale } from './scale.js';
import { unaskedRecords, type AskedBounds, type Unasked } from './unasked.js';
import { unreadParts } from './unread-state.js';
import { WindowCursor, type WindowSettings } from './window-cursor.js';

/** What the incremental reading of a stream is made of. */
export interface Incremental {
  readonly field: string;
  /** How its values are written, as `strftime`; none where they are numbers. */
  readonly formats: readonly string[];
  cursor(state: State): Cursor;
  /** Places of a state that the cursor, or those of partitions, cannot read. */
  unread(state: State, isPartitioned: boolean): readonly string[];
  /** What the bounds of a slice add to a request. */
  parts(slice: StreamSlice): RequestParts;
  /** The bounds of a slice that go into what a retriever asks for. */
  asked(retriever: Component): AskedBounds;
  /** True where what is read of a range begins with it, be it that the API is asked for that, or that older records are left out. */
  isDivided(retriever: Component): boolean;
  /** Of a cursor of time whose bounds are asked for, where what lies outside is no way of an API to answer. */
  unasked(retriever: Component): Unasked | undefined;
  readonly isDataFeed: boolean;
  readonly isClientSide: boolean;
  /** True where the state is older than an API keeps what happened, or says nothing of when. */
  isOlderThan(state: State, period: string): boolean;
  /** Throws `config` where nothing can be read yet, since it begins later than now. */
  assertBegun(): void;
  /** Of a cursor of time. The state from which all partitions that it knows go on at the moment; of a state that knows none, all that there are. */
  stateAt(moment: string, state: State, isPartitioned: boolean): State;
  /** Days that a person asked for instead of what the state says, `to` being the last one. */
  withRange(range: { readonly from: string; readonly to?: string }, retriever: Component): Incremental;
}

/** A person's days. */
type Range =
  | {
      readonly from: string;
      readonly to?: string;
      /** The bounds of it that an API is asked for. */
      readonly asked: AskedBounds;
    }
  | undefined;

export function incremental(
  stream: string,
  node: Component,
  router: PartitionRouter | undefined,
  environment: Environment,
  range?: Range,
): Incremental {
  const around = aroundOf(node, environment);
  const field = new Text(String(node['cursor_field']), around).text();
  if (node['type'] === 'IncrementingCountCursor') return counting(node, field, router, environment);
  const duration = (name: string): Duration | undefined => {
    const value = node[name];
    if (value === undefined || value === null || value === '') return undefined;
    const text = textOf(new Text(String(value), around).value());
    if (text === '' || text === 'None') return undefined;
    const span = parseIsoDuration(text);
    if (span === undefined)
      throw new ConnectorError('config', `\`${name}\` of a cursor is "${text}", which is no ISO 8601 duration.`, {
        hint: `Write it like P1D. It comes from "${String(value).slice(0, 100)}".`,
      });
    return span;
  };
  const format = String(node['datetime_format']);
  const formats = [...((node['cursor_datetime_formats'] as readonly unknown[] | undefined)?.map(String) ?? []), format];
  const granularity = duration('cursor_granularity');
  const scale = momentScale(formats, granularity);
  const day = (text: string) => DateTime.of(parseMoment(text, '%Y-%m-%d')!.fields, 0).instant;
  const declaredStart = () =>
    environment.isShort
      ? shortStart(stream, String(node['start_datetime']), format, around)
      : minMaxMoment(node['start_datetime'], format, around, environment);
  const start = range === undefined ? declaredStart() : day(range.from);
  // Only now: a start that asks for the time itself would come after it.
  const now = environment.clock.now().getTime() * 1000;
  const clampTo = isComponent(node['clamping']) ? node['clamping'] : undefined;
  // Days that a person gave are read as they are: moved to the edges of weeks or months, some of them would be left out.
  const clamp = clampTo === undefined || range !== undefined ? undefined : clampFrom(clampTo, around);
  const endOf =
    node['end_datetime'] === undefined
      ? () => now
      : () => minMaxMoment(node['end_datetime'], format, around, environment);
  const clampGap = granularity ?? new Duration(clampTo?.['target'] === 'DAY' ? 1_000_000 : 86_400_000_000);
  // The builder of Airbyte writes names that nobody has given as empty ones.
  const nameOf = (name: string, usual: string) => new Text(String(node[name] ?? '') || usual, around).text();
  const bounds = [nameOf('partition_field_start', 'start_time'), nameOf('partition_field_end', 'end_time')] as const;
  /** Of the days that a person gave, the first that is not one of them. */
  const after = range?.to === undefined ? Number.POSITIVE_INFINITY : day(range.to) + DAY_US;
  const endBefore = (gap: number) => {
    const end = clamp === undefined ? endOf() : scale.plus(clamp(endOf(), false), clampGap.negated());
    return Math.min(end, after - gap);
  };
  const settings: WindowSettings = {
    field,
    scale,
    start,
    end: () => endBefore(granularity?.micros ?? 1),
    // Of a begin alone that is asked for, what comes later has no part that would read it.
    reach: () => (range?.asked[0] === undefined ? endBefore(1) : endOf()),
    slack: range === undefined ? 0 : DAY_US,
    isOfApi: range?.asked.every((bound) => bound !== undefined) === true,
    step: duration('step'),
    granularity,
    lookback: duration('lookback_window'),
    bounds,
    clamp,
    comparesStrictly: range === undefined && node['is_compare_strictly'] === true,
    latest: environment.isShort ? now : undefined,
  };
  const asked = (retriever: Component): AskedBounds => {
    const templates = textsOfSlices(retriever);
    const isNamed = (name: string) => {
      const word = new RegExp(`(?<!\\w)${name.replace(/\W/g, '\\$&')}(?!\\w)`);
      return templates.some((text) => word.test(text));
    };
    const [from, to] = BOUND_OPTIONS.map((option, at) =>
      isComponent(node[option]) || isNamed(bounds[at]!) ? bounds[at] : undefined,
    );
    return [from, to];
  };
  return {
    field,
    formats,
    isDataFeed: node['is_data_feed'] === true,
    isClientSide: node['is_client_side_incremental'] === true,
    parts: boundParts(node, bounds, environment),
    asked,
    isDivided(retriever) {
      const isFiltered = node['is_data_feed'] === true || node['is_client_side_incremental'] === true;
      return asked(retriever)[0] !== undefined || (isFiltered && retriever['type'] === 'SimpleRetriever');
    },
    unasked(retriever) {
      const isTold = node['is_data_feed'] === true || node['is_client_side_incremental'] === true;
      const names = asked(retriever);
      const placeOf = (at: 0 | 1, short: string) => {
        if (!isComponent(node[BOUND_OPTIONS[at]])) return `what asks for \`${bounds[at]}\` of a slice`;
        return environment.isShort ? `\`streams.${stream}.cursor.${short}\`` : `\`${BOUND_OPTIONS[at]}\``;
      };
      return isTold || names.every((name) => name === undefined)
        ? undefined
        : unaskedRecords(field, scale, names, { format, names: [placeOf(0, 'from'), placeOf(1, 'to')] });
    },
    isOlderThan(state, period) {
      const span = parseIsoDuration(textOf(new Text(period, around).value()));
      const own = isComponent(state['state']) ? state['state'] : state;
      const value = scale.parse(own[field]);
      if (span === undefined || value === undefined) return span !== undefined;
      return value < scale.plus(now, span.negated());
    },
    assertBegun() {
      if (start <= now) return;
      const day = new Date(start / 1000);
      throw new ConnectorError(
        'config',
        `Stream "${stream}": \`streams.${stream}.cursor.start\` is ${Number.isNaN(day.getTime()) ? 'of no calendar' : day.toISOString().split('T')[0]}, which is later than now.`,
        { stream, hint: `Correct it; \`format\` says how it is read ("${format}").` },
      );
    },
    stateAt(moment, state, isPartitioned) {
      const place = new Date(moment).getTime() * 1000;
      if (place > now + DAY_US)
        throw new ConnectorError('config', `Stream "${stream}" cannot go on at ${moment}, which is later than now.`, {
          stream,
          hint: 'Nothing between would be read. Give a day that has been.',
        });
      return stateOfAll({ [field]: scale.format(place) }, state, isPartitioned);
    },
    withRange: (wanted, retriever) =>
      incremental(stream, node, router, environment, { ...wanted, asked: asked(retriever) }),
    unread: (state, isPartitioned) => unreadParts(state, { field, scale, isPartitioned }),
    cursor(state) {
      const known = range === undefined ? state : {};
      if (router === undefined) return new WindowCursor(settings, known);
      return new PartitionCursor(
        {
          field,
          router,
          keepsAll: environment.isShort,
          latest: settings.latest,
          isGlobal: router.isGrouping || node['global_substream_cursor'] === true,
          now: () => environment.clock.now().getTime(),
          scale,
          create: (own, lookback) =>
            new WindowCursor(settings, lookback === undefined ? own : lookedBack(own, field, scale, lookback)),
        },
        known,
      );
    },
  };
}

function lookedBack(state: State, field: string, scale: Scale, lookback: Duration): State {
  const value = scale.parse(state[field]);
  scale.keepZone(state[field]);
  return value === undefined ? state : { ...state, [field]: scale.format(scale.plus(value, lookback.negated())) };
}

function counting(
  node: Component,
  field: string,
  router: PartitionRouter | undefined,
  environment: Environment,
): Incremental {
  if (router !== undefined)
    throw new ConnectorError('config', 'An IncrementingCountCursor cannot be used with a partition router.', {
      hint: 'The reference has no state for that either.',
    });
  const declared = node['start_value'];
  const start = declared === undefined ? 0 : Number(new Text(String(declared), aroundOf(node, environment)).value());
  const settings: WindowSettings = {
    field,
    scale: COUNT_SCALE,
    start,
    end: () => Number.POSITIVE_INFINITY,
    step: undefined,
    granularity: undefined,
    lookback: undefined,
    bounds: undefined,
    clamp: undefined,
    comparesStrictly: false,
    latest: undefined,
  };
  const made: Incremental = {
    field,
    formats: [],
    isDataFeed: false,
    isClientSide: false,
    asked: () => [undefined, undefined],
    isDivided: () => false,
    unasked: () => undefined,
    parts: boundParts({ ...node, start_time_option: node['start_value_option'] }, ['start', 'end'], environment),
    isOlderThan: () => false,
    assertBegun: () => undefined,
    stateAt: (_moment, state) => state,
    withRange: () => made,
    unread: (state) => unreadParts(state, { field, scale: COUNT_SCALE, isPartitioned: false }),
    cursor: (state) => new WindowCursor(settings, state),
  };
  return made;
}

const BOUND_OPTIONS = ['start_time_option', 'end_time_option'] as const;

function boundParts(
  node: Component,
  bounds: readonly [string, string],
  environment: Environment,
): (slice: StreamSlice) => RequestParts {
  const options = BOUND_OPTIONS.map((name) => {
    const place = node[name];
    return isComponent(place) ? requestOption(place, aroundOf(place, environment)) : undefined;
  });
  return (slice) => {
    const parts = noParts();
    options.forEach((option, at) => {
      const value = slice.item(bounds[at]!);
      if (option !== undefined && value !== undefined) option.inject(parts, value);
    });
    return parts;
  };
}

function clampFrom(node: Component, around: Surroundings): Clamp {
  const details = isComponent(node['target_details']) ? node['target_details'] : {};
  return clampOf(
    new Text(String(node['target']), around).text(),
    typeof details['weekday'] === 'string' ? details['weekday'] : undefined,
  );
}

function shortStart(stream: string, source: string, format: string, around: Surroundings): number {
  const text = new Text(source, around).text();
  const moment = parseStart(text, format);
  if (moment === undefined)
    throw new ConnectorError(
      'config',
      `Stream "${stream}": \`streams.${stream}.cursor.start\` is ${startMessage(text, format)}.`,
      { stream, hint: `It comes from "${source.slice(0, 100)}". Correct it, or the option that it reads.` },
    );
  return moment.instant;
}

/** A moment that may be held between two others. */
export function minMaxMoment(
  value: unknown,
  usualFormat: string,
  around: Surroundings,
  environment: Environment,
): number {
  if (!isComponent(value)) return momentFrom(String(value), usualFormat, around);
  const own = aroundOf(value, environment);
  const format =
    typeof value['datetime_format'] === 'string' && value['datetime_format'] !== ''
      ? value['datetime_format']
      : usualFormat;
  let moment = momentFrom(String(value['datetime']), format, own);
  const bound = (name: string) =>
    typeof value[name] === 'string' && value[name] !== ''
      ? momentFrom(value[name], format, own, { isOptional: true })
      : undefined;
  const [least, most] = [bound('min_datetime'), bound('max_datetime')];
  if (least !== undefined) moment = Math.max(moment, least);
  if (most !== undefined) moment = Math.min(moment, most);
  return moment;
}

function momentFrom(source: string, format: string, around: Surroundings): number;
function momentFrom(
  source: string,
  format: string,
  around: Surroundings,
  options: { isOptional: true },
): number | undefined;
/** An empty text that is optional is none. */
function momentFrom(
  source: string,
  format: string,
  around: Surroundings,
  { isOptional = false }: { readonly isOptional?: boolean } = {},
): number | undefined {
  const text = new Text(source, around).text();
  if (isOptional && text === '') return undefined;
  const moment = parseMoment(text, format) ?? parseMoment(text, '%Y-%m-%dT%H:%M:%S.%f%z');
  if (moment === undefined)
    throw new ConnectorError(
      'config',
      `A date of the manifest is "${text.slice(0, 40)}", which does not fit "${format}".`,
      {
        hint: `It comes from "${source.slice(0, 100)}". Correct the configuration, such as \`start_date\`.`,
      },
    );
  return moment.instant;
}
