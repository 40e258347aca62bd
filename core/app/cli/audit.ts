import type { Command } from 'commander';
import { verifyAudit } from '../audit.js';
import { table } from './output.js';
import { wholeNumber } from './runs.js';
import { does } from './verb.js';

/** The exit code of what an audit finds wrong is that of an expectation that failed. */
const FLAWED = 9;
const MOST_TOLD = 50;

export function auditVerb(program: Command): void {
  const group = program.command('audit').description('the log of who did what');

  const list = group
    .command('list')
    .description('the latest entries')
    .option('--actor <name>', 'only what this one did')
    .option('--action <name>', 'only this, as tokens.create')
    .option('--limit <n>', 'how many', wholeNumber, 50);
  does<{ actor?: string; action?: string; limit: number }>(list, async ({ installation, output }, _args, options) => {
    const entries = await (await (await installation()).store()).audit.list(options);
    output.data(
      'tributary.audit/1',
      entries.map(({ detail, ...entry }) => ({ ...entry, detail: JSON.parse(detail) as unknown })),
      () =>
        table(
          ['number', 'at', 'actor', 'action', 'object', 'outcome', 'detail'],
          entries.map(({ seq, at, actor, action, object, outcome, detail }) => [
            seq,
            at,
            actor,
            action,
            object,
            outcome,
            detail,
          ]),
        ),
    );
  });

  const verify = group
    .command('verify')
    .description('finds entries that were edited, removed, swapped, inserted or cut off')
    .option('--anchor <file>', 'what was kept outside (default: audit.anchor of the configuration)');
  does<{ anchor?: string }>(verify, async ({ installation, output }, _args, { anchor }) => {
    const { entries, anchors, isKeyed, flaws } = await verifyAudit(await installation(), anchor);
    output.data('tributary.audit_verified/1', { entries, anchors, is_keyed: isKeyed, flaws }, () =>
      flaws.length === 0
        ? `${entries} entries hold, by ${anchors} anchors`
        : [
            ...flaws.slice(0, MOST_TOLD).map(({ seq, what }) => `entry ${seq} ${what}`),
            ...(flaws.length > MOST_TOLD ? [`and ${flaws.length - MOST_TOLD} more`] : []),
          ].join('\n'),
    );
    if (!isKeyed)
      output.note(
        'There is no audit.key: who may write to the store could write the whole log anew, which only an anchor shows.',
      );
    return flaws.length === 0 ? 0 : FLAWED;
  });
}
