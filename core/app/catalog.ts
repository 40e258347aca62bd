import type { CatalogStream } from '../protocol/index.js';
import type { Installation } from './installation.js';

/** The streams that the source of a connection offers now; asks the source. */
export async function catalogOf(
  installation: Installation,
  connection: string,
  signal: AbortSignal,
): Promise<readonly CatalogStream[]> {
  const source = await installation.source(installation.configuration.connection(connection).source, signal);
  try {
    return Object.values(await source.streams(() => undefined)).map(({ catalog }) => catalog);
  } finally {
    await source.close();
  }
}
