import { basename } from 'node:path';
import { ConnectorError, jsonText, toConnectorError, type ErrorKind } from '#sdk';
import { privateFolder, startProcess, type PrivateFolder } from '#sdk/process';
import { readMessage, type AirbyteMessage, type FailureType, type Json, type TraceError } from '#sdk/wire/airbyte';

export interface ProgramOptions {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Where it runs. */
  readonly folder: string;
  readonly silenceMs: number;
  readonly signal: AbortSignal;
  /** Takes the secrets of its configuration out of what it says. */
  readonly scrub: (text: string) => string;
  /** Keeps a configuration that it hands out; what comes after is given on only once that is done. */
  readonly onConfig: (config: Json) => Promise<void>;
}

/** The files that a verb is given, by their option: `--config`, `--catalog`, `--state`. */
export type Files = Readonly<Partial<Record<'config' | 'catalog' | 'state', unknown>>>;

export interface AirbyteProgram {
  /**
   * What it says on stdout, all that comes together; faults, logs and configurations are dealt with here. Throws what it tells of
   * as a fault, and otherwise why it ended badly. `warn` hears of lines that are no messages.
   */
  run(
    verb: 'spec' | 'check' | 'discover' | 'read',
    files: Files,
    warn?: (text: string) => void,
  ): AsyncIterable<readonly AirbyteMessage[]>;
}

/** A source whose fault is its own is no bug of ours, and what it does not call transient is not tried again. */
const KINDS: Readonly<Record<FailureType, ErrorKind>> = {
  config_error: 'config',
  transient_error: 'transient',
  system_error: 'source',
};
const NEXT: Readonly<Record<FailureType, string>> = {
  config_error: 'Correct `config` or `secrets` of the source.',
  transient_error: 'The source takes it for passing: run it again later.',
  system_error:
    'Look at its options first: `tributary check` names those that the source may pass over. Else run it by hand with the same configuration, or try another version of it.',
};
const LONGEST_TEXT = 1_000;
/** Lines of its log and of its stderr that are told with a fault whose own text says little. */
const LAST_LINES = 5;
const QUIET = ['DEBUG', 'TRACE'];

export function airbyteProgram(options: ProgramOptions): AirbyteProgram {
  const { command, environment, folder, silenceMs, signal, scrub, onConfig } = options;
  const name = basename(command[0]!);

  async function* run(verb: string, files: Files, warn: (text: string) => void = () => undefined) {
    const place = privateFolder();
    let fault: TraceError | undefined;
    let lastLog: string | undefined;
    const lastLines: string[] = [];
    const hear = (text: string) => {
      const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
      lastLines.push(...lines.slice(-LAST_LINES).map((line) => line.slice(0, LONGEST_TEXT)));
      lastLines.splice(0, lastLines.length - LAST_LINES);
    };
    let [number, messages, noise, firstNoise] = [0, 0, 0, 0];
    const take = async (line: string, found: AirbyteMessage[]) => {
      number += 1;
      if (line.trim() === '') return;
      const message = readMessage(line, number);
      if (message === undefined) {
        noise += 1;
        firstNoise ||= number;
        return;
      }
      messages += 1;
      if (message.type === 'TRACE' && message.trace.type === 'ERROR') fault ??= message.trace.error;
      else if (message.type === 'CONTROL') await onConfig(message.control.connectorConfig.config);
      else if (message.type === 'LOG') {
        if (!QUIET.includes(message.log.level)) hear(message.log.message);
        if (message.log.level === 'ERROR' || message.log.level === 'FATAL') lastLog = message.log.message;
      } else found.push(message);
    };
    try {
      const parameters = await written(place, files);
      const child = startProcess({
        command: [...command, verb, ...parameters],
        environment,
        folder,
        signal,
        silenceMs,
        onNote: hear,
      });
      try {
        for await (const lines of child.lines) {
          const found: AirbyteMessage[] = [];
          for (const line of lines) await take(line, found);
          if (found.length > 0) yield found;
        }
      } finally {
        await child.stop();
      }
    } catch (error) {
      signal.throwIfAborted();
      throw fault === undefined ? ownFault(error, lastLog) : tracedFault(fault, lastLines);
    } finally {
      place.remove();
    }
    if (fault !== undefined) throw tracedFault(fault, lastLines);
    if (messages === 0)
      throw new ConnectorError('source', `"${name} ${verb}" ended without a message of the Airbyte protocol.`, {
        hint: 'Is `command` an Airbyte source? Run it by hand with `spec` at the end.',
      });
    if (noise > 0)
      warn(
        `${noise} ${noise === 1 ? 'line' : 'lines'} of "${name} ${verb}" are no messages of the Airbyte protocol and were left out, the first is line ${firstNoise}.`,
      );
  }

  const ownFault = (error: unknown, lastLog: string | undefined) => {
    const { kind, message, details } = toConnectorError(error);
    const said = lastLog === undefined ? '' : ` Its log says last: ${lastLog.slice(0, LONGEST_TEXT)}`;
    const whole = message.startsWith('Line ') ? `"${name}": ${message}` : message;
    return new ConnectorError(kind, scrub(whole + said), details);
  };
  const tracedFault = (traced: TraceError, lines: readonly string[]) => {
    const { message, internal_message: inner, failure_type: type = 'system_error', stream_descriptor: of } = traced;
    const more = inner === undefined || message.includes(inner) ? '' : ` (${inner.slice(0, LONGEST_TEXT)})`;
    // A fault of the configuration is told for people; any other is often but a word that something failed.
    const last =
      type === 'config_error' || lines.length === 0 ? '' : `\nThe last lines of its log:\n${lines.join('\n')}`;
    return new ConnectorError(KINDS[type], scrub(`${name}: ${message}${more}${last}`), {
      ...(of === undefined ? {} : { stream: of.name }),
      hint: NEXT[type],
    });
  };
  return { run };
}

/** Files that others on the machine cannot read, and the options that name them. */
async function written(place: PrivateFolder, files: Files): Promise<readonly string[]> {
  const parameters: string[] = [];
  for (const [option, content] of Object.entries(files)) {
    parameters.push(`--${option}`, await place.write(`${option}.json`, jsonText(content) ?? '{}'));
  }
  return parameters;
}
