import { ConnectorError } from '#sdk';
import { isComponent, type Component } from '../manifest/text.js';
import type { Place } from '../records/extractor.js';
import { valueAlong } from '../records/path.js';
import type { Answer } from '../requests/answer.js';

/** Whether the places that a stream names were met in what its API answered: a name that is wrong looks like an API that has nothing. */
export interface Sightings {
  /** An answer, after its records were taken out. */
  answer(sighted: SightedAnswer): void;
  /** `isReadable` is false where its value of the cursor is none, as the cursor sees it. */
  record(record: Readonly<Record<string, unknown>>, isReadable: boolean): void;
  /** Records of a parent that cannot be read: what depends on them is asked for nowhere. */
  unread(count: number): void;
  /** A stream that this one depends on. */
  parent(of: Sightings): void;
  /** What makes a bookmark of this reading untrue; nothing once the places were met. */
  fault(): ConnectorError | undefined;
  /** What a person should look at, and is no fault. */
  warnings(): readonly string[];
}

export interface SightedAnswer {
  readonly answer: Answer;
  /** Records that were taken out. */
  readonly extracted: number;
  readonly place: Place;
  /** How many were asked for. */
  readonly pageSize: number | undefined;
}

export interface SightingsOptions {
  readonly stream: string;
  /** True for the short form, whose author names places and nothing else. A manifest goes on where the reference does. */
  readonly isStrict: boolean;
  readonly cursor: { readonly field: string; readonly formats: readonly string[] } | undefined;
  /** Where an answer holds what leads to the next page, as far as its template says no more than that. */
  readonly pagingPath: readonly string[] | undefined;
}

interface Finding {
  readonly isFault: boolean;
  readonly message: string;
  readonly hint: string;
}

