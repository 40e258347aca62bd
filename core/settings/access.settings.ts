import { Flag, MinutesText, Pattern, SigningKey, Text } from './fields.js';
import { Key, OptionalKey, Rule, TEXT, keyed, list, one, word } from './shape.js';

const SAFE_ISSUER = /^(https:\/\/[^\s/]+|http:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?)(\/\S*)?$/;

export class TlsSettings {
  @Key('The certificate with its chain, as PEM; a reference.', { example: '"${file:/run/secrets/tls.crt}"' })
  @Pattern(/-----BEGIN CERTIFICATE-----/, 'must be a certificate in PEM, as "${file:…}" reads one')
  certificate: string;

  @Key('Its key, as PEM; a reference.', { example: '"${file:/run/secrets/tls.key}"' })
  @Pattern(/-----BEGIN [A-Z ]*PRIVATE KEY-----/, 'must be a private key in PEM, as "${file:…}" reads one')
  private_key: string;
}

const ROLES = ['viewer', 'analyst', 'operator', 'admin', 'auditor', 'phi'] as const;
type Role = (typeof ROLES)[number];

/** Counts of runs, records and files come from all regions: only the report can be seen by region. */
const REGIONAL: readonly Role[] = ['analyst', 'phi'];

@Rule<GrantSettings>(({ roles, connections, regions }) => {
  if (regions === undefined) return undefined;
  if (connections !== undefined)
    return {
      key: 'connections',
      message: 'cannot stand beside regions, which give the report only; remove one of them',
    };
  return roles.every((role) => REGIONAL.includes(role))
    ? undefined
    : {
        key: 'roles',
        message: `can be ${REGIONAL.join(' and ')} only beside regions: only the report is told by region`,
      };
})
export class GrantSettings {
  @Key('What its people may do (docs/security.md).', { shape: list(word(ROLES)), example: '[operator]' })
  roles: Role[];

  @OptionalKey('The only connections that they see, and no report; absent: all.', { shape: list(TEXT) })
  connections?: string[];

  @OptionalKey('The only regions whose figures they see in the report, and nothing else; absent: all.', {
    shape: list(TEXT),
    example: '[South]',
  })
  regions?: string[];
}

/** Emergency access. */
export class BreakGlassSettings {
  @OptionalKey('The longest time for which it can be asked.')
  @MinutesText()
  longest: string = '1h';
}

export class OidcSettings {
  @Key("The provider's address, whose `/.well-known/openid-configuration` tells the rest.", {
    example: 'https://login.example.org/realms/company',
  })
  @Pattern(SAFE_ISSUER, 'must be an https:// address (http:// only for this machine)')
  issuer: string;

  @Key('As the provider knows this host; its redirect URI is `public_url` with `/login/callback`.', {
    example: 'tributary',
  })
  @Text()
  client_id: string;

  @Key('Its secret; a reference.', { example: '"${env:OIDC_CLIENT_SECRET}"' })
  @Text()
  client_secret: string;

  @OptionalKey('What is asked of the provider.')
  @Text()
  scope: string = 'openid profile email';

  @OptionalKey('The claim, of the ID token or of userinfo, that names the groups of a person.')
  @Text()
  roles_claim: string = 'groups';

  @Key('What the people of a group may do; who is in none is refused.', {
    shape: keyed(one(GrantSettings)),
    example: '{ outreach-admins: { roles: [admin] } }',
  })
  grants: Record<string, GrantSettings>;

  @OptionalKey('Roles that only a login with a second factor gives, as the claim `amr` tells it.', {
    shape: list(word(ROLES)),
  })
  mfa_roles: Role[] = ['admin', 'phi'];
}

/** Who may reach the host; without this section it needs no login and answers on loopback only. */
@Rule<AccessSettings>(({ tls, behind_proxy }) =>
  tls !== undefined && behind_proxy
    ? { key: 'behind_proxy', message: 'cannot be true where the host speaks TLS itself; remove one of them' }
    : undefined,
)
export class AccessSettings {
  @Key('The address by which people and programs reach the host.', { example: 'https://tributary.example.org' })
  @Pattern(
    /^(https:\/\/[^\s/?#@]+|http:\/\/(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d+)?)\/?$/,
    'must be an https:// address without a path (http:// only for this machine)',
  )
  public_url: string;

  @OptionalKey('The host speaks TLS itself.', { shape: one(TlsSettings) })
  tls?: TlsSettings;

  @OptionalKey(
    'A proxy on this machine or in its private network speaks TLS, is the only one that reaches the host, and tells the caller in `X-Forwarded-For`.',
  )
  @Flag()
  behind_proxy: boolean = false;

  @OptionalKey('Login of people at the OpenID Connect provider of the company.', { shape: one(OidcSettings) })
  oidc?: OidcSettings;

  @OptionalKey(
    'Operators and admins can take the right to see PHI for a limited time, with a reason; needs an alert rule `break_glass`.',
    { shape: one(BreakGlassSettings), example: '{ longest: 1h }' },
  )
  break_glass?: BreakGlassSettings;

  @OptionalKey('After so long without a request a login is over.')
  @MinutesText()
  idle_logoff: string = '15m';
}

/** The log of who did what. */
export class AuditSettings {
  @OptionalKey(
    'Key that chains the entries, so that nobody without it can write the log anew; a reference of at least 32 characters.',
    { example: '"${env:AUDIT_KEY}"' },
  )
  @SigningKey()
  key?: string;

  @OptionalKey(
    'A file to which a host adds, every hour, how far the log goes, so that a cut is noticed; best on a medium that takes nothing back.',
    { example: '/var/lib/anchors/tributary.jsonl' },
  )
  @Text()
  anchor?: string;
}
