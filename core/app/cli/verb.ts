import { CommanderError, type Command } from 'commander';
import type { Configuration } from '../configuration.js';
import type { Installation } from '../installation.js';
import type { Tracing } from '../tracing.js';
import { auditedAct } from './audited.js';
import { createOutput, printError, type Output } from './output.js';

const DEFAULT_CONFIG = 'config/tributary.yaml';

/** What a verb works with; configuration and installation are opened when they are first asked for. */
export interface VerbContext {
  readonly output: Output;
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  readonly configFile: string;
  /** The file of `--config` where it was given; for verbs to which it is something else than the configuration. */
  readonly givenConfig: string | undefined;
  configuration(): Promise<Configuration>;
  installation(): Promise<Installation>;
}

/** Does the work and gives the exit code; nothing means 0. */
export type VerbWork<Options> = (
  context: VerbContext,
  args: readonly string[],
  options: Options,
) => Promise<number | void>;

interface GlobalOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** Gives a command its work: opens what it needs, prints what goes wrong, closes everything, and sets the exit code. */
export function does<Options = Record<string, never>>(command: Command, work: VerbWork<Options>): void {
  command.action(async () => {
    const { config, json, ...options } = command.optsWithGlobals<GlobalOptions & Record<string, unknown>>();
    const output = createOutput(json === true);
    const file = config ?? (process.env['TRIBUTARY_CONFIG'] || DEFAULT_CONFIG);
    const { signal, stop } = stopOnSignals(output);
    let configuration: Promise<Configuration> | undefined;
    let installation: Promise<Installation> | undefined;
    let tracing: Tracing | undefined;
    // What is large is loaded when a verb needs it: `--help` and mistakes are answered at once.
    const context: VerbContext = {
      output,
      signal,
      configFile: file,
      givenConfig: config,
      configuration: () =>
        (configuration ??= import('../configuration.js').then(async ({ loadConfiguration }) => {
          const loaded = await loadConfiguration(file, process.env);
          output.scrubBy(loaded.scrub);
          return loaded;
        })),
      installation: () =>
        (installation ??= Promise.all([context.configuration(), import('../installation.js')]).then(
          async ([loaded, { openInstallation }]) => {
            const note = (text: string) => output.note(text);
            const { startTracing } = await import('../tracing.js');
            tracing = await startTracing(process.env, loaded.scrub, note);
            return openInstallation(loaded, note);
          },
        )),
    };
    try {
      const act = auditedAct(command, options);
      // Before it is done: what the log cannot take does not happen.
      if (act !== undefined) {
        const open = await context.installation();
        await (await import('../configuration-changes.js')).noteConfiguration(open);
        await (await open.store()).audit.append(act);
      }
      process.exitCode = (await work(context, command.args, options as Options)) ?? 0;
    } catch (error) {
      if (error instanceof CommanderError) throw error; // a usage error, which Commander has told
      process.exitCode = signal.aborted ? INTERRUPTED : printError(error, output);
    } finally {
      stop();
      // What could not be opened has been told; what cannot be closed has not.
      await installation?.then(
        (open) => open.close().catch((error: unknown) => output.note(String(error))),
        () => undefined,
      );
      await tracing?.close();
    }
  });
}

const INTERRUPTED = 130;

/** The first signal asks for a clean stop, the second ends at once. */
function stopOnSignals(output: Output): { readonly signal: AbortSignal; readonly stop: () => void } {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    output.note('stopping: what is in flight is committed or dropped; once more to end at once');
    controller.abort(new Error('stopped by a signal'));
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    stop: () => {
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    },
  };
}
