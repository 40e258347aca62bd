import { ConnectorError } from '../../sdk/index.js';
import { lacking } from '../../security/index.js';
import { accessOf } from '../access.js';
import type { Installation } from '../installation.js';

const TOKEN = 'TRIBUTARY_TOKEN';

/**
 * Lets only those on who have the right `phi:read`, and keeps in the audit log that they asked for `object`. On a machine without
 * `access` whoever has an account may do everything; with it, the command line shows figures of a few members, as the API
 * does, only to a token with the role `phi`.
 */
export async function requirePhiRight(
  { configuration, store }: Installation,
  action: string,
  object: string,
): Promise<void> {
  const { settings } = configuration;
  if (settings.access === undefined) return;
  const access = accessOf(settings, await store());
  const token = process.env[TOKEN];
  const principal =
    token === undefined || token === ''
      ? { refused: `${TOKEN} is not set.` }
      : await access.authenticate({
          authorization: `Bearer ${token}`,
          cookie: undefined,
          isUnattended: false,
          address: 'command line',
        });
  const isKnown = !('refused' in principal);
  const outcome = isKnown && principal.permissions.has('phi:read') ? 'allowed' : 'denied';
  const actor = isKnown ? principal.name : 'unknown';
  await access.audit({ actor, action, object, outcome, detail: { by: 'command line' } });
  if (outcome === 'allowed') return;
  throw new ConnectorError('auth', isKnown ? lacking('phi:read') : principal.refused, {
    hint: `Set ${TOKEN} to an API token with the role phi: tributary tokens create NAME --role analyst --role phi.`,
  });
}
