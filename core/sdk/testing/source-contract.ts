import { parseDuration, type OpenSource, type SqlSession } from '../../protocol/index.js';
import type { SourcePlugin } from '../source.js';
import { checkAbort } from './abort.js';
import { checkConfig } from './config.js';
import { checkCredentials, leaksOf } from './credentials.js';
import { checkReading } from './reading.js';

/** A source with a configuration under which it can really be read: a local server that plays the API will do. */
export interface SourceCase {
  readonly plugin: SourcePlugin;
  readonly config: Readonly<Record<string, unknown>>;
  /** First day (or instant) after what is read of incremental streams; what lies before it must stand still. */
  readonly until: string;
  /** Streams to read; absent: all. */
  readonly streams?: readonly string[];
  /** Span of the small windows that are read beside those of the stream's own span. Default `7d`. */
  readonly window?: string;
  /** Streams that give a record again with the same key, by name, each with its reason; one that does not is a finding. */
  readonly repeats?: Readonly<Record<string, string>>;
  /** Folder from which paths in the configuration are taken. Default: the working directory. */
  readonly baseFolder?: string;
  /** For a source that reads a destination of the configuration. */
  readonly sql?: (destination: string) => Promise<SqlSession>;
  /** A configuration whose credential is refused. Absent: the same with every secret changed, if it has any. */
  readonly badConfig?: Readonly<Record<string, unknown>>;
}

/** One thing that does not hold. */
export interface Finding {
  /** What was looked at, e.g. `primary key`. */
  readonly check: string;
  readonly stream?: string;
  readonly message: string;
}

/** What the parts of the contract share. */
export interface Trial extends SourceCase {
  readonly smallWindowMs: number;
  /** Opens the source with the configuration of the case, or another one, under a signal of its own. */
  open(signal: AbortSignal, config?: Readonly<Record<string, unknown>>): Promise<OpenSource>;
  report(check: string, message: string, stream?: string): void;
  /** Keeps an error to see later that it holds no secret. */
  sawError(error: unknown): void;
}

/** Fails with a list of all that does not hold; resolves when the source keeps the contract. */
export async function testSource(sourceCase: SourceCase): Promise<void> {
  const findings = await findingsOf(sourceCase);
  if (findings.length === 0) return;
  const lines = findings.map(
    ({ check, stream, message }) => `- ${check}${stream === undefined ? '' : ` of stream "${stream}"`}: ${message}`,
  );
  throw new Error(`Source "${sourceCase.plugin.name}" breaks the contract:\n${lines.join('\n')}`);
}

/**
 * All that does not hold:
 * - the configuration is accepted, an unknown key is not, every key is described;
 * - `check` resolves, and with a wrong credential fails as `auth`;
 * - every record fits its schema, primary keys are there and unique;
 * - reading by small windows gives the same records as reading by the longest ones;
 * - an aborted read ends within a second;
 * - no error holds a secret.
 */
export async function findingsOf(sourceCase: SourceCase): Promise<readonly Finding[]> {
  const { plugin, config, baseFolder = process.cwd(), window = '7d' } = sourceCase;
  const smallWindowMs = parseDuration(window);
  if (smallWindowMs === undefined) throw new TypeError(`"${window}" is not a duration such as 7d or 6h`);
  const findings: Finding[] = [];
  const errors: unknown[] = [];
  const trial: Trial = {
    ...sourceCase,
    smallWindowMs,
    open: async (signal, other = config) =>
      plugin.open(plugin.config.parse(other), {
        signal,
        baseFolder,
        ...(sourceCase.sql === undefined ? {} : { sql: sourceCase.sql }),
      }),
    report: (check, message, stream) =>
      void findings.push({ check, message, ...(stream === undefined ? {} : { stream }) }),
    sawError: (error) => void errors.push(error),
  };
  if (!checkConfig(trial)) return findings;
  for (const part of [checkCredentials, checkReading, checkAbort])
    await part(trial).catch((error: unknown) => {
      errors.push(error);
      trial.report(part === checkReading ? 'reading' : 'opening', String(error));
    });
  for (const leak of leaksOf(trial, errors)) trial.report('secrets', leak);
  return findings;
}
