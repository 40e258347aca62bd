import { BadRecord, ConnectorError } from '#sdk';
import type { Cursor } from '../cursors/cursor.js';
import { isComponent, type Component } from '../manifest/text.js';
import { paginator } from '../paging/paginator.js';
import { asRecord, extractedWhole, extractor, NO_PLACE, placeOfBoth } from '../records/extractor.js';
import type { Finishing } from '../records/selector.js';
import { Answer, Headers } from '../requests/answer.js';
import { requester } from '../requests/requester.js';
import { aroundOf, type Environment } from '../run/environment.js';
import { StreamSlice, type Fields } from '../run/slice.js';
import { Text } from '../run/text.js';
import type { Sightings } from '../streams/sightings.js';
import { textOf } from '../template/values.js';
import { together } from './together.js';
import { PAGE_RECORDS, type RetrievedPage, type Retriever, type SliceParts } from './retriever.js';

export interface AsyncRetrieverOptions extends Pick<Finishing, 'finish'> {
  readonly stream: string;
  readonly sliceParts: SliceParts;
  readonly maxPages: number;
  readonly sightings: Sightings;
}

/** Between two looks at a job; it grows, since reports take minutes. */
const FIRST_POLL_MS = 1_000;
const LONGEST_POLL_MS = 30_000;
const USUAL_TIMEOUT_MINUTES = 60;
const MOST_TRIES = 3;
const WHOLE = { number: 1, isNamed: false, isBehind: false };

