import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { RecordData } from '#sdk';

type Page = readonly RecordData[];

/**
 * Pages that `work` pushes one by one, as fast as they are taken: `push` gives false where nobody takes any more. The reading is
 * over when `work` is, so that what it holds, such as a transaction, is given back by then.
 */
export async function* pushedPages(
  work: (push: (page: Page) => Promise<boolean>) => Promise<void>,
): AsyncGenerator<Page> {
  const pages = new PassThrough({ objectMode: true, highWaterMark: 1 });
  const push = async (page: Page) => {
    if (!pages.destroyed && !pages.write(page)) await Promise.race([once(pages, 'drain'), once(pages, 'close')]);
    return !pages.destroyed;
  };
  const working = work(push).then(
    () => pages.end(),
    (error: Error) => pages.destroy(error),
  );
  try {
    yield* pages as AsyncIterable<Page>;
  } finally {
    pages.destroy();
    await working;
  }
}
