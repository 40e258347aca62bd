import * as fs from 'node:fs';
import { resolve } from 'node:path';
import ssh2, { type Attributes, type SFTPWrapper } from 'ssh2';

const { STATUS_CODE: STATUS } = ssh2.utils.sftp;

/** Serves a folder by the requests of SFTP version 3 that a reader and mover of files sends. */
export function serveFiles(sftp: SFTPWrapper, root: string): void {
  const handles = new Map<number, { readonly fd: number } | { entries: string[] | undefined; readonly path: string }>();
  let last = 0;
  const at = (path: string) => resolve(root, path);
  const nameHandle = (handle: { fd: number } | { entries: string[]; path: string }): Buffer => {
    last += 1;
    handles.set(last, handle);
    const name = Buffer.alloc(4);
    name.writeUInt32BE(last);
    return name;
  };
  const answer = (id: number, work: () => void) => {
    try {
      work();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      sftp.status(
        id,
        code === 'ENOENT' || code === 'ENOTDIR'
          ? STATUS.NO_SUCH_FILE
          : code === 'EACCES'
            ? STATUS.PERMISSION_DENIED
            : STATUS.FAILURE,
      );
    }
  };
  const fileOf = (handle: Buffer): number => {
    const found = handles.get(handle.readUInt32BE(0));
    if (found === undefined || !('fd' in found)) throw new Error('no such handle');
    return found.fd;
  };
  sftp.on('OPEN', (id, path) => answer(id, () => sftp.handle(id, nameHandle({ fd: fs.openSync(at(path), 'r') }))));
  sftp.on('READ', (id, handle, offset, length) =>
    answer(id, () => {
      const bytes = Buffer.alloc(length);
      const count = fs.readSync(fileOf(handle), bytes, 0, length, offset);
      if (count === 0) sftp.status(id, STATUS.EOF);
      else sftp.data(id, bytes.subarray(0, count));
    }),
  );
  sftp.on('FSTAT', (id, handle) => answer(id, () => sftp.attrs(id, attributesOf(fs.fstatSync(fileOf(handle))))));
  sftp.on('STAT', (id, path) => answer(id, () => sftp.attrs(id, attributesOf(fs.statSync(at(path))))));
  sftp.on('LSTAT', (id, path) => answer(id, () => sftp.attrs(id, attributesOf(fs.lstatSync(at(path))))));
  sftp.on('REALPATH', (id, path) => sftp.name(id, [{ filename: at(path), longname: path, attrs: {} as Attributes }]));
  sftp.on('OPENDIR', (id, path) =>
    answer(id, () => sftp.handle(id, nameHandle({ entries: fs.readdirSync(at(path)), path: at(path) }))),
  );
  sftp.on('READDIR', (id, handle) =>
    answer(id, () => {
      const open = handles.get(handle.readUInt32BE(0));
      if (open === undefined || 'fd' in open) throw new Error('no such handle');
      // A few at a time, as a server does with a long folder.
      const entries = open.entries?.splice(0, 50) ?? [];
      if (entries.length === 0) return sftp.status(id, STATUS.EOF);
      return sftp.name(
        id,
        entries.map((filename) => ({
          filename,
          longname: filename,
          attrs: attributesOf(fs.lstatSync(resolve(open.path, filename))),
        })),
      );
    }),
  );
  sftp.on('CLOSE', (id, handle) =>
    answer(id, () => {
      const key = handle.readUInt32BE(0);
      const open = handles.get(key);
      handles.delete(key);
      if (open !== undefined && 'fd' in open) fs.closeSync(open.fd);
      sftp.status(id, STATUS.OK);
    }),
  );
  const done = (id: number, work: () => void) =>
    answer(id, () => {
      work();
      sftp.status(id, STATUS.OK);
    });
  sftp.on('REMOVE', (id, path) => done(id, () => fs.unlinkSync(at(path))));
  sftp.on('MKDIR', (id, path) => done(id, () => fs.mkdirSync(at(path))));
  // Version 3 refuses to replace a file by renaming another.
  sftp.on('RENAME', (id, from, to) =>
    done(id, () => {
      fs.linkSync(at(from), at(to));
      fs.unlinkSync(at(from));
    }),
  );
  sftp.on('close', () => {
    for (const open of handles.values()) if ('fd' in open) fs.closeSync(open.fd);
    handles.clear();
  });
}

function attributesOf({ mode, uid, gid, size, atimeMs, mtimeMs }: fs.Stats): Attributes {
  return { mode, uid, gid, size, atime: Math.floor(atimeMs / 1000), mtime: Math.floor(mtimeMs / 1000) };
}
