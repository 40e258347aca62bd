import type { ErrorReport } from '../protocol/index.js';

/** Somebody wants a connection to rest. Instants are ISO 8601 in UTC. */
export interface Pause {
  readonly since: string;
  /** Who: an account of the command line, or `api`. */
  readonly by: string;
  readonly reason?: string;
  /** It ends by itself then. */
  readonly until?: string;
}

/** A fault that no repetition heals: a person is asked for. */
export interface ActionRequired {
  readonly since: string;
  readonly error: ErrorReport;
  /** The request that ended with it. */
  readonly request: string;
  /** Which settings it happened with, so that a process with others knows that they have changed. */
  readonly settings: SettingsPrint;
}

/** A hash of settings with secrets in them: salted, and slow to make, since it lies in the store. */
export interface SettingsPrint {
  readonly salt: string;
  readonly hash: string;
}

/** Why nothing of a connection's schedule is run. */
export interface Holds {
  readonly paused?: Pause;
  readonly actionRequired?: ActionRequired;
}

/**
 * What keeps schedules from running. While a connection is held, its slots get no request and what its schedule has asked for
 * is not begun; what goes on ends as it would, and what a person asks for is run. Every method may be repeated.
 */
export interface HoldStore {
  /** One that is paused already stays so since then, with the new reason and end. */
  pause(connection: string, pause: Omit<Pause, 'since'>): Promise<void>;
  /** Ends the pause, and takes what was asked of a person for done. */
  resume(connection: string): Promise<void>;
  requireAction(connection: string, action: Omit<ActionRequired, 'since'>): Promise<void>;
  /** Takes what was asked of a person for done, unless it was asked anew since then. */
  lift(connection: string, action: Pick<ActionRequired, 'since'>): Promise<void>;
  /** Of every connection that is held now, by the database's clock. */
  list(): Promise<Readonly<Record<string, Holds>>>;
}
