import type { Bind } from '../engine/run.js';
import type { Fault } from '../faults.js';

export interface Reply {
  readonly status: number;
  readonly json?: unknown;
  /** Of a chunk, instead of JSON. */
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The connection is broken instead. */
  readonly cut?: boolean;
}

/** One statement that came in. */
export interface StatementRecord {
  readonly number: number;
  readonly sessionId: number;
  readonly queryId: string;
  readonly sql: string;
  readonly binds?: Readonly<Record<string, Bind>>;
  readonly queryTag: string;
  /** `lost` is one whose answer was cut or that never ran. */
  outcome: 'running' | 'succeeded' | 'failed' | 'lost';
  error?: { readonly code: string; readonly message: string };
  fault?: Fault['kind'];
}

export const ok = (data: unknown, code: string | null = null): Reply => ({
  status: 200,
  json: { data, code, message: null, success: true },
});
export const failed = (code: string, message: string, data: unknown = null): Reply => ({
  status: 200,
  json: { data, code, message, success: false },
});
export const ofStatus = (fault: Fault): Reply | undefined => {
  if (fault.kind === 'reset') return { status: 0, cut: true };
  if (fault.kind === '503' || fault.kind === '429' || fault.kind === '403')
    return {
      status: Number(fault.kind),
      json: { message: `The simulator answers ${fault.kind}.` },
      headers: fault.kind === '429' ? { 'retry-after': '1' } : {},
    };
  return undefined;
};

export const SESSION_EXPIRED = failed('390112', 'Your session has expired. Please login again.');
export const SESSION_GONE = failed('390111', 'Session no longer exists.  New login required to access the service.');
export const TOKEN_INVALID = failed('390104', 'Authentication token is invalid.');
export const MASTER_EXPIRED = failed('390114', 'Authentication token has expired.  The user must authenticate again.');
