import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConnectorError } from '../../sdk/index.js';

const FILE = 'demo.json';

/**
 * The first day of the simulated history, which a home keeps from its first demo on: with another one the same campaigns
 * would have other days, names and figures, beside those that are loaded.
 */
export async function demoStart(home: string, wanted: string | undefined, proposed: string): Promise<string> {
  const file = join(home, FILE);
  const kept = await startIn(file);
  if (kept === undefined) {
    const start = wanted ?? proposed;
    await mkdir(home, { recursive: true });
    await writeFile(file, `${JSON.stringify({ start })}\n`);
    return start;
  }
  if (wanted !== undefined && wanted !== kept)
    throw new ConnectorError('config', `The demo in ${home} has begun with ${kept} and cannot go on from ${wanted}.`, {
      hint: 'Leave TRIBUTARY_DEMO_START_DATE out, or set TRIBUTARY_HOME to a new folder.',
    });
  return kept;
}

async function startIn(file: string): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const start = /^\{"start":"(\d{4}-\d{2}-\d{2})"\}$/.exec(text.trim())?.[1];
  if (start !== undefined) return start;
  throw new ConnectorError('config', `${file} does not say with which day the demo has begun.`, {
    hint: 'Set TRIBUTARY_HOME to a new folder, or delete the present one to begin anew.',
  });
}
