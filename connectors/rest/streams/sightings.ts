import { ConnectorError, nearest } from '#sdk';
import { isComponent, type Component } from '../manifest/text.js';
import type { Place } from '../records/extractor.js';
import { valueAlong } from '../records/path.js';
import type { Answer } from '../requests/answer.js';
import { isTrue } from '../template/values.js';
import { holdsMore, named, pathWithin, shapeOf, tellsFault, whatItHas } from './shapes.js';

/** Whether the places that a stream names were met in what its API answered: a name that is wrong looks like an API that has nothing. */
export interface Sightings {
  /** As of its options: streams that it depends on are judged by the same. */
  readonly replacesAll: boolean;
  /** An answer, after its records were taken out. What it gives back makes it none: what came after it would be lost. */
  answer(sighted: SightedAnswer): ConnectorError | undefined;
  /** `isReadable` is false where its value of the cursor is none, as the cursor sees it. */
  record(record: Readonly<Record<string, unknown>>, isReadable: boolean): void;
  /** An answer that is no success, and that the error handler ignores. */
  readonly ignored: (answer: Answer) => void;
  /** A record of a stream that this one depends on, in which a value is looked for along a path. */
  parentRecord(parent: string, record: Readonly<Record<string, unknown>>, path: readonly string[]): void;
  /** Records of a parent that cannot be read: what depends on them is asked for nowhere. */
  unread(count: number): void;
  /** What else a person should look at, each once. */
  note(warning: string): void;
  /** A stream that this one depends on. */
  parent(of: Sightings): void;
  /** What makes a bookmark of this reading untrue; nothing once the places were met. */
  fault(): ConnectorError | undefined;
  /** What a person should look at, and is no fault. In fewer records than `fewest` a field may be missing for being null in all of them. */
  warnings(fewest?: number): readonly string[];
}

export interface SightedAnswer {
  readonly answer: Answer;
  /** Records that were taken out. */
  readonly extracted: number;
  readonly place: Place;
  /** How many were asked for. */
  readonly pageSize: number | undefined;
  readonly page: {
    /** Of its slice, from 1. */
    readonly number: number;
    /** True where the page before says where it is, so that it has to be there. */
    readonly isNamed: boolean;
    /** True where the page before was not full, so that it may be behind the last. */
    readonly isBehind: boolean;
  };
}

export interface SightingsOptions {
  readonly stream: string;
  /** True for the short form, whose author names places and nothing else. A manifest goes on where the reference does. */
  readonly isStrict: boolean;
  /** True where what is read replaces all that a table has: a name that is wrong would empty it. */
  readonly replacesAll: boolean;
  readonly primaryKey: readonly string[];
  /** Where its records stand; empty: the answer is the list. */
  readonly recordsPath: readonly string[];
  readonly cursor: { readonly field: string; readonly formats: readonly string[] } | undefined;
  /** Columns that its author names: one that no record has would be null in every row. */
  readonly declared: readonly string[];
  /** Those of them that the router gives each record. */
  readonly routed: readonly string[];
  /** Where an answer holds what leads to the next page, as far as its template says no more than that. */
  readonly pagingPath: readonly string[] | undefined;
}

/** What the records of a parent are asked for by. */
interface ParentKey {
  /** Where one of them has it, were it null. */
  isMet: boolean;
  count: number;
  /** Records that have no value there, of which nothing is asked for. */
  lacking: number;
  readonly unmet: Finding;
  readonly lacked: (lacking: number, count: number) => Finding;
}

interface Finding {
  readonly isFault: boolean;
  readonly message: string;
  readonly hint: string;
  /** True where the API may just have nothing to say there. */
  readonly isUnsure?: boolean;
}

