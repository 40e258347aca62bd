import type { Command } from 'commander';
import type { Erasure } from '../erasure.js';
import { confirm } from './confirm.js';
import { counted, table } from './output.js';
import { progressLine } from './progress.js';
import { does } from './verb.js';

export function eraseVerb(program: Command): void {
  const command = program
    .command('erase')
    .description(
      "delete or anonymise a member's rows in all tables, and delete them from quarantines, by token or hash",
    )
    .requiredOption('--member <token>', 'the token or hash, as it stands in the tables')
    .option('--anonymise', 'keep the rows, without what tells whose they are')
    .option('--dry-run', 'show what would be done')
    .option('--yes', 'do not ask');
  does<{ member: string; anonymise?: boolean; dryRun?: boolean; yes?: boolean }>(
    command,
    async ({ installation, output, signal }, _args, { member: token, anonymise, dryRun, yes }) => {
      if (token.trim() === '') command.error('error: --member is empty');
      const { eraseMember } = await import('../erasure.js');
      const { isTokenOrHash } = await import('../member-tokens.js');
      const open = await installation();
      const progress = progressLine(output);
      const wish = { token, signal, on: progress.on, note: (text: string) => output.note(text) };
      const looked = await eraseMember(open, { ...wish, how: 'look' });
      const isNobodys = !isFound(looked);
      const isNone = isNobodys && !isTokenOrHash(token);
      if (dryRun !== true && yes !== true && !isNone) output.note(formOf(looked));
      const question = anonymise === true ? 'Anonymise these rows?' : 'Delete these rows?';
      const isWanted = !isNone && dryRun !== true && (await confirm(question, yes === undefined ? {} : { yes }));
      const how = anonymise === true ? 'anonymise' : 'delete';
      const erasure = isWanted ? await eraseMember(open, { ...wish, how }) : looked;
      progress.end();
      output.data(
        'tributary.erasure/1',
        { applied: isWanted, anonymised: isWanted && how === 'anonymise', ...erasure },
        () => [formOf(erasure), isWanted ? 'done' : 'nothing was changed'].join('\n'),
      );
      for (const text of leftOf(erasure)) output.note(text);
      if (isNobodys && !isFound(erasure))
        output.note(
          isNone
            ? `${NOBODYS}, and it has the form of neither. ${HOW}`
            : `${NOBODYS}: it was erased before, or was never there. ${HOW}`,
        );
      return isNone ? CANNOT : 0;
    },
  );
}

/** As a configuration that cannot be right. */
const CANNOT = 3;

const NOBODYS =
  'nothing was found: no row, record in quarantine or crosswalk has what --member names as a token or hash';
const HOW = "From a member's id to the token: `tributary keys token CONNECTION STREAM COLUMN`, with the id on stdin.";

const isFound = ({ streams, crosswalk }: Erasure) =>
  crosswalk > 0 || streams.some(({ rows, quarantined }) => rows + quarantined > 0);

/** What an erasure does not reach, or could not look into. */
function* leftOf({ streams, unreached, unsearched }: Erasure): Generator<string> {
  yield 'not reached: the source, which must forget the member too, or the next reading brings the rows back; releases and marts, which hold sums; backups, and in Snowflake Time Travel and Fail-safe';
  for (const { connection, stream, destination } of unreached)
    yield `not reached: what ${connection}.${stream} has delivered to "${destination}", which takes nothing back; delete it there`;
  if (unsearched.length > 0)
    yield `not searched, since no column of theirs has a token or hash: ${unsearched.join(', ')}`;
  const sealed = streams.reduce((sum, each) => sum + each.sealed, 0);
  if (sealed > 0)
    yield `not seen whose they are: ${counted(sealed, 'record')} in quarantine that no key opens or of which a part is kept; see \`tributary quarantine list\``;
}

const formOf = ({ streams, tokens, crosswalk }: Erasure) =>
  [
    table(
      ['connection', 'stream', 'rows', 'quarantined', 'unclear'],
      streams.map((one) => [one.connection, one.stream, one.rows, one.quarantined, one.sealed]),
    ),
    ...(tokens > 1 || crosswalk > 0
      ? [`${counted(tokens, 'token')} of the member over rotations of keys; ${crosswalk} of them in crosswalks`]
      : []),
  ].join('\n');
