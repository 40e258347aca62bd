import { randomUUID } from 'node:crypto';
import { mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConnectorError } from '#sdk';
import { isComponent } from '../manifest/text.js';
import type { TokenStore } from '../run/environment.js';
import { alone, type Waiting } from './file-lock.js';

/** How much of a name tells its lock from those of others. */
const NAME_LENGTH = 16;

/**
 * Keeps tokens in a file that several sources and processes may share. Who uses a token locks its name, so that a token server
 * which is slow holds nobody up who uses another one; the file is locked for as long as it takes to write it.
 */
export function tokenFile(path: string, waiting: Waiting): TokenStore {
  return {
    async exclusively(name, work) {
      await mkdir(dirname(path), { recursive: true }).catch(unwritable(path));
      // A link stays one: who keeps tokens by another path to the same file would keep another file from then on.
      const place = await realpath(path).catch(() => path);
      const lock = { folder: `${place}.${name.slice(0, NAME_LENGTH)}.lock`, guards: `The file of tokens "${path}"` };
      return alone(lock, waiting, async () => {
        const kept = (await readTokens(place))[name];
        // Not given up at an abort: what is not written is lost, since the one before was used.
        const writing = { clock: waiting.clock, signal: undefined };
        return work(kept, (token) =>
          alone({ ...lock, folder: `${place}.lock` }, writing, () => writeToken(place, name, token)),
        );
      });
    },
  };
}

async function readTokens(path: string): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return '{}';
    throw new ConnectorError('config', `The file of tokens "${path}" cannot be read.`, {
      cause,
      hint: 'Give the user that Tributary runs as the right to read and write it.',
    });
  });
  const tokens = parsed(text);
  if (isComponent(tokens)) return tokens as Readonly<Record<string, string>>;
  throw new ConnectorError('config', `"${path}" is no file of tokens.`, {
    hint: 'Remove it, and give a new refresh token.',
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function writeToken(path: string, name: string, token: string): Promise<void> {
  const tokens = JSON.stringify({ ...(await readTokens(path)), [name]: token });
  const draft = `${path}.${randomUUID()}.new`;
  try {
    await writeFile(draft, tokens, { mode: 0o600, flag: 'wx', flush: true });
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => undefined);
    unwritable(path)(cause);
  }
}

const unwritable =
  (path: string) =>
  (cause: unknown): never => {
    throw new ConnectorError('config', `The file of tokens "${path}" cannot be written.`, {
      cause,
      hint: 'Give the user that Tributary runs as the right to write it and its folder, and look for room on its disk.',
    });
  };
