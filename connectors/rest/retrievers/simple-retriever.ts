import { ConnectorError } from '#sdk';
import { writeJson } from '#sdk/http';
import type { Cursor } from '../cursors/cursor.js';
import { isComponent, type Component } from '../manifest/text.js';
import { paginator } from '../paging/paginator.js';
import { NO_PLACE, placeOfBoth } from '../records/extractor.js';
import type { Select, Selected, SelectedRecord } from '../records/selector.js';
import { Answer } from '../requests/answer.js';
import { AnswerError, PageSignal } from '../requests/api-client.js';
import type { Requester } from '../requests/requester.js';
import type { Environment } from '../run/environment.js';
import { StreamSlice } from '../run/slice.js';
import type { Sightings } from '../streams/sightings.js';
import { parseIsoDuration } from '../time/date-time.js';
import { endless, strategyOf } from './endless.js';
import { pageSizeReducer, type PageSizeReducer } from './page-size.js';
import { mergeRecords, type QueryProperties } from './properties.js';
import { PAGE_RECORDS, type RetrievedPage, type Retriever, type SliceParts } from './retriever.js';
import { together } from './together.js';
import { untimed } from './untimed.js';

export interface SimpleRetrieverOptions {
  readonly stream: string;
  readonly requester: Requester;
  readonly select: Select;
  readonly sliceParts: SliceParts;
  readonly properties: QueryProperties | undefined;
  /** True where pages go from new to old, and end where records were read before. */
  readonly isDataFeed: boolean;
  /** Of what stands in the answers. */
  readonly primaryKey: readonly string[];
  readonly maxPages: number;
  readonly sightings: Sightings;
}

/** A window that is refused is halved so often. */
const MOST_SPLITS = 10;
const COUNTED: ReadonlySet<unknown> = new Set(['PageIncrement', 'OffsetIncrement']);
/** Pages in a row with the keys of one. */
const MOST_ALIKE = 3;

