import { randomUUID } from 'node:crypto';
import type { BookmarkReset } from '../api/index.js';
import type { Installation } from './installation.js';

interface ResetOptions {
  readonly connection: string;
  /** Absent: all. */
  readonly stream?: string | undefined;
  readonly isDry: boolean;
  readonly signal: AbortSignal;
}

/** Forgets bookmarks, so that the next run reads everything again; or only tells which it would forget. */
export async function resetBookmarks(
  installation: Installation,
  { connection, stream, isDry, signal }: ResetOptions,
): Promise<readonly BookmarkReset[]> {
  const { destination } = installation.configuration.connection(connection);
  const session = await installation.destination(destination, signal);
  try {
    const present = await session.bookmarks(connection);
    const removed = present.filter((bookmark) => stream === undefined || bookmark.stream === stream);
    if (!isDry && removed.length > 0) {
      // Under the fence, so that a run that is on its way can commit nothing any more.
      await session.raiseFence({ id: randomUUID(), connection });
      await session.setBookmarks(connection, [], removed);
    }
    return [...Map.groupBy(removed, (bookmark) => bookmark.stream)].map(([name, bookmarks]) => {
      const frontier = bookmarks.find(({ position }) => position.kind === 'frontier')?.position;
      return {
        stream: name,
        frontier: frontier?.kind === 'frontier' ? frontier.frontier : null,
        files: bookmarks.filter(({ position }) => position.kind === 'file').length,
      };
    });
  } finally {
    await session.close();
  }
}
