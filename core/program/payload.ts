import {
  fromJsonText,
  jsonText,
  storableJson,
  type BadRecord,
  type Field,
  type PlannedColumn,
  type RecordData,
  type Reject,
  type RowScanner,
} from '../protocol/index.js';
import { sourcesRead } from './expressions.js';
import type { RowPlan } from './row-program.js';
import { isValidUtf8 } from './texts.js';
import { changing, UNCOUNTED } from './changes.js';
import { tokenizer, tokenText } from './tokens.js';

/** Longest text that a payload keeps of one field, and of all of them. */
const MAX_TEXT = 8_192;
const MAX_TEXTS = 65_536;

type Payload = Reject['payload'];

/**
 * How a rejected record is shown: only columns that land, protected ones as tokens. Where a value cannot be told from its
 * neighbours (a ragged row, a broken line) nothing of it is shown unless every field lands as it is. Texts beyond the limit
 * are cut, and `_cut` says how long they were. Texts of a file are shown as they stand there, so that a replay judges what a
 * sync would; `_quoted` names those that were quoted (true: all), `_replaced` those in which the destination must replace a
 * character, `_protected` those that are not shown in any form, `_not_utf8` and `_not_json` those that cannot be shown as they are.
 */
interface PayloadWriter {
  ofRow(scanner: RowScanner): Payload;
  ofRecord(record: RecordData): Payload;
  ofBadRecord(record: BadRecord, position: number): Payload;
  /** What a plugin yielded in place of a record: its type, since nothing says what of it is protected. */
  ofNoRecord(value: unknown): Payload;
}

/** A payload, and with it the whole record under a seal where the stream is of PHI. */
export type Kept = Pick<Reject, 'payload' | 'sealed'>;

/** What quarantine keeps of a record: `fields` as in `payloadWriter`. */
export function recordKeeper(plan: RowPlan, fields: readonly Field[] | undefined) {
  const shown = payloadWriter(plan, fields);
  const { recordSeal } = plan;
  const whole = recordSeal && payloadWriter({ ...plan, columns: bare(plan), conditions: [] }, fields);
  const keep =
    <A extends readonly unknown[]>(write: (writer: PayloadWriter) => (...given: A) => Payload) =>
    (...given: A): Kept => {
      const payload = write(shown)(...given);
      if (recordSeal === undefined || whole === undefined) return { payload };
      return { payload, sealed: recordSeal.seal(jsonText(write(whole)(...given)) ?? '{}') };
    };
  return {
    ofRow: keep((writer) => (scanner: RowScanner) => writer.ofRow(scanner)),
    ofRecord: keep((writer) => (record: RecordData) => writer.ofRecord(record)),
    ofBadRecord: keep((writer) => (record: BadRecord, position: number) => writer.ofBadRecord(record, position)),
    ofNoRecord: keep((writer) => (value: unknown) => writer.ofNoRecord(value)),
  };
}

/** The columns as they come, without protection, and those beside them that expressions read. */
function bare(plan: RowPlan): readonly PlannedColumn[] {
  const landing = plan.columns
    .filter(({ source }) => !source.startsWith(' '))
    .map(({ source, sourceType, target }): PlannedColumn => ({ source, sourceType, target }));
  const known = new Set(landing.map(({ source }) => source));
  const read = [...sourcesRead(plan)].filter((source) => !known.has(source));
  return [
    ...landing,
    ...read.map((source): PlannedColumn => ({
      source,
      sourceType: 'string',
      target: { name: source, type: 'string', nullable: true },
    })),
  ];
}

