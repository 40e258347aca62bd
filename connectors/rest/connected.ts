import { resolve } from 'node:path';
import { ConnectorError } from '#sdk';
import { secretValues } from '#sdk/wire/airbyte';
import { systemClock, type HttpClock } from '#sdk/http';
import { tokenFile } from './auth/token-file.js';
import { givenOf, judgedManifest, replacementsOf, writtenManifest } from './judged.js';
import { assertRunnable, componentsOf, problemText, type Manifest } from './manifest/load.js';
import { isComponent, type Component } from './manifest/text.js';
import { hostOf, type AddressGuard } from './requests/address-guard.js';
import { apiBudget } from './requests/api-budget.js';
import { apiClient, type ApiClientOptions } from './requests/api-client.js';
import { isTokenLike } from './credentials.js';
import { faultText } from './redact.js';
import type { RestConfig } from './rest.config.js';
import type { Environment, TokenStore } from './run/environment.js';
import { atOnce } from './run/at-once.js';
import { Text } from './run/text.js';
import { templateOf } from './template/template.js';
import {
  declarativeStream,
  streamNodes,
  type DeclarativeStream,
  type StreamSettings,
} from './streams/declarative-stream.js';
import { dynamicStreams } from './streams/dynamic-streams.js';
import { withCachedParents } from './streams/parents.js';

export interface ConnectOptions {
  readonly signal: AbortSignal;
  readonly baseFolder: string;
  readonly clock?: HttpClock;
  readonly random?: () => number;
  readonly onExchange?: ApiClientOptions['onExchange'];
  readonly answers?: ApiClientOptions['answers'];
  readonly onRetry?: ApiClientOptions['onRetry'];
  /** Told of each secret as soon as it is known: those of the configuration and, where a person asks, tokens of authenticators. */
  readonly onSecret?: (secret: string) => void;
  /** Where refresh tokens are kept in place of `tokens_file`. */
  readonly tokens?: TokenStore;
  /** True where a person asks and reads the answer: faults then say what the API says of them. What runs by itself keeps that out of its logs. */
  readonly isAttended?: boolean;
}

/** A manifest with its configuration, ready to be read. */
export interface Connected {
  readonly manifest: Manifest;
  readonly environment: Environment;
  readonly settings: StreamSettings;
  /** Made when they are first asked for: dynamic ones ask the API for what there is. */
  streams(): Promise<ReadonlyMap<string, DeclarativeStream>>;
  /** Streams by the name of the dynamic definition that they come from. */
  dynamic(): Promise<ReadonlyMap<string, readonly string[]>>;
  /** From now on faults say what the API says of them, as with `isAttended`. */
  attend(): void;
  close(): Promise<void>;
}

export async function connect(config: RestConfig, options: ConnectOptions): Promise<Connected> {
  const { signal, baseFolder, clock = systemClock, random = Math.random } = options;
  let isAttended = options.isAttended === true;
  const secrets = new Set<string>();
  const hide = (secret: string): void => {
    secrets.add(secret);
    options.onSecret?.(secret);
  };
  Object.values(config.secrets).forEach(hide);
  const { text, name, folder } = await writtenManifest(config, baseFolder);
  const replacements = await replacementsOf(config, baseFolder);
  const judging = { name, folder, replacements, given: givenOf(config), onSecret: hide, clock };
  const { manifest, own } = await judgedManifest(text, judging);
  assertRunnable(manifest);
  const { root } = manifest;
  const spec = isComponent(root['spec']) ? root['spec'] : undefined;
  secretValues(own, spec?.['connection_specification']).forEach(hide);
  const guard = guardOf(root, own, config);
  const client = apiClient({
    guard,
    clock,
    random,
    signal,
    maxResponseBytes: config.max_response_bytes,
    budget: apiBudget(
      isComponent(root['api_budget']) ? root['api_budget'] : undefined,
      { config: own, parameters: {}, clock },
      clock,
    ),
    onExchange: options.onExchange,
    answers: options.answers,
    onRetry: options.onRetry,
    faultText: (body) => (isAttended ? faultText(body, secrets) : ''),
  });
  const environment: Environment = {
    config: own,
    client,
    clock,
    signal,
    maxResponseBytes: config.max_response_bytes,
    replacements,
    isShort: manifest.isShort,
    tokens:
      options.tokens ??
      (config.tokens_file === undefined
        ? undefined
        : tokenFile(resolve(baseFolder, config.tokens_file), { clock, signal })),
    onToken: (token) => {
      // A run tells nobody what an API says, and may log in for each request: it keeps none.
      if (isAttended && isTokenLike(token)) hide(token);
    },
  };
  const settings: StreamSettings = {
    environment,
    folder,
    maxPages: config.max_pages,
    atOnce: atOnce(root, own),
  };
  let making: Promise<Made> | undefined;
  const made = () => (making ??= makeStreams(root, settings));
  return {
    manifest,
    environment,
    settings,
    streams: async () => (await made()).streams,
    dynamic: async () => (await made()).dynamic,
    attend: () => void (isAttended = true),
    close: () => client.close(),
  };
}

