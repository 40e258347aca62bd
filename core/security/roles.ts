/** What a route or a verb may ask for. What is not granted is refused. */
export const PERMISSIONS = {
  'status:read': 'see connections, runs, requests, schedules, alerts, logs and metrics',
  'report:read': 'see the report',
  'report:share': 'make links under which others see the report without a login',
  'runs:manage': 'run, cancel, pause and resume connections, and read days again',
  'sources:add': 'try new sources and have them added to the configuration',
  'alerts:manage': 'acknowledge alerts',
  'audit:read': 'see the audit log',
  'break-glass:use':
    'see records and figures of single persons in an emergency, for a limited time and not without others being told',
  'phi:read': 'see records and figures that may tell of a single person',
} as const;

export type Permission = keyof typeof PERMISSIONS;

export const ROLES = {
  viewer: ['status:read'],
  analyst: ['status:read', 'report:read'],
  operator: ['status:read', 'report:read', 'runs:manage', 'alerts:manage', 'break-glass:use'],
  admin: [
    'status:read',
    'report:read',
    'report:share',
    'runs:manage',
    'sources:add',
    'alerts:manage',
    'audit:read',
    'break-glass:use',
  ],
  auditor: ['status:read', 'audit:read'],
  /** Goes beside another role: not even an admin has it by being one. */
  phi: ['phi:read'],
} as const satisfies Record<string, readonly Permission[]>;

export type Role = keyof typeof ROLES;

export const ROLE_NAMES = Object.keys(ROLES) as readonly Role[];

export function permissionsOf(roles: readonly Role[]): ReadonlySet<Permission> {
  return new Set(roles.flatMap((role) => ROLES[role] as readonly Permission[]));
}

/** The roles that have a permission, for a sentence. */
export function rolesWith(permission: Permission): readonly Role[] {
  return ROLE_NAMES.filter((role) => (ROLES[role] as readonly Permission[]).includes(permission));
}

/** Why somebody is refused. */
export function lacking(permission: Permission): string {
  return `This needs the right to ${PERMISSIONS[permission]} ("${permission}"), which the roles ${rolesWith(permission).join(', ')} have.`;
}
