import type { z } from 'zod';
import type { DestinationSession, SqlSession } from '../protocol/index.js';

export interface OpenContext {
  readonly signal: AbortSignal;
  readonly baseFolder: string;
  /** A folder of the installation for what is on its way; absent: where the system keeps what is temporary. */
  readonly spoolFolder?: string;
  /** Called at named points of the load path; tests stop the process there. */
  readonly probe?: (point: string) => Promise<void> | void;
}

/**
 * A destination plugin. `connect` gives the session of one run; `sql` a session for `query`, marts and report, absent where
 * the destination speaks no SQL.
 */
export interface DestinationDefinition<C extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly summary: string;
  readonly config: C;
  /** Resolves when the destination can be written with this configuration; throws a `ConnectorError` that says why not. */
  check(config: z.output<C>, context: OpenContext): Promise<void>;
  connect(config: z.output<C>, context: OpenContext): Promise<DestinationSession>;
  sql?(config: z.output<C>, context: OpenContext & { readonly readOnly: boolean }): Promise<SqlSession>;
}

/** A destination as registry and engine see it, whatever its types. */
export interface DestinationPlugin {
  readonly kind: 'destination';
  readonly name: string;
  readonly summary: string;
  readonly config: z.ZodObject;
  check(config: unknown, context: OpenContext): Promise<void>;
  connect(config: unknown, context: OpenContext): Promise<DestinationSession>;
  sql?(config: unknown, context: OpenContext & { readonly readOnly: boolean }): Promise<SqlSession>;
}

export function defineDestination<C extends z.ZodObject>(definition: DestinationDefinition<C>): DestinationPlugin {
  return { kind: 'destination', ...definition } as unknown as DestinationPlugin;
}
