import { createInterface } from 'node:readline/promises';
import { ConnectorError } from '../../sdk/index.js';

/** Asks before something is destroyed. Where nobody can answer, `--yes` must have said so. */
export async function confirm(question: string, options: { readonly yes?: boolean }): Promise<boolean> {
  if (options.yes === true) return true;
  if (process.stdin.isTTY !== true)
    throw new ConnectorError('config', `${question} Nobody is there to answer.`, {
      hint: 'Add --yes, or --dry-run to see what would happen.',
    });
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await asking.question(`${question} [y/N] `);
  asking.close();
  return /^y(es)?$/i.test(answer.trim());
}
