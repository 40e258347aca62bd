import { didYouMean, nearest } from '#sdk';
import { DAY_US, parseIsoDuration } from '../time/date-time.js';
import { finestUnit } from '../time/format.js';
import { isoSpan } from '../time/span.js';
import { parseStart, startMessage } from '../time/start.js';
import { fieldFaults, formatMessage } from './short-fields.js';
import { noSuchField, sliceReads } from './slice-names.js';
import { lineOf, type Component, type Lines } from './text.js';
import type { Problem } from './validate.js';
import type { ShortForm, ShortStream } from './short-form.js';

/** A placeholder of a path; the braces of a template are none. */
export const PLACEHOLDER = /(?<!\{)\{(\w+)\}(?!\})/g;

/** What is right by itself in a short form, and would read something else than is meant, or nothing. */
export function shortRules(short: ShortForm, root: Component, lines: Lines): readonly Problem[] {
  const problems: Problem[] = [];
  const tell = (severity: Problem['severity'], path: readonly string[], message: string) =>
    void problems.push({ severity, line: lineOf(path, root, lines), path: path.join('.'), message });
  const names = Object.keys(short.streams);
  if (short.check !== undefined && !names.includes(short.check))
    tell('error', ['check'], `there is no stream "${short.check}"; ${didYouMean(short.check, names)}`);
  for (const [name, own] of Object.entries(short.streams)) {
    const refuse = (path: readonly string[], message: string) => tell('error', ['streams', name, ...path], message);
    const { for_each: each, cursor } = own;
    if (each !== undefined && (short.streams[each.stream] === undefined || each.stream === name))
      refuse(['for_each'], `there is no other stream "${each.stream}"`);
    const given = new Set([...(each === undefined ? [] : [each.as]), ...(cursor === undefined ? [] : BOUNDS)]);
    for (const wrong of unknownPlaceholders(own, given)) refuse(['path'], wrong);
    const asked = new Set(placeholdersOf(own.path));
    for (const { path, text } of textsOf({ path: own.path, parameters: own.parameters, body: own.body }))
      for (const read of sliceReads(text)) {
        asked.add(read.field);
        if (!given.has(read.field)) refuse(path, noSuchField(read, given));
      }
    if (cursor?.window !== undefined && cursor.from === undefined && !BOUNDS.some((bound) => asked.has(bound)))
      refuse(
        ['cursor', 'window'],
        "a window needs `from`, the query parameter that asks for it (or `{{ stream_slice['start_time'] }}` in the path, parameters or body); without it each window asks for everything again",
      );
    if (cursor?.window !== undefined && cursor.from !== undefined && cursor.to === undefined && !asked.has('end_time'))
      tell(
        'warning',
        ['streams', name, 'cursor', 'window'],
        'a window without `to`, the query parameter that says where it ends, asks for all from its start on, and so does each of the next ones',
      );
    if (
      cursor?.window !== undefined &&
      isFormat(cursor.format) &&
      lengthOf(isoSpan(cursor.window)!) < lengthOf(finestUnit(cursor.format))
    )
      refuse(
        ['cursor', 'window'],
        `a window of ${cursor.window} is shorter than what \`format\` tells apart (${finestUnit(cursor.format)})`,
      );
    if (cursor !== undefined && !isFormat(cursor.format)) refuse(['cursor', 'format'], formatMessage(cursor.format));
    // What a template makes of it the run tells.
    else if (
      cursor !== undefined &&
      !cursor.start.includes('{') &&
      parseStart(cursor.start, cursor.format) === undefined
    )
      refuse(['cursor', 'start'], `it is ${startMessage(cursor.start, cursor.format)}`);
    const { fields } = own;
    if (fields === undefined) continue;
    for (const { path, message } of fieldFaults(fields)) refuse(['fields', ...path], message);
    const key = [own.primary_key].flat();
    for (const field of key.filter((one) => !Object.hasOwn(fields, one))) {
      const near = nearest(field, Object.keys(fields));
      refuse(
        ['fields'],
        `it leaves out "${field}", which \`primary_key\` names${near === undefined ? '' : `; did you mean "${near}"?`}`,
      );
    }
    if (each !== undefined && !key.includes(each.as) && !Object.hasOwn(fields, each.as))
      tell(
        'warning',
        ['streams', name, 'fields'],
        `it leaves out "${each.as}", which \`for_each\` gives each record: the column is not loaded`,
      );
  }
  return problems;
}

/** False of what has no directive, and no template that may make one. */
const isFormat = (text: string): boolean => /[%{]/.test(text);

/** Of an ISO 8601 duration, to compare it by. */
const lengthOf = (text: string): number => {
  const { months, micros } = parseIsoDuration(text)!;
  return months * 28 * DAY_US + micros;
};

/** Names that the slices of a cursor have their bounds under. */
const BOUNDS = ['start_time', 'end_time'];

interface PlacedText {
  readonly path: readonly string[];
  readonly text: string;
}

function textsOf(value: unknown, path: readonly string[] = []): readonly PlacedText[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => textsOf(part, [...path, key]));
}

const placeholdersOf = (path: string): readonly string[] => Array.from(path.matchAll(PLACEHOLDER), ([, name]) => name!);

function unknownPlaceholders({ path, for_each: each }: ShortStream, given: ReadonlySet<string>): readonly string[] {
  const unknown = placeholdersOf(path).filter((name) => !given.has(name));
  return [...new Set(unknown)].map((name) =>
    each === undefined
      ? `nothing gives \`{${name}}\`: the stream has no \`for_each\``
      : `nothing gives \`{${name}}\`; did you mean \`{${each.as}}\`, the name of \`for_each\`?`,
  );
}
