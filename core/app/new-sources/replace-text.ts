import { randomUUID } from 'node:crypto';
import { readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ConnectorError, isConnectorError } from '../../sdk/index.js';

/** All of it or nothing: a host that starts meanwhile reads the old file or the new one. */
export async function replaceText(file: string, before: string, after: string): Promise<void> {
  const real = await realpath(file);
  const draft = join(dirname(real), `.${basename(real)}.${randomUUID()}`);
  try {
    const { mode } = await stat(real);
    await writeFile(draft, after, { mode, flag: 'wx' });
    if ((await readFile(real, 'utf8')) !== before)
      throw new ConnectorError('locked', `${basename(file)} was changed meanwhile; nothing was written.`, {
        hint: 'Try again: it begins with the new file.',
      });
    await rename(draft, real);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    if (isConnectorError(error)) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new ConnectorError('locked', `${basename(file)} cannot be written (${code ?? 'unknown'}); it is as it was.`, {
      cause: error,
      hint: 'Copy the text into the file where it is kept, or give the account of the host the right to write there.',
    });
  }
}