export function simpleRetriever(node: Component, options: SimpleRetrieverOptions, environment: Environment): Retriever {
  const { stream, requester, select, sliceParts, properties, isDataFeed, primaryKey, maxPages, sightings } = options;
  const pagingNode = isComponent(node['paginator']) ? node['paginator'] : undefined;
  /** False where nothing in a request tells a counted page; what a module of its own does with a page cannot be told. */
  const isPageAsked =
    !COUNTED.has(strategyOf(pagingNode)) ||
    isComponent(pagingNode?.['page_token_option']) ||
    /next_page_token|"class_name"/.test(writeJson(node));
  const decoder = isComponent(node['decoder']) ? node['decoder'] : undefined;
  const paging = paginator(pagingNode, decoder, environment, sightings.note);
  const goesOn = (what: string) => endless(stream, pagingNode, environment.isShort, what);
  const skipsSliceParts = node['ignore_stream_slicer_parameters_on_paginated_requests'] === true;
  const resetNode = isComponent(node['pagination_reset']) ? node['pagination_reset'] : undefined;
  const limits = isComponent(resetNode?.['limits']) ? resetNode['limits'] : {};
  const mostRecords = limits['number_of_records'] === undefined ? undefined : Number(limits['number_of_records']);
  const splitNode = isComponent(node['request_window_splitting']) ? node['request_window_splitting'] : undefined;
  const reductionNode = isComponent(node['page_size_reduction']) ? node['page_size_reduction'] : undefined;
  const smallest =
    typeof splitNode?.['min_split_window'] === 'string'
      ? parseIsoDuration(splitNode['min_split_window'])?.micros
      : undefined;

  const keyOrRecord = (record: SelectedRecord): unknown => {
    const key = primaryKey.map((field) => record[field] ?? null);
    return key.includes(null) ? record : key;
  };

  const send = (slice: StreamSlice, token: unknown, size: number | undefined): Promise<Answer | undefined> =>
    requester.send({
      slice,
      pageToken: token,
      path: paging.path(token),
      onIgnored: sightings.ignored,
      parts: together([
        paging.parts(token, size),
        ...(token !== undefined && skipsSliceParts ? [] : sliceParts(slice)),
      ]),
    });

  /** One page in parts, of which there is one at least; whole with all chunks of its fields where there are some. */
  async function* page(slice: StreamSlice, token: unknown, size: number | undefined): AsyncIterable<PagePart> {
    if (properties === undefined) {
      const answer =
        token === undefined ? (childAnswer(slice) ?? (await send(slice, token, size))) : await send(slice, token, size);
      let parts = 0;
      if (answer !== undefined)
        for await (const part of select(answer, slice, token)) {
          parts += 1;
          yield { answer, ...part };
        }
      if (parts === 0) yield { answer, ...NOTHING };
      return;
    }
    const wholes = new Map<string, SelectedRecord>();
    const alone: SelectedRecord[] = [];
    const bad: RetrievedPage['bad'][number][] = [];
    let last: Answer | undefined;
    let found = NOTHING;
    for (const chunk of await properties.chunks()) {
      const own = new StreamSlice(slice.partition, slice.cursorSlice, {
        ...slice.extraFields,
        query_properties: chunk,
      });
      const answer = await send(own, token, size);
      if (answer === undefined) continue;
      last = answer;
      found = NOTHING;
      for await (const part of select(answer, own, token)) {
        found = { ...part, extracted: found.extracted + part.extracted };
        bad.push(...part.bad);
        for (const record of part.records) {
          const key = properties.isChunked ? properties.keyOf(record) : undefined;
          const whole = key === undefined ? undefined : wholes.get(key);
          if (whole !== undefined) mergeRecords(whole, record);
          else if (key !== undefined) wholes.set(key, record);
          else alone.push(record);
        }
      }
    }
    yield { ...found, answer: last, records: [...alone, ...wholes.values()], bad };
  }

  async function* inPages(start: StreamSlice, cursor: Cursor): AsyncIterable<RetrievedPage> {
    let slice = start;
    let token = paging.initial;
    let count = 0;
    let resets = 0;
    let newest: { readonly place: number; readonly record: SelectedRecord } | undefined;
    let previous: { readonly token: unknown; readonly body: Uint8Array } | undefined;
    let pages = 0;
    // The short form reads counted pages to the one that has nothing, and is told where a parameter does nothing.
    const isCounted = environment.isShort && !paging.isNamed && paging.initial !== undefined;
    /** True where the page before was not full, so that this one may be behind the last. */
    let isBehind = false;
    let before = { records: [] as readonly SelectedRecord[], shown: '', keys: '', alike: 0 };
    const reducer: PageSizeReducer | undefined =
      reductionNode && pageSizeReducer(reductionNode, paging.pageSize, stream, environment);
    /** True where a page that may be behind the last is one before it; where it cannot be, that is a fault. */
    const repeats = (answer: Answer | undefined, records: readonly SelectedRecord[]): boolean => {
      // What the API said may have a time in it, and what was kept of it may be nothing.
      const shown = writeJson(records);
      const keys = primaryKey.length === 0 ? shown : writeJson(records.map(keyOrRecord));
      const isSame =
        (records.length > 0 && shown === before.shown) ||
        (answer !== undefined && previous !== undefined && Buffer.compare(previous.body, answer.body) === 0);
      const alike = records.length > 0 && keys === before.keys ? before.alike + 1 : 0;
      const former = before;
      before = { records, shown, keys, alike };
      // Two may be versions of the same; so many are one page with a time of its own in each record.
      if (!isSame && alike < MOST_ALIKE) return false;
      const unknown = `The API may not know the parameter that \`streams.${stream}.paging\` names`;
      const [what, why, unread] = isSame
        ? [`page ${pages} has the records of the page before`, unknown, 'what it has beyond its first page']
        : [
            `page ${pages} has the keys of the ${alike} pages before`,
            `${unknown}, or \`primary_key\` does not tell its records apart`,
            'what comes after them',
          ];
      const now = environment.clock.now();
      const placesOf = (page: readonly SelectedRecord[]) => writeJson(page.map((record) => cursor.placeOf?.(record)));
      // A page that tells but the time anew is one page, if not what the stream goes on by; of others there may be more that nobody has read.
      const isOne =
        isSame ||
        (untimed(shown, now) === untimed(former.shown, now) && placesOf(records) === placesOf(former.records));
      if (!isBehind || !isOne)
        throw new ConnectorError('source', `Stream "${stream}": ${what}.`, { stream, hint: `${why}.` });
      sightings.note(`${what}. ${why}: ${unread} is not read`);
      return true;
    };
    for (;;) {
      environment.signal.throwIfAborted();
      pages += 1;
      if (pages > maxPages)
        throw goesOn(`more than ${maxPages} pages, which is what \`max_pages\` of the source allows`);
      let isReset = false;
      // Of this page: whether it was full is told by it, also where the next one is of another.
      const pageSize = reducer?.size;
      let answer: Answer | undefined;
      let lastRecord: SelectedRecord | undefined;
      let [size, extracted] = [0, 0];
      let place = NO_PLACE;
      /** False until the answer was read to its end: what a part of it lacks may be in the rest. */
      let isWhole = false;
      const sight = (): ConnectorError | undefined => {
        if (answer === undefined) return undefined;
        return sightings.answer({
          answer,
          extracted,
          place: isWhole ? place : { ...place, lacking: undefined },
          pageSize: pageSize ?? paging.pageSize,
          page: { number: pages, isNamed: paging.isNamed && token !== paging.initial, isBehind },
        });
      };
      try {
        for await (const part of page(slice, token, pageSize)) {
          reducer?.succeeded();
          const { records, bad } = part;
          answer = part.answer;
          place = placeOfBoth(place, part.place);
          extracted += part.extracted;
          // The short form reads no answer in parts, and is to hand out none that is none.
          isWhole = environment.isShort;
          const fault = environment.isShort ? sight() : undefined;
          if (fault !== undefined) {
            if (answer !== undefined) environment.client.forget(answer);
            throw fault;
          }
          if (isCounted && part.extracted > 0 && repeats(answer, records)) return;
          size += records.length;
          lastRecord = records.at(-1) ?? lastRecord;
          if (resetNode !== undefined)
            for (const record of records) {
              const place = cursor.placeOf?.(record);
              if (place !== undefined && (newest === undefined || place > newest.place)) newest = { place, record };
            }
          const kept = isDataFeed ? records.filter((record) => cursor.isWanted(record, slice)) : records;
          yield* inLots(kept, bad);
        }
        isWhole = true;
      } catch (error) {
        if (isBehind && error instanceof AnswerError && (error.kind === 'config' || error.kind === 'source')) {
          // 404 says that there is no such page. Another refusal may have another ground.
          if (error.status !== 404) sightings.note(`page ${pages} is taken for one behind the last: ${error.message}`);
          return;
        }
        if (!(error instanceof PageSignal) || error.action === 'SPLIT_REQUEST_WINDOW') throw error;
        if (error.action === 'REDUCE_PAGE_SIZE') {
          if (reducer === undefined) throw unsupported(stream, error.action, 'page_size_reduction');
          await reducer.reduce(error.message);
          continue;
        }
        isReset = true;
      } finally {
        // Who stops after the first records is told of the answer that they came from, too. Of a manifest nothing is a fault here.
        if (!environment.isShort) sight();
      }
      count += size;
      if (isReset || (mostRecords !== undefined && count >= mostRecords)) {
        const next =
          resetNode?.['action'] === 'SPLIT_USING_CURSOR' && cursor.rest !== undefined
            ? cursor.rest(start, newest?.record)
            : slice;
        resets = same(next, slice) ? resets + 1 : 0;
        if (resets >= (next === slice ? 2 : 1)) throw goesOn('the same slice again after its paging was reset');
        slice = next;
        token = paging.initial;
        count = 0;
        continue;
      }
      if (answer === undefined) return;
      if (isDataFeed && lastRecord !== undefined && cursor.isBefore(lastRecord, slice)) return;
      const next = await paging.next({
        answer,
        slice,
        size,
        extracted,
        lastRecord,
        token,
        pageSize,
      });
      if (next === undefined) return;
      isBehind = isCounted && extracted < (pageSize ?? paging.pageSize ?? 0);
      const isSame = previous !== undefined && Buffer.compare(previous.body, answer.body) === 0;
      if (isSame && !isPageAsked)
        throw goesOn('the same answer came again, since nothing in a request tells which page is wanted');
      // Some APIs go on under one token; the same answer under it again is no progress.
      if (isSame && sameToken(previous?.token, next) && sameToken(token, next))
        throw goesOn('the same answer came again under the same page token');
      previous = { token: next, body: answer.body };
      token = next;
    }
  }

  async function* inWindows(slice: StreamSlice, cursor: Cursor, depth: number): AsyncIterable<RetrievedPage> {
    try {
      yield* inPages(slice, cursor);
    } catch (error) {
      if (!(error instanceof PageSignal)) throw error;
      if (splitNode === undefined) throw unsupported(stream, error.action, 'request_window_splitting');
      const halves = depth >= MOST_SPLITS ? undefined : cursor.halves?.(slice, smallest);
      if (halves === undefined)
        throw new ConnectorError(
          'transient',
          `Stream "${stream}": the API refuses a window that cannot be made smaller. ${String(splitNode['failure_message'] ?? error.message)}`.trim(),
          { stream },
        );
      for (const half of halves) yield* inWindows(half, cursor, depth + 1);
    }
  }

  return { pages: (slice, cursor) => inWindows(slice, cursor, 0) };
}

