import { BadRecord, ConnectorError } from '#sdk';
import { decoderOf, type Lot } from '../decoders/decoder.js';
import { componentsOf } from '../manifest/load.js';
import { isComponent, type Component } from '../manifest/text.js';
import type { Answer } from '../requests/answer.js';
import { aroundOf, type Environment } from '../run/environment.js';
import { Text } from '../run/text.js';
import { shapeOf } from '../streams/shapes.js';
import { isTrue } from '../template/values.js';
import { reportRows } from '../decoders/report.js';
import { recordExpander } from './expander.js';
import { valueAlong, valuesAlong } from './path.js';

/** What was taken out of an answer. */
export interface Extracted {
  /** In the order of the answer; a line that is none is a `BadRecord`. */
  readonly records: readonly unknown[];
  /** How many the answer had, those that were left out as empty included: by it a page is full or not. */
  readonly size: number;
  readonly place: Place;
}

/** Whether an answer has the place of the records that a manifest names. */
export interface Place {
  /** True where it was met, were there no records. */
  readonly isMet: boolean;
  /** The path that was not, and what was there; nothing where no path is named. */
  readonly lacking: { readonly path: readonly string[]; readonly body: unknown } | undefined;
}

export const NO_PLACE: Place = { isMet: false, lacking: undefined };

/** In parts, where the answer is read so. */
export type Extract = (answer: Answer) => AsyncIterable<Extracted>;

/** All of an answer as one: for what is small, or is needed whole. */
export async function extractedWhole(parts: AsyncIterable<Extracted>): Promise<Extracted> {
  const records: unknown[] = [];
  let size = 0;
  let place = NO_PLACE;
  for await (const part of parts) {
    for (const record of part.records) records.push(record);
    size += part.size;
    place = placeOfBoth(place, part.place);
  }
  return { records, size, place };
}

export const placeOfBoth = (a: Place, b: Place): Place => ({
  isMet: a.isMet || b.isMet,
  lacking: a.lacking ?? b.lacking,
});

/** With `isChanged` the records are for one who changes them. */
export function extractor(
  node: Component,
  decoder: Component | undefined,
  environment: Environment,
  isChanged = false,
): Extract {
  const around = aroundOf(node, environment);
  const decode = decoderOf(decoder, environment, isChanged);
  switch (node['type']) {
    case 'DpathExtractor': {
      const path = (node['field_path'] as readonly unknown[]).map((part) => new Text(String(part), around));
      const expand = isComponent(node['record_expander'])
        ? recordExpander(node['record_expander'], environment)
        : undefined;
      return async function* (answer) {
        const steps = path.map((part) => part.text());
        for await (const lot of decode(answer)) yield alongPath(lot, steps, expand);
      };
    }
    case 'CombinedExtractor':
      return combined(node, decoder, environment, isChanged);
    case 'ResponseToFileExtractor':
      return async function* ({ body }) {
        const lots = reportRows(body, node['preserve_na_values'] === true, environment.maxResponseBytes);
        for await (const lot of lots) yield placeless(lot);
      };
    default: {
      const made = environment.replacements.get(String(node['class_name']))?.(node, around) as
        | ((bodies: readonly unknown[], answer: Answer) => unknown[])
        | undefined;
      if (made === undefined) throw new ConnectorError('internal', `There is no extractor "${String(node['type'])}"`);
      return async function* (answer) {
        const own = answer.own();
        const bodies: unknown[] = [];
        for await (const lot of decode(own)) for (const body of lot) bodies.push(body);
        yield placeless(made(bodies, own));
      };
    }
  }
}

const placeless = (records: readonly unknown[]): Extracted => ({ records, size: records.length, place: NO_PLACE });

/** What stands at a path in some of the values of an answer. */
function alongPath(
  lot: Lot,
  path: readonly string[],
  expand: ((record: unknown) => readonly unknown[]) | undefined,
): Extracted {
  const records: unknown[] = [];
  let isMet = false;
  let lacking: Place['lacking'];
  const take = (body: unknown): void => {
    if (body instanceof BadRecord) {
      records.push(body);
      return;
    }
    const found =
      path.includes('*') || path.includes('**')
        ? valuesAlong(body, path)
        : path.length === 0
          ? body
          : valueAlong(body, path);
    // An answer of nothing says nothing of where its records would stand.
    const star = path.findIndex((part) => part === '*' || part === '**');
    if (star >= 0 ? valuesAlong(body, path.slice(0, star)).length > 0 : found !== undefined) isMet = true;
    else if (isTrue(body)) lacking ??= { path, body };
    for (const one of Array.isArray(found) ? found : isTrue(found) ? [found] : [])
      if (expand === undefined) records.push(one);
      else for (const part of expand(one)) records.push(part);
  };
  lot.forEach(take);
  return { records, size: records.length, place: { isMet, lacking } };
}

function combined(
  node: Component,
  decoder: Component | undefined,
  environment: Environment,
  isChanged: boolean,
): Extract {
  const parts = componentsOf(node['extractors']).map((one) => extractor(one, decoder, environment, isChanged));
  const skipsEmpty = node['skip_empty_records'] === true;
  const isFirstMatch = node['mode'] === 'first_match';
  return async function* (answer) {
    let place = NO_PLACE;
    for (const part of parts) {
      let isMatch = false;
      /** What of a first match was found to be empty before something was not. */
      let size = 0;
      for await (const found of part(answer)) {
        place = placeOfBoth(place, found.place);
        const records = skipsEmpty
          ? found.records.filter((record) => record instanceof BadRecord || isTrue(record))
          : found.records;
        isMatch ||= records.length > 0;
        size += found.size;
        if (isFirstMatch && !isMatch) continue;
        yield { records, size, place };
        size = 0;
      }
      if (isFirstMatch && isMatch) return;
    }
    yield { records: [], size: 0, place };
  };
}

/** A value that is no mapping cannot be a record. */
export function asRecord(value: unknown, stream: string, isShort = false): Record<string, unknown> {
  if (isComponent(value)) return value;
  throw new ConnectorError(
    'source',
    `Stream "${stream}": an answer holds a value ${shapeOf(value)} where a record is due.`,
    {
      stream,
      hint: `Look at ${isShort ? `\`streams.${stream}.records\`` : '`field_path` of the extractor'}: it leads to a list of mappings.`,
    },
  );
}
