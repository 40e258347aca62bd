import { InvalidArgumentError, type Command } from 'commander';
import { parseDuration } from '../../protocol/index.js';
import { ConnectorError } from '../../sdk/index.js';
import { newApiToken, ROLE_NAMES, type ApiToken, type Role } from '../../security/index.js';
import { whoAmI } from '../account.js';
import { table } from './output.js';
import { does } from './verb.js';

interface CreateOptions {
  readonly role: readonly Role[];
  readonly connection?: readonly string[];
  readonly region?: readonly string[];
  readonly expires: number;
}

export function tokensVerb(program: Command): void {
  const group = program.command('tokens').description('API tokens: who may ask the host, and for what');

  const create = group
    .command('create')
    .description('makes a token and shows it once')
    .argument('<name>', 'who or what uses it, as the audit log will name it')
    .requiredOption('--role <role>', `${ROLE_NAMES.join(', ')}; may be repeated`, roles)
    .option('--connection <name>', 'may see no other; may be repeated', also)
    .option('--region <name>', 'may see the figures of no other, and nothing else; may be repeated', also)
    .option('--expires <duration>', 'like 90d, at most 400d', lifetime, lifetime('90d'));
  does<CreateOptions>(
    create,
    async ({ installation, output, signal }, [name], { role, connection, region, expires }) => {
      const open = await installation();
      const { configuration, store } = open;
      for (const one of connection ?? []) configuration.connection(one);
      if (region !== undefined) {
        checkRegional(role, connection);
        await (await import('../regions.js')).checkRegions(open, region, signal);
      }
      const now = Date.now();
      const { text, ...made } = newApiToken();
      const token: ApiToken = {
        id: made.id,
        name: name as string,
        roles: role,
        ...(connection === undefined ? {} : { connections: connection }),
        ...(region === undefined ? {} : { regions: region }),
        createdAt: new Date(now).toISOString(),
        createdBy: whoAmI(),
        expiresAt: new Date(now + expires).toISOString(),
      };
      await (await store()).tokens.create({ ...token, digest: made.digest });
      output.note('This is shown once. Keep it where secrets are kept.');
      output.data('tributary.token/1', { ...tokenForm(token), token: text }, () => text);
    },
  );

  const list = group
    .command('list')
    .description('who has one, and when it was used last; the tokens themselves are kept nowhere');
  does(list, async ({ installation, output }) => {
    const tokens = await (await (await installation()).store()).tokens.list();
    output.data('tributary.tokens/1', tokens.map(tokenForm), () =>
      tokens.length === 0
        ? 'no tokens'
        : table(
            ['id', 'name', 'roles', 'connections', 'regions', 'created', 'by', 'expires', 'revoked', 'last used'],
            tokens.map((one) => [
              one.id,
              one.name,
              one.roles.join(', '),
              one.connections?.join(', ') ?? 'all',
              one.regions?.join(', ') ?? 'all',
              one.createdAt,
              one.createdBy,
              one.expiresAt,
              one.revokedAt,
              one.lastUsedAt ?? 'never',
            ]),
          ),
    );
  });

  const revoke = group
    .command('revoke')
    .description('a token is refused from now on')
    .argument('<id>', 'of `tokens list`');
  does(revoke, async ({ installation, output }, [id]) => {
    if (!(await (await (await installation()).store()).tokens.revoke(id as string)))
      throw new ConnectorError('config', `There is no token "${id}" that is not revoked.`, {
        hint: 'See `tributary tokens list`.',
      });
    output.data('tributary.token_revoked/1', { id }, () => `${id} is revoked`);
  });
}

function tokenForm({
  id,
  name,
  roles,
  connections,
  regions,
  createdAt,
  createdBy,
  expiresAt,
  revokedAt,
  lastUsedAt,
}: ApiToken): object {
  return {
    id,
    name,
    roles,
    connections: connections ?? null,
    regions: regions ?? null,
    created_at: createdAt,
    created_by: createdBy,
    expires_at: expiresAt,
    revoked_at: revokedAt ?? null,
    last_used_at: lastUsedAt ?? null,
  };
}

const also = (name: string, before: readonly string[] = []): readonly string[] => [...before, name];

/** As `access.oidc.grants` has it. */
function checkRegional(role: readonly Role[], connection: readonly string[] | undefined): void {
  if (connection !== undefined || role.some((one) => one !== 'analyst' && one !== 'phi'))
    throw new ConnectorError('config', 'A token of a region sees the report and nothing else.', {
      hint: 'Give it --role analyst and no --connection.',
    });
}

function roles(text: string, before: readonly Role[] = []): readonly Role[] {
  if (!(ROLE_NAMES as readonly string[]).includes(text))
    throw new InvalidArgumentError(`It must be one of ${ROLE_NAMES.join(', ')}.`);
  return [...before, text as Role];
}

function lifetime(text: string): number {
  const duration = parseDuration(text);
  if (duration === undefined || duration < 60_000 || duration > 400 * 86_400_000)
    throw new InvalidArgumentError('It must be a duration like 90d, from 1m to 400d.');
  return duration;
}
