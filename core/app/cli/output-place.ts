import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConnectorError } from '../../sdk/index.js';

const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full: free space, or write to another one.',
  EDQUOT: 'Your share of the disk is used up: free space, or write to another one.',
  EROFS: 'That disk is read-only: give another place.',
  EISDIR: 'There is a folder of that name: give another name.',
  ENOTDIR: 'A part of the path is a file: give another folder.',
  EEXIST: 'A part of the path is a file: give another folder.',
};

/** Writes a file where the user wants it, with the folders above it. `isNew`: what is there already stays. */
export async function writeOutput(file: string, content: string | Uint8Array, { isNew = false } = {}): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content, { flag: isNew ? 'wx' : 'w' });
  } catch (cause) {
    const { code = String(cause), syscall } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST' && syscall === 'open')
      throw new ConnectorError('config', `${file} exists and is left as it is.`, {
        cause,
        hint: 'Give another name, or move that file away.',
      });
    throw new ConnectorError('config', `${file} cannot be written (${code}).`, {
      cause,
      hint: HINTS[code] ?? 'Give a place that the user who runs Tributary may write.',
    });
  }
}
