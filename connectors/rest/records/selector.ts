import { BadRecord, ConnectorError } from '#sdk';
import { isComponent, type Component } from '../manifest/text.js';
import type { Answer } from '../requests/answer.js';
import { aroundOf, type Environment } from '../run/environment.js';
import { sliceContext, type StreamSlice } from '../run/slice.js';
import { Condition } from '../run/text.js';
import { asRecord, extractor, type Place } from './extractor.js';
import { normalize } from './normalize.js';
import type { Transform } from './transformation.js';

export type SelectedRecord = Record<string, unknown>;
export interface Selected {
  readonly records: SelectedRecord[];
  readonly bad: readonly BadRecord[];
  /** Records of this part of the answer, those included that a filter or an extractor left out; paging counts by it. */
  readonly extracted: number;
  readonly place: Place;
}

export interface FinishOptions {
  readonly transformations: readonly Transform[];
  /** The JSON Schema that values are cast to; asked for when the first record comes. */
  readonly schema: () => Promise<Component>;
  /** Keeps what an incremental reading wants, where the API cannot be asked for it alone. */
  readonly isWanted: ((record: SelectedRecord, slice: StreamSlice) => boolean) | undefined;
}

export interface SelectorOptions extends FinishOptions {
  readonly stream: string;
  readonly decoder: Component | undefined;
  /** True where records are put together out of several. */
  readonly isMerged: boolean;
}

/** Filters, transforms and casts records, in their place. */
export interface Finishing {
  /** True where records are changed. */
  readonly isChanging: boolean;
  finish(records: SelectedRecord[], slice: StreamSlice, pageToken: unknown): Promise<SelectedRecord[]>;
}

export function finishing(
  node: Component,
  { transformations, schema, isWanted }: FinishOptions,
  environment: Environment,
): Finishing {
  const filter = isComponent(node['record_filter']) ? recordFilter(node['record_filter'], environment) : undefined;
  const isChangingFilter = isComponent(node['record_filter']) && mayChange(node['record_filter']);
  // The cursor of a client-side incremental stream may be a field that a transformation makes.
  const transformsFirst =
    node['transform_before_filtering'] === true ||
    (node['transform_before_filtering'] === undefined && isWanted !== undefined);
  const normalization = node['schema_normalization'];
  const custom = isComponent(normalization)
    ? (environment.replacements.get(String(normalization['class_name']))?.(
        normalization,
        aroundOf(normalization, environment),
      ) as ((record: SelectedRecord, schema: Component) => void) | undefined)
    : undefined;
  const cast = normalization === 'Default' ? normalize : custom;
  const filters = filter !== undefined || isWanted !== undefined;

  return {
    isChanging: transformations.length > 0 || cast !== undefined || isChangingFilter,
    async finish(given, slice, pageToken) {
      let records = given;
      const keep = (record: SelectedRecord) =>
        (isWanted === undefined || isWanted(record, slice)) &&
        (filter === undefined || filter(record, slice, pageToken));
      if (filters && !transformsFirst) records = records.filter(keep);
      if (transformations.length > 0)
        for (const record of records) for (const transform of transformations) transform(record, slice);
      if (filters && transformsFirst) records = records.filter(keep);
      if (cast !== undefined && records.length > 0) {
        const types = await schema();
        for (const record of records) cast(record, types);
      }
      return records;
    },
  };
}

const CHANGING = /\.\s*(?:append|clear|extend|insert|pop|popitem|remove|reverse|setdefault|sort|update)\s*\(/;

/** True for a filter that may change what it looks at: one that is a module, or calls what changes a list or mapping. */
const mayChange = ({ type, condition }: Component): boolean =>
  type !== 'RecordFilter' || CHANGING.test(String(condition ?? ''));

/** Takes the records out of an answer and finishes them; in parts, where the answer is read so. */
export type Select = (answer: Answer, slice: StreamSlice, pageToken: unknown) => AsyncIterable<Selected>;

export function selector(node: Component, options: SelectorOptions, environment: Environment): Select {
  const { stream, decoder, isMerged } = options;
  const { isChanging, finish } = finishing(node, options, environment);
  const extract = extractor(node['extractor'] as Component, decoder, environment, isChanging || isMerged);

  return async function* (answer, slice, pageToken) {
    for await (const { records: extracted, size, place } of extract(answer)) {
      const bad = extracted.filter((one) => one instanceof BadRecord);
      const records = extracted
        .filter((one) => !(one instanceof BadRecord))
        .map((one) => asRecord(one, stream, environment.isShort));
      yield { records: await finish(records, slice, pageToken), bad, extracted: size, place };
    }
  };
}

export type Filter = (record: SelectedRecord, slice: StreamSlice, pageToken: unknown) => boolean;

export function recordFilter(node: Component, environment: Environment): Filter {
  const around = aroundOf(node, environment);
  if (node['type'] !== 'RecordFilter') {
    const made = environment.replacements.get(String(node['class_name']))?.(node, around);
    if (made === undefined) throw new ConnectorError('internal', `There is no filter "${String(node['type'])}"`);
    return made as Filter;
  }
  const condition = new Condition(String(node['condition'] ?? ''), around);
  return (record, slice, pageToken) =>
    condition.holds({
      record,
      ...sliceContext(slice),
      next_page_token: pageToken === undefined ? null : { next_page_token: pageToken },
    });
}
