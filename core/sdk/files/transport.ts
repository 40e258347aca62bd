import type { FileVersion } from '../../protocol/index.js';

/**
 * How files are reached in one place: a folder, a host, a bucket. Everything else about files (choosing, unpacking, parsing,
 * checking) is the same wherever they lie. Names are paths as the user writes them, with `/` between their parts.
 *
 * The file engine lists first, then opens one file after the other and reads each to its end or leaves it early; several
 * calls may be under way at once. A transport repeats by itself what a dropped connection has cut off, and gives up with an
 * error of kind `transient`; every other fault it throws at once, by its kind.
 */
export interface FileTransport {
  /** Where the files lie, as the user knows it: a folder, a host and a folder, a bucket. Stands in errors. */
  readonly place: string;
  /**
   * The files of a pattern, ordered by name. Fails where it cannot look: a folder that may not be read is never "no files".
   * What is gone between the listing and a closer look is left out.
   */
  list(pattern: string, signal: AbortSignal): AsyncIterable<FileVersion>;
  /**
   * The bytes of that very version from the byte `from` on (default 0); throws where another version lies there by now, also
   * after the last byte. A connection that drops in the middle is opened again, and the reading goes on where it was. Left
   * early, it closes what it opened.
   */
  open(file: FileVersion, signal: AbortSignal, from?: number): AsyncIterable<Uint8Array>;
  /** The file as it is now; undefined where there is none. */
  stat(name: string, signal: AbortSignal): Promise<FileVersion | undefined>;
  /** Gives the file another name, in folders that are made where they are missing. Never replaces a file: that is an error. */
  move(name: string, to: string, signal: AbortSignal): Promise<void>;
  /** Deletes the file; one that is gone already is no error. */
  remove(name: string, signal: AbortSignal): Promise<void>;
  /** True: each chunk has a buffer of its own that nobody else uses, so that it may be freed once it was read. */
  readonly givesChunksAway?: boolean;
}

/**
 * A place that files are delivered to. What `write` and `claim` have told as done is safe there; a fault of the place is an error
 * of kind `destination`, or `transient` once it was tried again for a while.
 */
export interface WritableTransport extends FileTransport {
  /**
   * Writes a file under a name that nobody else uses, in folders that are made where they are missing; what lies there is replaced.
   * It is not to be read before this has resolved.
   */
  write(name: string, chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>;
  /** Makes a small file, whole or not at all. False where one lies there already: of several who try, one succeeds. */
  claim(name: string, content: Uint8Array, signal: AbortSignal): Promise<boolean>;
  /** Gives the file another name, under which it takes the place of what lies there. */
  replace(name: string, to: string, signal: AbortSignal): Promise<void>;
  close(): void;
}