/** Asks for a job, waits until it is done, and reads what it made. Jobs of a stream run one after the other. */
export function asyncRetriever(node: Component, options: AsyncRetrieverOptions, environment: Environment): Retriever {
  const { stream, sliceParts, finish, maxPages, sightings } = options;
  const part = (name: string) => (isComponent(node[name]) ? requester(node[name], environment) : undefined);
  const decoder = isComponent(node['decoder']) ? node['decoder'] : undefined;
  const [creation, polling, download] = [
    part('creation_requester')!,
    part('polling_requester')!,
    part('download_requester')!,
  ];
  const [targetRequester, aborting, deleting] = [
    part('download_target_requester'),
    part('abort_requester'),
    part('delete_requester'),
  ];
  const statusOf = extractor(node['status_extractor'] as Component, decoder, environment);
  const targetsOf = isComponent(node['download_target_extractor'])
    ? extractor(node['download_target_extractor'], decoder, environment)
    : undefined;
  const downloadDecoder = isComponent(node['download_decoder']) ? node['download_decoder'] : undefined;
  const extract = extractor(
    isComponent(node['download_extractor']) ? node['download_extractor'] : { type: 'DpathExtractor', field_path: [] },
    downloadDecoder,
    environment,
    true,
  );
  const paging = paginator(
    isComponent(node['download_paginator']) ? node['download_paginator'] : undefined,
    downloadDecoder,
    environment,
    sightings.note,
  );
  const meanings = meaningsOf(node['status_mapping'] as Component);
  const number = (name: string, otherwise: number) =>
    node[name] === undefined ? otherwise : Number(new Text(String(node[name]), aroundOf(node, environment)).value());
  const timeoutMs = number('polling_job_timeout', USUAL_TIMEOUT_MINUTES) * 60_000;
  const retryMs = number('failed_retry_wait_time_in_seconds', 0) * 1000;

  const failed = (what: string, hint = 'Look at the API: it may say more of its jobs.') =>
    new ConnectorError('source', `Stream "${stream}": ${what}.`, { stream, hint });
  const needed = (answer: Answer | undefined, what: string): Answer => {
    if (answer === undefined) throw failed(`${what} got no answer`);
    return answer;
  };

  /** Ends when the job is done; what it answers says where its result lies. */
  async function job(
    slice: StreamSlice,
  ): Promise<{ readonly slice: StreamSlice; readonly polled: Answer } | 'failed' | 'skipped'> {
    const created = needed(await creation.send({ slice, parts: together(sliceParts(slice)) }), 'the request for a job');
    const own = new StreamSlice(slice.partition, slice.cursorSlice, {
      ...slice.extraFields,
      creation_response: contextOf(created),
    });
    const started = environment.clock.now().getTime();
    for (let pause = FIRST_POLL_MS; ; pause = Math.min(pause * 1.5, LONGEST_POLL_MS)) {
      const polled = needed(await polling.send({ slice: own }), 'the question for the state of a job');
      const [status] = (await extractedWhole(statusOf(polled))).records;
      const said = textOf(status ?? null);
      const meaning = meanings.get(said);
      if (meaning === undefined)
        throw failed(
          `a job is "${said.slice(0, 50)}", which \`status_mapping\` does not name`,
          'Add the word to `status_mapping`.',
        );
      if (meaning === 'completed') return { slice: own, polled };
      if (meaning === 'skipped') return 'skipped';
      if (meaning === 'failed' || meaning === 'timeout') return 'failed';
      if (environment.clock.now().getTime() - started > timeoutMs) {
        await aborting?.send({ slice: own });
        throw failed(
          `a job is not done after ${timeoutMs / 60_000} minutes`,
          'Raise `polling_job_timeout`, or ask for less at once.',
        );
      }
      await environment.clock.sleep(pause, environment.signal);
    }
  }

  async function* targets(polled: Answer): AsyncIterable<unknown> {
    if (targetsOf === undefined) {
      yield '';
      return;
    }
    const lookUp = new StreamSlice({}, {}, { polling_response: contextOf(polled) });
    const answer =
      targetRequester === undefined
        ? polled
        : needed(await targetRequester.send({ slice: lookUp }), 'the question for the address of a result');
    const { records, size: extracted, place } = await extractedWhole(targetsOf(answer));
    // Met, it says nothing yet of the place of the records.
    if (!place.isMet) sightings.answer({ answer, extracted, place, pageSize: undefined, page: WHOLE });
    yield* records;
  }

  async function* downloaded(slice: StreamSlice): AsyncIterable<readonly unknown[]> {
    let token = paging.initial;
    for (let pages = 1; ; pages += 1) {
      if (pages > maxPages) throw failed(`its paging does not end: more than ${maxPages} pages`);
      const answer = await download.send({
        slice,
        pageToken: token,
        path: paging.path(token),
        onIgnored: sightings.ignored,
        parts: paging.parts(token, undefined),
      });
      if (answer === undefined) return;
      let [size, extracted] = [0, 0];
      let last: unknown;
      let place = NO_PLACE;
      let isWhole = false;
      try {
        for await (const part of extract(answer)) {
          size += part.records.length;
          extracted += part.size;
          last = part.records.at(-1) ?? last;
          place = placeOfBoth(place, part.place);
          yield part.records;
        }
        isWhole = true;
      } finally {
        // Who stops after the first records is told of their answer, too; what a part of it lacks may be in the rest.
        if (!isWhole) place = { ...place, lacking: undefined };
        sightings.answer({ answer, extracted, place, pageSize: undefined, page: WHOLE });
      }
      token = await paging.next({
        answer,
        slice,
        size,
        extracted,
        lastRecord: isComponent(last) ? last : undefined,
        token,
        pageSize: undefined,
      });
      if (token === undefined) return;
    }
  }

  return {
    async *pages(slice: StreamSlice, _cursor: Cursor): AsyncIterable<RetrievedPage> {
      let done: Awaited<ReturnType<typeof job>> = 'failed';
      for (let tries = 0; done === 'failed'; tries += 1) {
        if (tries >= MOST_TRIES) throw failed(`a job failed ${tries} times`);
        if (tries > 0) await environment.clock.sleep(retryMs, environment.signal);
        done = await job(slice);
      }
      if (done === 'skipped') return;
      for await (const target of targets(done.polled)) {
        const own = new StreamSlice(slice.partition, slice.cursorSlice, {
          ...done.slice.extraFields,
          download_target: target,
          polling_response: contextOf(done.polled),
        });
        for await (const records of downloaded(own))
          for (let at = 0; at < records.length; at += PAGE_RECORDS) {
            const page = records.slice(at, at + PAGE_RECORDS);
            const bad = page.filter((one) => one instanceof BadRecord);
            const good = page.filter((one) => !(one instanceof BadRecord)).map((one) => asRecord(one, stream));
            yield { records: await finish(good, slice, undefined), bad };
          }
      }
      await deleting?.send({ slice: done.slice });
    },
  };
}

function meaningsOf(mapping: Component): ReadonlyMap<string, string> {
  return new Map(
    ['running', 'completed', 'failed', 'timeout', 'skipped'].flatMap((meaning) =>
      ((mapping[meaning] ?? []) as readonly unknown[]).map((word) => [textOf(word), meaning] as const),
    ),
  );
}

/** An answer as later requests of its job read it: its fields, with the headers beside them, and the request that it answers. */
function contextOf(answer: Answer): Fields {
  const body = answer.json();
  return { headers: answer.headers, request: requestOf(answer), ...(isComponent(body) ? body : {}) };
}

function requestOf({ request }: Answer): Fields {
  if (request === undefined) return {};
  const { method, url, headers, body } = request;
  return { method, url: url.href, headers: new Headers(headers), body: body ?? null };
}
