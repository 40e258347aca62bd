import { join, resolve } from 'node:path';
import { ConnectorError, nearest, optionError, parseDuration, type OptionIssue } from '#sdk';
import {
  schemaFaults,
  secretPaths,
  secretValues,
  unknownOptions,
  type AirbyteMessage,
  type AirbyteStream,
  type ConnectorSpecification,
  type Json,
} from '#sdk/wire/airbyte';
import type { AirbyteConfig } from './airbyte.config.js';
import { keptConfig } from './kept-config.js';
import { airbyteProgram, type AirbyteProgram } from './program.js';

/** A source with its configuration, ready to be asked; each question is asked once. */
export interface Connected {
  readonly given: AirbyteConfig;
  readonly program: AirbyteProgram;
  /** What the source says of its configuration, which is held against it. */
  specification(): Promise<ConnectorSpecification>;
  /** The configuration as it is now: what the source handed out last takes the place of what was given. */
  config(): Promise<Json>;
  catalog(): Promise<readonly AirbyteStream[]>;
  /** Takes the secrets out of a text. */
  scrub(text: string): string;
}

/** By which Airbyte's declarative runner is given a manifest, among the options. */
const INJECTED_MANIFEST = '__injected_declarative_manifest';
const KEPT = 'airbyte-config.json';
/** What is shorter stands in half of all words; masking it would tell it. */
const SHORTEST_SECRET = 4;

interface Surroundings {
  readonly signal: AbortSignal;
  readonly baseFolder: string;
  readonly keepFolder: string | undefined;
}

export function connected(given: AirbyteConfig, { signal, baseFolder, keepFolder }: Surroundings): Connected {
  const own = withSecrets(given);
  const file =
    given.config_file !== undefined
      ? resolve(baseFolder, given.config_file)
      : keepFolder === undefined
        ? undefined
        : join(keepFolder, KEPT);
  const kept = keptConfig(file, own);
  const secrets = new Set([...Object.values(given.secrets), ...Object.values(given.environment)]);
  let schema: Json | undefined;
  const hide = (config: Json) => {
    for (const value of secretValues(config, schema)) secrets.add(value);
  };
  const scrub = (text: string) =>
    [...secrets]
      .filter(({ length }) => length >= SHORTEST_SECRET)
      .toSorted((a, b) => b.length - a.length)
      .reduce(
        (masked, secret) => masked.replaceAll(secret, '***').replaceAll(JSON.stringify(secret).slice(1, -1), '***'),
        text,
      );
  const program = airbyteProgram({
    command: given.command,
    environment: given.environment,
    folder: baseFolder,
    silenceMs: parseDuration(given.timeout) ?? 0,
    signal,
    scrub,
    async onConfig(config) {
      hide(config);
      await kept.write(config);
    },
  });
  let specifying: Promise<ConnectorSpecification> | undefined;
  let discovering: Promise<readonly AirbyteStream[]> | undefined;
  const specify = async () => {
    const said = await lastOf(program.run('spec', {}), 'SPEC');
    if (said === undefined) throw nothingSaid('spec', 'SPEC');
    schema = said.spec.connectionSpecification;
    hide(own);
    const faults = schemaFaults(own, schema).map((issue) => placed(issue, given));
    if (faults.length > 0)
      throw optionError(faults, {
        hint: 'The options are those of the source: see its documentation, or run it with `spec`.',
      });
    return said.spec;
  };
  const specification = () => (specifying ??= specify());
  const config = async () => {
    await specification();
    const handedOut = await kept.read();
    if (handedOut !== undefined) hide(handedOut);
    return handedOut ?? own;
  };
  return {
    given,
    program,
    scrub,
    specification,
    config,
    catalog: () =>
      (discovering ??= (async () => {
        const said = await lastOf(program.run('discover', { config: await config() }), 'CATALOG');
        if (said === undefined) throw nothingSaid('discover', 'CATALOG');
        return said.catalog.streams;
      })()),
  };
}

type MessageOf<T extends AirbyteMessage['type']> = Extract<AirbyteMessage, { type: T }>;

/** The last message of a kind; the program is heard to its end. */
export async function lastOf<T extends AirbyteMessage['type']>(
  said: AsyncIterable<readonly AirbyteMessage[]>,
  type: T,
): Promise<MessageOf<T> | undefined> {
  let found: MessageOf<T> | undefined;
  for await (const messages of said)
    for (const message of messages) if (message.type === type) found = message as MessageOf<T>;
  return found;
}

export const nothingSaid = (verb: string, type: string) =>
  new ConnectorError('source', `The source ended well and answered \`${verb}\` without a ${type}.`, {
    hint: 'Run it by hand; another version of it may do better.',
  });

/** `config` with what `secrets` puts over it, along paths. */
function withSecrets({ config, secrets }: AirbyteConfig): Json {
  const whole = structuredClone(config);
  for (const [path, value] of Object.entries(secrets)) {
    const names = path.split('.');
    let node = whole;
    for (const name of names.slice(0, -1)) {
      const next = Object.hasOwn(node, name) ? node[name] : undefined;
      if (typeof next === 'object' && next !== null && !Array.isArray(next)) node = next as Record<string, unknown>;
      else node = setOwn(node, name, {}) as Record<string, unknown>;
    }
    setOwn(node, names.at(-1)!, value);
  }
  return whole;
}

/** Also where the name is one that objects have anyway. */
function setOwn(node: Record<string, unknown>, name: string, value: unknown): unknown {
  Object.defineProperty(node, name, { value, writable: true, enumerable: true, configurable: true });
  return value;
}

/** A fault of the source's configuration at the place in ours where that value stands. */
function placed({ path, message }: OptionIssue, { secrets }: AirbyteConfig): OptionIssue {
  const inSecrets = path.join('.');
  return { path: Object.hasOwn(secrets, inSecrets) ? ['secrets', inSecrets] : ['config', ...path], message };
}

/** What the source would read past without a word, for its specification lets any option pass. */
export async function unreadOptions({ given, specification }: Connected): Promise<readonly string[]> {
  // A manifest in place of a source: its options are those of the manifest, and the specification is that of what runs it.
  if (Object.hasOwn(given.config, INJECTED_MANIFEST)) return [];
  const { connectionSpecification: schema } = await specification();
  return unknownOptions(withSecrets(given), schema).map(({ path, known }) => {
    const at = placed({ path, message: '' }, given).path;
    const near = nearest(String(path.at(-1)), known);
    const next = near === undefined ? `It names: ${known.join(', ')}.` : `Did you mean "${near}"?`;
    return `\`${at.join('.')}\` is no option that the source's \`spec\` names, so that the source may pass over it. ${next}`;
  });
}

/** The paths of secrets, by the specification, that stand under `config`. */
export async function openSecrets({ given, specification }: Connected, config: Json): Promise<readonly string[]> {
  const { connectionSpecification: schema } = await specification();
  const paths = secretPaths(config, schema).map((path) => path.join('.'));
  return [...new Set(paths)].filter((path) => !Object.hasOwn(given.secrets, path) && valueIsGiven(given.config, path));
}

const valueIsGiven = (config: Json, path: string) =>
  path.split('.').reduce<unknown>((part, name) => (part as Json | undefined)?.[name], config) !== undefined;
