import type { AccessReview, Reviewed } from '../api/index.js';
import { permissionsOf, type ActSummary, type ApiToken, type AuditEntry } from '../security/index.js';
import type { Settings } from '../settings/index.js';
import type { Installation } from './installation.js';
import { regionNotes } from './regions.js';

/** Who has not been seen for so long may not need what he may do. */
const UNUSED_AFTER_MS = 90 * 86_400_000;

/** For the warehouse, which knows the regions. */
const PATIENCE_MS = 10_000;

/** Who may do what, and when each last did, as the store and the audit log know it. */
export async function reviewAccess(
  installation: Installation,
  now: Date,
  signal: AbortSignal = AbortSignal.timeout(PATIENCE_MS),
): Promise<AccessReview> {
  const { configuration, store } = installation;
  const ofRegions = await regionNotes(installation, signal);
  const { tokens, audit } = await store();
  const [all, acts, logins] = await Promise.all([tokens.list(), audit.summary(), audit.lastOfEach('login.oidc')]);
  const { settings } = configuration;
  const actsOf = (actor: string) => acts.filter((one) => one.actor === actor);
  const people = new Set(logins.map(({ actor }) => actor));
  const machines = [...new Set(acts.map(({ actor }) => actor))].filter(
    (actor) => !people.has(actor) && !/^(token:|local$|unknown$)/.test(actor),
  );
  return {
    reviewed: [
      ...all.map((token) => ofToken(token, actsOf(`token:${token.name}`), settings, now)),
      ...logins.map((login) => ofPerson(login, actsOf(login.actor), now)),
      ...machines.map((name) => ofMachine(name, actsOf(name))),
    ].map((one) => ({ ...one, notes: [...one.notes, ...ofRegions(one.regions)] })),
    groups: Object.entries(settings.access?.oidc?.grants ?? {}).map(([group, { roles, connections, regions }]) => ({
      group,
      roles,
      connections: connections ?? null,
      regions: regions ?? null,
      notes: ofRegions(regions ?? null),
    })),
  };
}

function ofToken(token: ApiToken, acts: readonly ActSummary[], { connections }: Settings, now: Date): Reviewed {
  const { name, roles, revokedAt, expiresAt, lastUsedAt } = token;
  const gone = (token.connections ?? []).filter((one) => !Object.hasOwn(connections, one));
  const isOver = revokedAt !== undefined || Date.parse(expiresAt) <= now.getTime();
  const over = revokedAt === undefined ? 'expired' : `revoked at ${revokedAt}`;
  return {
    kind: 'token',
    name: `token:${name}`,
    roles,
    permissions: isOver ? [] : [...permissionsOf(roles)],
    connections: token.connections ?? null,
    regions: token.regions ?? null,
    expires_at: expiresAt,
    last_seen_at: lastUsedAt ?? null,
    acts: acts.map(formOf),
    notes: [
      ...(isOver ? [over] : restNotes(lastUsedAt ?? null, now)),
      ...gone.map((one) => `its connection ${one} is not configured`),
    ],
  };
}

function ofPerson({ actor, at, detail }: AuditEntry, acts: readonly ActSummary[], now: Date): Reviewed {
  const { roles, connections, regions } = JSON.parse(detail) as Pick<ApiToken, 'roles' | 'connections' | 'regions'>;
  const last = [at, ...acts.map(({ lastAt }) => lastAt)].toSorted().at(-1)!;
  return {
    kind: 'person',
    name: actor,
    roles,
    permissions: [...permissionsOf(roles)],
    connections: connections ?? null,
    regions: regions ?? null,
    expires_at: null,
    last_seen_at: last,
    acts: acts.map(formOf),
    notes: restNotes(last, now),
  };
}

function ofMachine(name: string, acts: readonly ActSummary[]): Reviewed {
  return {
    kind: 'machine',
    name,
    roles: [],
    permissions: [],
    connections: null,
    regions: null,
    expires_at: null,
    last_seen_at:
      acts
        .map(({ lastAt }) => lastAt)
        .toSorted()
        .at(-1) ?? null,
    acts: acts.map(formOf),
    notes: ['has an account on a machine, where no role is asked for'],
  };
}

function restNotes(lastSeen: string | null, now: Date): readonly string[] {
  if (lastSeen === null) return ['never used'];
  return now.getTime() - Date.parse(lastSeen) > UNUSED_AFTER_MS ? ['not seen for 90 days'] : [];
}

const formOf = ({ action, times, lastAt }: ActSummary) => ({ action, times, last_at: lastAt });