export function sightingsOf({ stream, isStrict, cursor, pagingPath }: SightingsOptions): Sightings {
  const parents: Sightings[] = [];
  let isRecordsMet = false;
  let lacking: Place['lacking'];
  let isPagingMet = false;
  let isFull = false;
  let unpaged: unknown;
  let isCursorMet = false;
  let fieldless: Readonly<Record<string, unknown>> | undefined;
  let unread = 0;
  let unreadable: { readonly value: unknown } | undefined;
  const place = (short: string, long: string) => (isStrict ? `\`streams.${stream}.${short}\`` : `\`${long}\``);

  const findings = (): readonly Finding[] => [
    ...(isRecordsMet || lacking === undefined
      ? []
      : [
          {
            isFault: holdsMore(lacking.body),
            message: `no answer has \`${lacking.path.join('.')}\`, which ${place('records', 'field_path')} names; ${whatItHas(lacking.body, lacking.path)}`,
            hint: 'Name the place where the answers hold the records.',
          },
        ]),
    ...(isPagingMet || unpaged === undefined
      ? []
      : [
          {
            isFault: isFull,
            message: `no answer has \`${pagingPath!.join('.')}\`, which ${place('paging', 'cursor_value')} names${isFull ? ', though a page was full' : ''}; ${whatItHas(unpaged, pagingPath!)}. Only the first page of each slice is read`,
            hint: 'Name the place where the answers say what comes next.',
          },
        ]),
    ...(isCursorMet || fieldless === undefined
      ? []
      : [
          {
            isFault: true,
            message: `no record has \`${cursor!.field}\`, which ${place('cursor.field', 'cursor_field')} names; they have: ${named(Object.keys(fieldless))}`,
            hint: 'Name the field that tells when a record was changed.',
          },
        ]),
    ...(unreadable === undefined
      ? []
      : [
          {
            isFault: true,
            message: `a record has its \`${cursor!.field}\` ${shapeOf(unreadable.value)}, which ${
              cursor!.formats.length === 0
                ? 'is no number'
                : `does not fit \`${cursor!.formats.join('`, `')}\`, as ${place('cursor.format', 'datetime_format')} has it`
            }`,
            hint: 'Write the format as the records have it; a manifest may name several (`cursor_datetime_formats`).',
          },
        ]),
  ];

  return {
    answer({ answer, extracted, place: found, pageSize }) {
      isRecordsMet ||= found.isMet;
      // An answer that has something tells more than one that has nothing.
      if (found.lacking !== undefined && (lacking === undefined || !holdsMore(lacking.body))) lacking = found.lacking;
      if (pagingPath === undefined || isPagingMet || !answer.isJson) return;
      const body = answer.json();
      isPagingMet = valueAlong(body, pagingPath) !== undefined;
      if (isPagingMet || extracted === 0) return;
      unpaged ??= body;
      isFull ||= pageSize !== undefined && extracted >= pageSize;
    },
    record(record, isReadable) {
      if (cursor === undefined) return;
      if (!isReadable) unreadable ??= { value: record[cursor.field] };
      if (isCursorMet) return;
      isCursorMet = Object.hasOwn(record, cursor.field);
      fieldless ??= record;
    },
    unread: (count) => void (unread += count),
    parent: (of) => void parents.push(of),
    fault() {
      for (const parent of parents) {
        const fault = parent.fault();
        if (fault !== undefined) return fault;
      }
      if (!isStrict) return undefined;
      const found = findings().find(({ isFault }) => isFault);
      return (
        found && new ConnectorError('source', `Stream "${stream}": ${found.message}.`, { stream, hint: found.hint })
      );
    },
    warnings: () => [
      ...parents.flatMap((parent) => parent.warnings()),
      ...(unread === 0
        ? []
        : [
            `Stream "${stream}": ${unread} of its records cannot be read, so that what depends on them is not asked for. Read the stream too: its quarantine shows them.`,
          ]),
      ...findings()
        .filter(({ isFault }) => !isStrict || !isFault)
        .map(({ message, hint }) => `Stream "${stream}": ${message}. ${hint}`),
    ],
  };
}

const STEP = String.raw`\.get\(\s*'([^']+)'(?:\s*,\s*(?:\{\s*\}|None))?\s*\)|\.get\(\s*"([^"]+)"(?:\s*,\s*(?:\{\s*\}|None))?\s*\)|\['([^']+)'\]|\["([^"]+)"\]|\.(?!get\()(\w+)`;
const PATH = new RegExp(String.raw`^\s*\{\{\s*response((?:${STEP})+)\s*\}\}\s*$`);

/** The path in the answer of a template that is nothing but one, such as `{{ response.get('meta', {}).get('next') }}`. */
export function pathOfTemplate(template: unknown): readonly string[] | undefined {
  const steps = typeof template === 'string' ? PATH.exec(template)?.[1] : undefined;
  return steps === undefined
    ? undefined
    : Array.from(steps.matchAll(new RegExp(STEP, 'g')), ([, ...names]) => names.find((name) => name !== undefined)!);
}

/** The place that the paging of a retriever reads; nothing where it is of another kind, or answers are no plain JSON. */
export function pagingPathOf(retriever: Component): readonly string[] | undefined {
  const decoder = isComponent(retriever['decoder']) ? retriever['decoder']['type'] : 'JsonDecoder';
  const paging = isComponent(retriever['paginator']) ? retriever['paginator']['pagination_strategy'] : undefined;
  return decoder === 'JsonDecoder' && isComponent(paging) && paging['type'] === 'CursorPagination'
    ? pathOfTemplate(paging['cursor_value'])
    : undefined;
}

/** An answer of bare values, or of nothing, may be how an API says that there is nothing. */
const holdsMore = (body: unknown): boolean =>
  Array.isArray(body)
    ? body.length > 0
    : isComponent(body) && Object.values(body).some((part) => typeof part === 'object' && part !== null);

/** What stands around the place that is missing. */
function whatItHas(body: unknown, path: readonly string[]): string {
  let at = body;
  let depth = 0;
  for (; depth < path.length - 1; depth += 1) {
    const next = valueAlong(at, [path[depth]!]);
    if (!isComponent(next)) break;
    at = next;
  }
  const around = depth === 0 ? 'it' : `\`${path.slice(0, depth).join('.')}\``;
  if (Array.isArray(at)) return `${around} is a list`;
  return isComponent(at) ? `${around} has: ${named(Object.keys(at))}` : `${around} is no mapping`;
}

/** How a value is written, without what it says: it may be of a person where the field is the wrong one. */
function shapeOf(value: unknown): string {
  if (typeof value === 'object') return 'as a list or mapping';
  const text = String(value).slice(0, 40).replace(/\d/g, '0');
  return `written like \`${text.replace(/(?!(?<=0)T(?=0)|(?<=0)Z$)\p{L}/gu, 'a')}\``;
}

const MOST_NAMES = 20;

/** Names of fields. A key that looks like no name may be a member's number or address, which is nobody's to read. */
function named(keys: readonly string[]): string {
  const names = keys
    .filter((key) => /^[@$]?[A-Za-z_][\w-]{0,40}$/.test(key) && !/\d{3}/.test(key))
    .slice(0, MOST_NAMES);
  const others = keys.length - names.length;
  const all = [...names, ...(others > 0 ? [`${others} ${others === 1 ? 'other' : 'others'}`] : [])];
  return all.length === 0 ? 'nothing' : all.join(', ');
}
