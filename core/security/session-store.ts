import type { Role } from './roles.js';

/** A login that was begun at the provider. The state is kept as its SHA-256 only. Instants are ISO 8601 in UTC. */
export interface LoginAttempt {
  readonly state: Buffer;
  /** Of PKCE. */
  readonly verifier: string;
  readonly nonce: string;
  /** A path of this host. */
  readonly returnTo: string;
}

/** Who logged in. */
export interface Session {
  /** The provider's name for the person, which never changes. */
  readonly subject: string;
  /** For people: a mail address or user name. */
  readonly name: string;
  readonly roles: readonly Role[];
  /** As the provider tells it. */
  readonly hasSecondFactor: boolean;
  readonly connections?: readonly string[];
  /** As a principal has them. */
  readonly regions?: readonly string[];
}

export interface SessionStore {
  begin(attempt: LoginAttempt): Promise<void>;
  /** Takes it out, since an answer counts once; undefined where there is none of the last ten minutes. */
  take(state: Buffer): Promise<Omit<LoginAttempt, 'state'> | undefined>;
  open(digest: Buffer, session: Session): Promise<void>;
  /** Undefined where it was idle for longer than that, is older than twelve hours, or was closed. */
  find(digest: Buffer, options: { readonly idleMs: number; readonly prolongs: boolean }): Promise<Session | undefined>;
  /** Whose it was; undefined where there was none. */
  close(digest: Buffer): Promise<string | undefined>;
}
