import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { RecordData, SqlSession } from '#sdk';

const PAGE_ROWS = 1_000;

/** The rows of a query as one snapshot has them, a page at a time by a cursor, so that memory holds a few pages and not the result. */
export async function* pagesOfQuery(
  sql: SqlSession,
  query: string,
  signal: AbortSignal,
): AsyncGenerator<readonly RecordData[]> {
  const pages = new PassThrough({ objectMode: true, highWaterMark: 1 });
  const reading = sql
    .transaction(async (inside) => {
      await inside.query(`DECLARE delivered NO SCROLL CURSOR FOR ${query}`);
      for (;;) {
        signal.throwIfAborted();
        const rows = await inside.query(`FETCH ${PAGE_ROWS} FROM delivered`);
        if (rows.length === 0 || pages.destroyed) return;
        if (!pages.write(rows)) await Promise.race([once(pages, 'drain'), once(pages, 'close')]);
      }
    })
    .then(
      () => pages.end(),
      (error: Error) => pages.destroy(error),
    );
  try {
    yield* pages as AsyncIterable<readonly RecordData[]>;
  } finally {
    pages.destroy();
    await reading;
  }
}
