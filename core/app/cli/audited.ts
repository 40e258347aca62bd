import type { Command } from 'commander';
import type { AuditedAct } from '../../security/index.js';
import { whoAmI } from '../account.js';

/** The verbs that change something or show what may be about people, and how many of their arguments the log may tell. */
const AUDITED: Readonly<Record<string, number>> = {
  sync: 1,
  backfill: 1,
  verify: 1,
  erase: 0,
  retention: 1,
  'state set': 3,
  'state reset': 2,
  pause: 1,
  resume: 1,
  'requests cancel': 1,
  'quarantine show': 2,
  'quarantine replay': 2,
  'alerts ack': 1,
  'report build': 0,
  'report chart': 1,
  'report publish': 0,
  'report mail': 0,
  classify: 1,
  'keys rotate-tokens': 1,
  'keys reveal': 3,
  'keys token': 3,
  'report link': 0,
  'tokens create': 1,
  'tokens revoke': 1,
  'break-glass open': 1,
  'break-glass list': 0,
  'break-glass end': 1,
  'break-glass review': 1,
  'access review': 0,
  'audit list': 0,
  'audit verify': 0,
  // A statement may hold anything.
  query: 1,
};

const OPTIONS = [
  'withPhi',
  'month',
  'filter',
  'release',
  'format',
  'from',
  'to',
  'stream',
  'fullRefresh',
  'repair',
  'role',
  'connection',
  'region',
  'reason',
  'for',
  'expires',
];

/** What the audit log says of a command; undefined where it says nothing, as of a dry run. */
export function auditedAct(command: Command, options: Readonly<Record<string, unknown>>): AuditedAct | undefined {
  const name = [command.parent, command].filter((each) => each?.parent).map((each) => each!.name());
  const told = AUDITED[name.join(' ')];
  if (told === undefined || options['dryRun'] === true) return undefined;
  const given = Object.entries(options).filter(([option, value]) => OPTIONS.includes(option) && value !== undefined);
  return {
    actor: whoAmI(),
    action: name.join('.'),
    object: command.args.slice(0, told).join(' '),
    outcome: 'allowed',
    detail: { by: 'command line', ...Object.fromEntries(given) },
  };
}
