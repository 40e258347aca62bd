import type { FileEntryWithStats, SFTPWrapper, Stats } from 'ssh2';
import type { SshConnection } from './ssh-connection.js';

type Tell<T> = (error: Error | undefined | null, value: T) => void;

/** Requests as promises. One that is not answered in time ends the connection, since nothing on it can be trusted any more. */
export interface Requests {
  readFolder(path: string): Promise<readonly FileEntryWithStats[]>;
  stat(path: string): Promise<Stats>;
  open(path: string): Promise<Buffer>;
  statOpen(handle: Buffer): Promise<Stats>;
  /** Up to `bytes` bytes; fewer do not mean the end, none does. */
  read(handle: Buffer, bytes: number, position: number): Promise<Buffer>;
  /** `isNew`: what lies under the name is emptied first. */
  openToWrite(path: string, isNew: boolean): Promise<Buffer>;
  write(handle: Buffer, bytes: Uint8Array, position: number): Promise<void>;
  close(handle: Buffer): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Renames over what lies there; an extension that OpenSSH has. */
  renameOver(from: string, to: string): Promise<void>;
  makeFolder(path: string): Promise<void>;
  remove(path: string): Promise<void>;
}

export function requestsOn(connection: SshConnection, timeoutMs: number): Requests {
  const { sftp } = connection;
  const ask = <T>(send: (sftp: SFTPWrapper, tell: Tell<T>) => unknown): Promise<T> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(Object.assign(new Error('no answer came in time'), { code: 'ETIMEDOUT' }));
        connection.end();
      }, timeoutMs);
      const tell: Tell<T> = (error, value) => {
        clearTimeout(timer);
        if (error === undefined || error === null) resolve(value);
        else reject(error);
      };
      try {
        send(sftp, tell);
      } catch (error) {
        tell(error as Error, undefined as T);
      }
    });
  return {
    readFolder: (path) => ask((sftp, tell: Tell<FileEntryWithStats[]>) => sftp.readdir(path, tell)),
    stat: (path) => ask((sftp, tell: Tell<Stats>) => sftp.stat(path, tell)),
    open: (path) => ask((sftp, tell: Tell<Buffer>) => sftp.open(path, 'r', tell)),
    statOpen: (handle) => ask((sftp, tell: Tell<Stats>) => sftp.fstat(handle, tell)),
    read: (handle, bytes, position) =>
      ask((sftp, tell: Tell<Buffer>) => {
        const buffer = Buffer.allocUnsafeSlow(bytes);
        sftp.read(handle, buffer, 0, bytes, position, (error, count) => tell(error, buffer.subarray(0, count)));
      }),
    openToWrite: (path, isNew) => ask((sftp, tell: Tell<Buffer>) => sftp.open(path, isNew ? 'w' : 'r+', tell)),
    write: (handle, bytes, position) =>
      ask((sftp, tell: Tell<void>) =>
        sftp.write(handle, bytes as Buffer, 0, bytes.byteLength, position, tell as (error?: Error | null) => void),
      ),
    close: (handle) => ask((sftp, tell: Tell<void>) => sftp.close(handle, tell as (error?: Error | null) => void)),
    rename: (from, to) =>
      ask((sftp, tell: Tell<void>) => sftp.rename(from, to, tell as (error?: Error | null) => void)),
    renameOver: (from, to) =>
      ask((sftp, tell: Tell<void>) => sftp.ext_openssh_rename(from, to, tell as (error?: Error | null) => void)),
    makeFolder: (path) => ask((sftp, tell: Tell<void>) => sftp.mkdir(path, tell as (error?: Error | null) => void)),
    remove: (path) => ask((sftp, tell: Tell<void>) => sftp.unlink(path, tell as (error?: Error | null) => void)),
  };
}
