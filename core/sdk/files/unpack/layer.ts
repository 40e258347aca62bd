import type { FileVersion } from '../../../protocol/index.js';
import type { Identity } from '../decode.js';

export interface LayerContext {
  readonly file: FileVersion;
  /** How much of the file was read so far, for errors that say where. */
  readonly identity: Identity;
  /** True: the memory of a chunk may be given back, or away, once the chunk has served. */
  readonly givesChunksAway: boolean;
}

/** Takes one packing off. Ends only at the real end: what is cut off or damaged throws. */
export type Layer = (chunks: AsyncIterable<Uint8Array>, context: LayerContext) => AsyncIterable<Uint8Array>;
