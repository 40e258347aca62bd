import type { Permission, Role } from './roles.js';

/** Who asks. */
export interface Principal {
  /** As it stands in the audit log: `local`, `token:NAME`, or the subject that the login told. */
  readonly name: string;
  readonly roles: readonly Role[];
  /** How it is known: by a token, a login, or, where none is needed, not at all. */
  readonly login: 'none' | 'token' | 'session';
  readonly permissions: ReadonlySet<Permission>;
  /** What it may do after a login with a second factor only. */
  readonly withheld?: ReadonlySet<Permission>;
  /** The only connections that it may see; undefined: all. */
  readonly connections?: readonly string[];
  /** The only regions whose figures it may see, and nothing else; undefined: all. */
  readonly regions?: readonly string[];
  /** The emergency access that gives it the right to see PHI. */
  readonly breakGlass?: string;
}