const NOTHING: Selected = { records: [], bad: [], extracted: 0, place: NO_PLACE };

/** Of a page in parts each has the answer. */
type PagePart = Selected & { readonly answer: Answer | undefined };

function* inLots(records: SelectedRecord[], bad: RetrievedPage['bad']): Iterable<RetrievedPage> {
  if (records.length <= PAGE_RECORDS) {
    if (records.length > 0 || bad.length > 0) yield { records, bad };
    return;
  }
  for (let at = 0; at < records.length; at += PAGE_RECORDS)
    yield { records: records.slice(at, at + PAGE_RECORDS), bad: at === 0 ? bad : [] };
}

/** What a parent's record holds of its children already. */
const childAnswer = ({ extraFields }: StreamSlice): Answer | undefined =>
  extraFields['child_response'] instanceof Answer ? extraFields['child_response'] : undefined;

const same = (a: StreamSlice, b: StreamSlice): boolean => writeJson(a.cursorSlice) === writeJson(b.cursorSlice);
const sameToken = (a: unknown, b: unknown): boolean => a === b || writeJson(a) === writeJson(b);

const unsupported = (stream: string, action: string, field: string): ConnectorError =>
  new ConnectorError(
    'config',
    `Stream "${stream}": its error handler says ${action}, and its retriever has no \`${field}\`.`,
    {
      stream,
      hint: 'Add it, or use another action.',
    },
  );
