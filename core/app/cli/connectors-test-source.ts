import { EXIT_CODES } from '../../sdk/index.js';
import type { SourceCase } from '../../sdk/testing/index.js';
import type { Installation } from '../installation.js';
import { counted } from './output.js';
import type { VerbContext } from './verb.js';

export interface SourceTestOptions {
  /** The first day that is not read. */
  readonly until?: string;
  readonly stream?: readonly string[];
  readonly window?: string;
}

const DAY_MS = 86_400_000;
/** What is younger may still change between two readings. */
const SETTLED_DAYS = 2;

/** The contract of sources on one of the configuration, which it reads twice and never writes to. */
export async function testSourceOf(
  { output }: VerbContext,
  { configuration, sql }: Installation,
  name: string,
  options: SourceTestOptions,
  signal: AbortSignal,
): Promise<number> {
  const { plugin } = await configuration.plugin('source', name);
  const { config } = configuration.settings.sources[name]!;
  const { findingsOf } = await import('../../sdk/testing/index.js');
  const until = options.until ?? new Date(Date.now() - SETTLED_DAYS * DAY_MS).toISOString().slice(0, 10);
  const given: SourceCase = {
    plugin,
    config: config as Readonly<Record<string, unknown>>,
    until,
    baseFolder: configuration.loaded.folder,
    sql: (destination) => sql(destination, { readOnly: true, signal }),
    ...(options.stream === undefined ? {} : { streams: options.stream }),
    ...(options.window === undefined ? {} : { window: options.window }),
  };
  output.progress(`reading "${name}" up to ${until}`);
  const found = await findingsOf(given);
  signal.throwIfAborted();
  const findings = found.map(({ check, stream, message }) => ({
    check,
    stream: stream ?? null,
    message: output.scrub(message),
  }));
  output.data('tributary.connectors_test_source/1', { source: name, until, findings }, () =>
    [
      ...findings.map(
        ({ check, stream, message }) => `FAIL  ${check}${stream === null ? '' : ` of "${stream}"`}: ${message}`,
      ),
      findings.length === 0 ? 'It keeps the contract of sources.' : `${counted(findings.length, 'finding')}.`,
    ].join('\n'),
  );
  return findings.length === 0 ? 0 : EXIT_CODES.source;
}
