import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { confirm } from './confirm.js';
import { table } from './output.js';
import { does } from './verb.js';

interface RotateOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export function keysVerb(program: Command): void {
  const group = program.command('keys').description('what the keys of `protect` have made');

  const rotate = group
    .command('rotate-tokens')
    .description('bring all tokens of a key to its present version, in one cut-over, without reading a source')
    .argument('<key>')
    .option('--dry-run', 'show what would change')
    .option('--yes', 'do not ask');
  does<RotateOptions>(rotate, async ({ installation, output, signal }, [key], options) => {
    const { rotateTokens } = await import('../token-rotation.js');
    const open = await installation();
    const request = { key: key as string, signal };
    const looked = await rotateTokens(open, { ...request, isDry: true });
    const isDry = options.dryRun === true;
    if (!isDry && options.yes !== true) output.note(formOf(looked.columns));
    const isWanted = !isDry && (await confirm(`Bring these tokens to the present version of "${key}"?`, options));
    const { columns, unreached } = isWanted ? await rotateTokens(open, { ...request, isDry: false }) : looked;
    output.data('tributary.token_rotation/1', { key, applied: isWanted, columns }, () =>
      [formOf(columns), isWanted ? 'done' : 'nothing was changed'].join('\n'),
    );
    for (const { connection, stream, column, destination } of unreached)
      output.note(`not reached: tokens of ${connection}.${stream}.${column} in what "${destination}" has delivered`);
  });

  const reveal = group
    .command('reveal')
    .description('open ciphertexts of an encrypted column; without any, those on stdin, one a line')
    .argument('<connection>')
    .argument('<stream>')
    .argument('<column>')
    .argument('[ciphertext...]');
  does(reveal, async ({ configuration, output }, [connection, stream, column, ...given]) => {
    const { revealing } = await import('../reveal.js');
    const open = revealing(await configuration(), {
      connection: connection as string,
      stream: stream as string,
      column: column as string,
    });
    const values = (await linesOf(given)).map((line) => open(line) ?? null);
    output.data('tributary.revealed/1', values, () => values.map((value) => value ?? '').join('\n'));
    const closed = values.filter((value) => value === null).length;
    if (closed > 0) output.note(`${closed} of ${values.length} lines open with no version of the key`);
    return closed > 0 ? CANNOT : 0;
  });

  const token = group
    .command('token')
    .description('print the token or hash that a column has for a value; without any, for those on stdin, one a line')
    .argument('<connection>')
    .argument('<stream>')
    .argument('<column>')
    .argument('[value...]');
  does(token, async ({ configuration, output }, [connection, stream, column, ...given]) => {
    const { tokenMaker } = await import('../member-tokens.js');
    const make = tokenMaker(await configuration(), {
      connection: connection as string,
      stream: stream as string,
      column: column as string,
    });
    const tokens = (await linesOf(given)).map(make);
    output.data('tributary.member_tokens/1', tokens, () => tokens.join('\n'));
  });
}

/** What was given, or else what comes on stdin, without blanks around it. */
async function linesOf(given: readonly (string | undefined)[]): Promise<readonly string[]> {
  const lines = given.length > 0 ? given : (await text(process.stdin)).split(/\r?\n/);
  return lines.flatMap((line) => line?.trim() || []);
}

/** As a configuration that cannot be right. */
const CANNOT = 3;

const formOf = (
  columns: readonly { connection: string; stream: string; column: string; tokens: number; rows: number }[],
) =>
  table(
    ['connection', 'stream', 'column', 'tokens', 'rows'],
    columns.map((one) => [one.connection, one.stream, one.column, one.tokens, one.rows]),
  );
