import { setTimeout as sleep } from 'node:timers/promises';
import { parseDuration } from '#sdk';
import type { SftpPlace } from './sftp.config.js';
import { connectFault, isOfConnection } from './sftp-errors.js';
import { connectSsh, type SshConnection } from './ssh-connection.js';

/** Attempts without any progress between them, before a dropped connection is an error of the run. */
const MOST_ATTEMPTS = 4;
const FIRST_PAUSE_MS = 250;

/** One connection for everything of a run, opened when it is needed and again when it was dropped. */
export interface SftpSession {
  /**
   * Does the work on an open connection. Where that is dropped meanwhile the work is begun again on a new one, so it must
   * bear that; `progressed` says that it came further, so that the attempts are counted anew.
   */
  with<T>(work: (connection: SshConnection, progressed: () => void) => Promise<T>): Promise<T>;
  close(): void;
}

export function sftpSession(config: SftpPlace, signal: AbortSignal): SftpSession {
  const waiting = {
    timeoutMs: parseDuration(config.timeout) as number,
    keepaliveMs: parseDuration(config.keepalive) as number,
  };
  let opening: Promise<SshConnection> | undefined;
  /** Who asks while a connection is being opened gets that one too. */
  const connection = async (): Promise<SshConnection> => {
    const before = opening;
    const open = await before?.catch(() => undefined);
    signal.throwIfAborted();
    if (opening === before && (open === undefined || open.isOver()))
      opening = connectSsh(config, config.jump, waiting, signal);
    return opening as Promise<SshConnection>;
  };
  return {
    async with(work) {
      let attempt = 0;
      for (;;) {
        let open: SshConnection | undefined;
        try {
          open = await connection();
          return await work(open, () => (attempt = 0));
        } catch (error) {
          signal.throwIfAborted();
          if (open !== undefined && !open.isOver() && !isOfConnection(error)) throw error;
          open?.end();
          const fault = connectFault(config.host, error);
          attempt += 1;
          if (fault.kind !== 'transient' || attempt >= MOST_ATTEMPTS) throw fault;
          await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1), undefined, { signal });
        }
      }
    },
    close() {
      opening?.then(
        (open) => open.end(),
        () => undefined,
      );
    },
  };
}