/** Warnings of a manifest, as they are told. */
export const warningsOf = ({ name, problems }: Manifest): readonly string[] =>
  problems.filter(({ severity }) => severity === 'warning').map((problem) => problemText(name, problem));

/** Fields that hold an address which the manifest, and not an answer, decides. */
const ADDRESS_FIELDS = new Set(['url_base', 'url', 'path', 'token_refresh_endpoint']);

/** Hosts that can be told from the manifest and its configuration before anything is read. */
function guardOf(root: Component, config: Component, { allow, allowed_hosts: allowedHosts }: RestConfig): AddressGuard {
  const hosts = new Set<string>();
  const seen = new WeakSet<object>();
  const look = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || seen.has(node)) return;
    seen.add(node);
    for (const [key, value] of Object.entries(node)) {
      if (typeof value === 'string' && ADDRESS_FIELDS.has(key)) {
        const host = hostOf(evaluated(value, node as Component, config));
        if (host !== undefined) hosts.add(host);
      } else if (key !== '$parameters' && key !== 'schema' && key !== 'connection_specification') look(value);
    }
  };
  look(root);
  return {
    allowed: { loopback: allow.includes('loopback'), private: allow.includes('private'), http: allow.includes('http') },
    hosts,
    patterns: allowedHosts.map((host) => host.toLowerCase()),
  };
}

/** Names that a template of an address may read and that say nothing of its host: they stand behind it. */
const UNKNOWN = '_';

function evaluated(source: string, node: Component, config: Component): string | undefined {
  const template = templateOf(source);
  const other = [...template.names].filter((name) => name !== 'config' && name !== 'parameters');
  const parameters = isComponent(node['$parameters']) ? node['$parameters'] : {};
  if (other.length === 0) return textOrNone(() => new Text(source, { config, parameters }).text());
  // What comes before the first such name decides, as far as it goes beyond the host.
  const head = /^https?:\/\/[^/{}]+\//i.exec(
    source.replace(
      /\{\{\s*config[^{}]*\}\}/g,
      (part) => textOrNone(() => new Text(part, { config, parameters }).text()) ?? UNKNOWN,
    ),
  )?.[0];
  return head;
}

function textOrNone(work: () => string): string | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

interface Made {
  readonly streams: ReadonlyMap<string, DeclarativeStream>;
  readonly dynamic: ReadonlyMap<string, readonly string[]>;
}

async function makeStreams(root: Component, settings: StreamSettings): Promise<Made> {
  const { environment } = settings;
  const nodes = [...streamNodes(root['streams'], environment)];
  const dynamic = new Map<string, string[]>();
  for (const [at, definition] of componentsOf(root['dynamic_streams']).entries()) {
    const found = await dynamicStreams(definition, settings);
    dynamic.set(
      String(definition['name'] || `dynamic_stream_${at}`),
      found.map((node) => String(node['name'])),
    );
    nodes.push(...found);
  }
  const streams = new Map<string, DeclarativeStream>();
  for (const node of withCachedParents(nodes)) {
    const name = String(node['name'] ?? '');
    if (name === '' || streams.has(name))
      throw new ConnectorError(
        'config',
        name === '' ? 'A stream of the manifest has no name.' : `The manifest has two streams "${name}".`,
        { hint: 'Give each stream a name of its own.' },
      );
    streams.set(name, declarativeStream(node, settings));
  }
  return { streams, dynamic };
}