export function sightingsOf(options: SightingsOptions): Sightings {
  const { stream, isStrict, replacesAll, primaryKey, recordsPath, cursor, declared, routed, pagingPath } = options;
  const parents: Sightings[] = [];
  const notes = new Set<string>();
  let isRecordsMet = false;
  let isListMet = false;
  /** True where the records stand in a list at their place. */
  let isListed = false;
  let lacking: Place['lacking'];
  /** Answers that have something, but lack the place of the records that other answers have. */
  const elsewhere = { count: 0, first: undefined as Place['lacking'] };
  let isPagingMet = false;
  let isFull = false;
  let unpaged: unknown;
  let isCursorMet = false;
  let fieldless: Readonly<Record<string, unknown>> | undefined;
  const absent = new Set(declared);
  let first: Readonly<Record<string, unknown>> | undefined;
  let unread = 0;
  let records = 0;
  let isAnswered = false;
  const ignored = { count: 0, first: undefined as Answer | undefined };
  const parentKeys = new Map<string, ParentKey>();
  let unreadable: { readonly value: unknown } | undefined;
  const place = (short: string, long: string) => (isStrict ? `\`streams.${stream}.${short}\`` : `\`${long}\``);

  const unmet = (): Finding | undefined =>
    isRecordsMet || lacking === undefined
      ? undefined
      : {
          isFault: replacesAll || (isStrict && holdsMore(lacking.body)),
          message: `no answer has \`${lacking.path.join('.')}\`, which ${place('records', 'field_path')} names; ${whatItHas(lacking.body, lacking.path)}`,
          hint: `Name the place where the answers hold the records.${replacesAll ? ' The table stays as it is.' : ''}`,
        };

  /** The field of the cursor is a finding of its own. */
  const absentFields = (met: Readonly<Record<string, unknown>>): readonly Finding[] => {
    const others = Object.keys(met).filter((name) => !declared.includes(name));
    return [...absent]
      .filter((name) => name !== cursor?.field)
      .map((name) => {
        const near = nearest(name, others);
        return {
          isFault: false,
          isUnsure: near === undefined,
          message: `no record has \`${name}\`, which ${place('fields', 'schema')} names; ${near === undefined ? `they have: ${named(Object.keys(met))}` : `they have \`${near}\`, which no field names`}`,
          hint: 'Its column is null. Correct the name, or say by `from` where the records hold it.',
        };
      });
  };

  /** What the short form takes for records where none has a field that it names: what holds the records, most often. */
  const noRecords = (): Finding | undefined => {
    const own = declared.filter((name) => !routed.includes(name));
    const has = Object.keys(first ?? {}).filter((name) => !routed.includes(name));
    if (first === undefined || isCursorMet || own.length < 2 || !own.every((name) => absent.has(name)))
      return undefined;
    if (own.some((name) => nearest(name, has) !== undefined)) return undefined;
    const within = pathWithin(first, own, { path: recordsPath, isListed });
    const isFault = cursor !== undefined || primaryKey.some((name) => own.includes(name));
    return {
      isFault,
      isUnsure: within === undefined,
      message: `no record has any of the fields that \`streams.${stream}\` names (${named(own)}); they have: ${named(has)}`,
      hint:
        within === undefined
          ? `Look at ${place('records', '')}: it may name what holds the records.`
          : `Some have them at \`${within}\`: write that as ${place('records', '')}, or say by \`from\` where each field is.`,
    };
  };

  /** What holds the records is one record a page, and comes with each page that there may be. A few may be another kind of record. */
  const noRecordsSoFar = (): ConnectorError | undefined => {
    const none = records < TELLING ? undefined : noRecords();
    return none?.isFault === true && none.isUnsure !== true ? faultOf('source', none) : undefined;
  };

  const findings = (): readonly Finding[] => {
    const none = noRecords();
    return none === undefined ? [...placeFindings(), ...fieldFindings()] : [...placeFindings(), none];
  };

  const placeFindings = (): readonly Finding[] => [
    ...[unmet() ?? []].flat(),
    ...Array.from(parentKeys.values()).flatMap(({ isMet, count, lacking, unmet, lacked }) =>
      isMet ? (lacking === 0 ? [] : [lacked(lacking, count)]) : [unmet],
    ),
    ...(isPagingMet || unpaged === undefined
      ? []
      : [
          {
            isFault: isStrict && isFull,
            message: `no answer has \`${pagingPath!.join('.')}\`, which ${place('paging', 'cursor_value')} names${isFull ? ', though a page was full' : ''}; ${whatItHas(unpaged, pagingPath!)}. Where there is more than the first page of a slice, it is not read`,
            hint: 'Name the place where the answers say what comes next.',
          },
        ]),
  ];

  const fieldFindings = (): readonly Finding[] => [
    ...(isCursorMet || fieldless === undefined
      ? []
      : [
          {
            isFault: isStrict,
            message: `no record has \`${cursor!.field}\`, which ${place('cursor.field', 'cursor_field')} names; they have: ${named(Object.keys(fieldless))}`,
            hint: 'Name the field that tells when a record was changed.',
          },
        ]),
    ...(first === undefined ? [] : absentFields(first)),
    ...(unreadable === undefined
      ? []
      : [
          {
            isFault: isStrict,
            message: `a record has its \`${cursor!.field}\` ${shapeOf(unreadable.value)}, which ${
              cursor!.formats.length === 0
                ? 'is no number'
                : `does not fit \`${cursor!.formats.join('`, `')}\`, as ${place('cursor.format', 'datetime_format')} has it`
            }`,
            hint: `Write the format as the records have it${isStrict ? '' : '; `cursor_datetime_formats` may name several'}.`,
          },
        ]),
  ];

  const parentKeyOf = (parent: string, record: unknown, path: readonly string[]): ParentKey => {
    const names = `\`${path.join('.')}\`, which ${place('for_each.field', 'parent_key')} names`;
    return {
      isMet: false,
      count: 0,
      lacking: 0,
      unmet: {
        isFault: isStrict,
        message: `no record of "${parent}" has ${names}; ${whatItHas(record, path)}`,
        hint: `Name a field that "${parent}" has; without it nothing is asked for.`,
      },
      lacked: (lacking, count) => ({
        isFault: false,
        message: `${lacking} of ${count} records of "${parent}" ${lacking === 1 ? 'has' : 'have'} no ${names}`,
        hint: `Nothing is asked for of such a record; look at those of "${parent}", or name a field that each of them has.`,
      }),
    };
  };

  const faultOf = (kind: 'source' | 'transient', { message, hint }: Finding): ConnectorError =>
    new ConnectorError(kind, `Stream "${stream}": ${message}.`, { stream, hint });

  /** True where the answer is the list, and this one cannot be a record in its place. */
  const isNoList = (body: unknown): boolean =>
    !Array.isArray(body) &&
    (isListMet || (primaryKey.length > 0 && !(isComponent(body) && Object.hasOwn(body, primaryKey[0]!))));

  /** An answer of success that has not what the short form names: whether it says that there is no more, or is none. */
  function noAnswer({ answer, place: found, page }: SightedAnswer): ConnectorError | undefined {
    if (recordsPath.length > 0 && found.isMet) return undefined;
    const isEmpty = answer.body.length === 0 && !answer.isJson;
    const body = isEmpty ? undefined : answer.json();
    if (recordsPath.length === 0 && !isNoList(body)) return undefined;
    const isFaulty = tellsFault(body, recordsPath);
    // What says where the next page is is an answer, whatever it leaves out.
    if (!isFaulty && pagingPath !== undefined && isTrue(valueAlong(body, pagingPath))) return undefined;
    // Pages by number go on until there is nothing, and some APIs say so by an answer of nothing.
    if (!isFaulty && !page.isNamed && (page.number === 1 || page.isBehind || !isTrue(body))) return undefined;
    const misnamed = isFaulty ? undefined : unmet();
    if (misnamed?.isFault === true) return faultOf('source', misnamed);
    const lacks =
      recordsPath.length === 0
        ? 'is no list'
        : `has no \`${recordsPath.join('.')}\`, which ${place('records', 'field_path')} names`;
    const why = page.isNamed
      ? ', though the page before led to it'
      : isFaulty
        ? ', and tells of a fault'
        : ', and is not empty';
    // What was met before is named rightly, so that the same request may be answered another time.
    return faultOf(isRecordsMet && (recordsPath.length > 0 || isListMet) ? 'transient' : 'source', {
      isFault: true,
      message: `page ${page.number} ${lacks}${why}; ${isEmpty ? 'it is empty' : whatItHas(body, recordsPath)}`,
      hint: 'Look at what the API says: `tributary connectors try` shows it. A quota that is used up may answer so. The bookmark stays before it, so that a later run reads it again. An API that leaves out an empty list at its end needs a declarative manifest.',
    });
  }

  return {
    replacesAll,
    answer(sighted) {
      isAnswered = true;
      const { answer, extracted, place: found, pageSize } = sighted;
      if (
        !isStrict &&
        isRecordsMet &&
        !found.isMet &&
        found.lacking !== undefined &&
        tellsFault(found.lacking.body, recordsPath)
      )
        notes.add(
          `an answer of success has no \`${found.lacking.path.join('.')}\`, and tells of a fault; what would have come with it and behind it is not read. ${FAULT_ADVICE}`,
        );
      isRecordsMet ||= found.isMet;
      if (!found.isMet && found.lacking !== undefined && holdsMore(found.lacking.body)) {
        elsewhere.count += 1;
        elsewhere.first ??= found.lacking;
      }
      // An answer that has something tells more than one that has nothing.
      if (found.lacking !== undefined && (lacking === undefined || !holdsMore(lacking.body))) lacking = found.lacking;
      if (isStrict) {
        const fault = noAnswer(sighted) ?? noRecordsSoFar();
        if (fault !== undefined) return fault;
        if (recordsPath.length === 0) isListMet ||= Array.isArray(answer.json());
        else isListed ||= Array.isArray(valueAlong(answer.json(), recordsPath));
      }
      if (pagingPath === undefined || isPagingMet || !answer.isJson) return undefined;
      const body = answer.json();
      isPagingMet = valueAlong(body, pagingPath) !== undefined;
      if (isPagingMet || extracted === 0) return undefined;
      unpaged ??= body;
      isFull ||= pageSize !== undefined && extracted >= pageSize;
      return undefined;
    },
    record(record, isReadable) {
      records += 1;
      first ??= record;
      for (const name of absent) if (Object.hasOwn(record, name)) absent.delete(name);
      if (cursor === undefined) return;
      if (!isReadable) unreadable ??= { value: record[cursor.field] };
      if (isCursorMet) return;
      isCursorMet = Object.hasOwn(record, cursor.field);
      fieldless ??= record;
    },
    ignored(answer) {
      ignored.count += 1;
      ignored.first ??= answer;
    },
    parentRecord(parent, record, path) {
      const at = `${parent} ${path.join('.')}`;
      const value = valueAlong(record, path);
      const key = parentKeys.get(at) ?? parentKeyOf(parent, record, path);
      parentKeys.set(at, key);
      key.isMet ||= value !== undefined;
      key.count += 1;
      if (value === undefined || value === null) key.lacking += 1;
    },
    unread: (count) => void (unread += count),
    note: (warning) => void notes.add(warning),
    parent: (of) => void parents.push(of),
    fault() {
      for (const parent of parents) {
        const fault = parent.fault();
        if (fault !== undefined) return fault;
      }
      const found = findings().find(({ isFault }) => isFault);
      return found && faultOf('source', found);
    },
    warnings: (fewest = 0) => [
      ...parents.flatMap((parent) => parent.warnings(fewest)),
      ...(unread === 0
        ? []
        : [
            `Stream "${stream}": ${unread} of its records cannot be read, so that what depends on them is not asked for. Read the stream too: its quarantine shows them.`,
          ]),
      ...(isAnswered || ignored.first === undefined
        ? []
        : [
            `Stream "${stream}": nothing was read, since each of the ${ignored.count} answers was no success and the error handler ignores it, such as ${ignored.first.status} of ${ignored.first.shownUrl}. Look at its path, and at the rights of the credential.`,
          ]),
      ...(replacesAll && isRecordsMet && elsewhere.first !== undefined
        ? [
            `Stream "${stream}": ${elsewhere.count === 1 ? 'an answer lacks' : `${elsewhere.count} answers lack`} \`${elsewhere.first.path.join('.')}\`, the place of the records in other answers; ${whatItHas(elsewhere.first.body, elsewhere.first.path)}. Rows that are not read are deleted, so look at what the API says.`,
          ]
        : []),
      ...[...notes].map((note) => `Stream "${stream}": ${note}.`),
      ...findings()
        .filter(({ isFault, isUnsure = false }) => !isFault && !(isUnsure && records < fewest))
        .map(({ message, hint }) => `Stream "${stream}": ${message}. ${hint}`),
    ],
  };
}

/** So many records without what is looked for tell that none has it. */
const TELLING = 20;

const FAULT_ADVICE =
  'Look at what the API says (`tributary connectors try`), and give the manifest a `response_filter` that names it';

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

/** The place that the extractor of a retriever names, as it stands there. */
export function recordsPathOf(retriever: Component): readonly string[] {
  const selector = isComponent(retriever['record_selector']) ? retriever['record_selector'] : undefined;
  const path = isComponent(selector?.['extractor']) ? selector['extractor']['field_path'] : undefined;
  return Array.isArray(path) ? path.map(String) : [];
}