/** `fields`: the record's fields as they come; without them nothing is known of those that the chain has dropped. */
function payloadWriter(plan: RowPlan, fields: readonly Field[] | undefined): PayloadWriter {
  const columns = new Map(plan.columns.map((column) => [column.source, column]));
  const showsRaw =
    fields !== undefined &&
    fields.every(({ name }) => columns.has(name)) &&
    plan.columns.every(({ tokenize, seal }) => tokenize === undefined && seal === undefined);
  // An expression cannot be worked out again from what is not shown as it came.
  const unseen = [...sourcesRead(plan)].filter((source) => {
    const column = columns.get(source);
    return column === undefined || column.tokenize !== undefined || column.seal !== undefined;
  });
  for (const { source, compute, tokenize, seal } of plan.columns)
    if (compute !== undefined && (tokenize ?? seal) !== undefined) unseen.push(source);
  const isNull = (text: string, quoted: boolean) =>
    (plan.parsing.quotedNulls || !quoted) && plan.parsing.nulls.includes(text);
  const shown = (entries: readonly Entry[], marks: readonly Mark[] = []) =>
    sized(entries, plan.holdsNul ? [...marks] : [...marks, ['_replaced', namesOf(entries, isReplaced)]], columns);

  const named = Object.entries(plan.named ?? {}).flatMap(([name, value]): Entry[] => {
    const column = columns.get(name);
    if (column === undefined) return [];
    const sealed = isNull(value, false) ? null : sealedIn(column, value);
    return [[name, sealed === undefined ? value : sealed]];
  });

  return {
    ofRow(scanner) {
      const text = (index: number) =>
        Buffer.from(scanner.buffer.subarray(scanner.starts[index], scanner.ends[index])).toString('utf8');
      const count = scanner.fieldCount;
      if (fields === undefined || count !== fields.length) {
        const raw = count < 0 ? { _record: text(0) } : { _fields: Array.from({ length: count }, (_, at) => text(at)) };
        const whole = showsRaw
          ? Object.entries(raw)
          : [['_hidden', true] as const, ['_position', scanner.row] as const];
        return sized([['_field_count', count], ...whole]);
      }
      const landing = fields.flatMap(({ name }, index) => {
        const column = columns.get(name);
        return column === undefined ? [] : [{ name, index, column, isQuoted: scanner.quoted[index] !== 0 }];
      });
      const quoted = landing.filter(({ isQuoted }) => isQuoted).map(({ name }) => name);
      const broken = landing.filter(
        ({ index }) => !isValidUtf8(scanner.buffer, scanner.starts[index] as number, scanner.ends[index] as number),
      );
      return shown(
        [
          ...landing.map(({ name, index, column, isQuoted }): Entry => {
            const value = text(index);
            const sealed = isNull(value, isQuoted) ? null : sealedIn(column, value);
            return [name, sealed === undefined ? value : sealed];
          }),
          ...named,
        ],
        [
          ['_quoted', quoted.length === landing.length && quoted.length > 0 ? true : quoted],
          [
            '_protected',
            [...new Set([...unseen, ...[...columns.values()].filter(isHidden).map(({ source }) => source)])],
          ],
          ['_not_utf8', broken.map(({ name }) => name)],
        ],
      );
    },
    ofRecord(record) {
      return shown(
        plan.columns
          .filter(({ source }) => Object.hasOwn(record, source))
          .map((column) => {
            const { source, sourceType } = column;
            const value = record[source] ?? null;
            if (value === null) return [source, null];
            // Where it is not JSON that lands, digits are safe as text.
            const plain = typeof value === 'bigint' && sourceType !== 'json' ? String(value) : value;
            const sealed = sealedIn(column, value);
            return [source, sealed === undefined ? plain : sealed];
          }),
        [
          [
            '_protected',
            [
              ...new Set([
                ...unseen,
                ...plan.columns
                  .filter((column) => isHidden(column) && (record[column.source] ?? null) !== null)
                  .map(({ source }) => source),
              ]),
            ],
          ],
        ],
      );
    },
    ofNoRecord: (value) => ({ _type: value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value }),
    ofBadRecord({ payload }, position) {
      return sized(
        showsRaw
          ? [...Object.entries(payload), ['_not_a_record', true]]
          : [
              ['_hidden', true],
              ['_position', position],
            ],
      );
    },
  };
}

type Entry = readonly [name: string, value: unknown];
type Mark = readonly [name: string, what: readonly string[] | true];

/** What stands for a protected value; it is changed first, as one that lands is. Undefined: the column is not protected. */
function sealedIn({ tokenize, seal, changes, sourceType }: PlannedColumn, given: unknown): string | null | undefined {
  if (tokenize === undefined && seal === undefined) return undefined;
  const value = changes === undefined ? given : changing(changes, UNCOUNTED)(given);
  // What is in no lookup table keeps its own text for its token.
  const text = tokenText(sourceType, value ?? given);
  if (tokenize !== undefined) return value === null ? null : tokenizer(tokenize).ofText(text);
  return value === null || seal?.isMarked !== true ? null : seal.of(text);
}

/** True where a value may not be shown in any form, which its column's mark says. */
const isHidden = ({ seal }: PlannedColumn) => seal !== undefined && !seal.isMarked;

const namesOf = (entries: readonly Entry[], test: (value: unknown) => boolean): readonly string[] =>
  entries.filter(([, value]) => test(value)).map(([name]) => name);

/** True where a destination that holds neither U+0000 nor lone surrogates must replace some. */
function isReplaced(value: unknown): boolean {
  const text = jsonText(value);
  return text !== undefined && storableJson(text) !== text;
}

/** Within limits, and nothing in it that JSON cannot say. */
function sized(
  entries: readonly Entry[],
  marks: readonly Mark[] = [],
  columns: ReadonlyMap<string, unknown> = new Map(),
): Payload {
  const cut: Record<string, number> = {};
  const notJson: string[] = [];
  let room = MAX_TEXTS;
  const fit = (name: string, text: string): string => {
    const length = Math.min(MAX_TEXT, room);
    room -= Math.min(length, text.length);
    if (text.length <= length) return text;
    cut[name] = text.length;
    return text.slice(0, length).toWellFormed();
  };
  const plain = (name: string, value: unknown): unknown => {
    if (typeof value === 'string') return fit(name, value);
    if (value === null || value === undefined) return null;
    if (typeof value === 'bigint' || typeof value === 'boolean' || Number.isFinite(value)) return value;
    const text = jsonText(value);
    const said: unknown = text === undefined ? undefined : fromJsonText(text);
    if (typeof said !== typeof value) {
      notJson.push(name);
      return typeof value === 'number' ? String(value) : '(not JSON)';
    }
    const kept = fit(name, text as string);
    return kept === text ? said : kept;
  };
  const payload = entries.map(([name, value]): [string, unknown] => [name, plain(name, value)]);
  const marked: readonly Entry[] = [
    ...[...marks, ['_not_json', notJson] as const].filter(([, what]) => what === true || what.length > 0),
    ...(Object.keys(cut).length === 0 ? [] : [['_cut', cut] as const]),
  ];
  // A field of that name keeps its place; without its mark the record is not replayed. Not by assignment: a field may be
  // named `__proto__`.
  const free = (name: string): string => (columns.has(name) ? free(`_${name}`) : name);
  return Object.fromEntries([...payload, ...marked.map(([name, what]): [string, unknown] => [free(name), what])]);
}
