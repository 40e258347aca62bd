import type { Command } from 'commander';
import type { Reviewed } from '../../api/index.js';
import { reviewAccess } from '../access-review.js';
import { table } from './output.js';
import { does } from './verb.js';

const NAMED_ACTS = 3;

export function accessVerb(program: Command): void {
  const group = program.command('access').description('who may do what');
  const review = group.command('review').description('who may do what, and when each last did');
  does(review, async ({ installation, output, signal }) => {
    const found = await reviewAccess(await installation(), new Date(), signal);
    output.data('tributary.access_review/1', found, () =>
      [
        table(
          ['who', 'kind', 'roles', 'connections', 'regions', 'expires', 'last seen', 'did last', 'look at'],
          found.reviewed.map((one) => [
            one.name,
            one.kind,
            one.roles.join(', '),
            one.connections?.join(', ') ?? 'all',
            one.regions?.join(', ') ?? 'all',
            one.expires_at,
            one.last_seen_at ?? 'never',
            actsText(one),
            one.notes.join('; '),
          ]),
        ),
        ...found.groups.map(
          ({ group: name, roles, connections, regions, notes }) =>
            `group ${name}: ${roles.join(', ')}; connections ${connections?.join(', ') ?? 'all'}; regions ${regions?.join(', ') ?? 'all'}${notes.map((note) => `; ${note}`).join('')}`,
        ),
      ].join('\n'),
    );
  });
}

function actsText({ acts }: Reviewed): string {
  const named = acts.slice(0, NAMED_ACTS).map(({ action, times }) => `${action} (${times})`);
  return [...named, ...(acts.length > NAMED_ACTS ? [`and ${acts.length - NAMED_ACTS} more`] : [])].join(', ');
}
