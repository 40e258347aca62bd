import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConnectorError, parseDuration } from '#sdk';
import { privateFolder, startProcess, type PrivateFolder, type RunningProcess } from '#sdk/process';
import { readCatalog, type CatalogEntry } from '#sdk/wire/singer';
import { writeJson } from '#sdk/http';
import type { SingerConfig } from './singer.config.js';

/** A tap with its configuration. */
export interface Tap {
  /** The streams that it discovers, or that the catalog in its place names; asked for once. */
  catalog(): Promise<readonly CatalogEntry[]>;
  /** Starts it to read what is chosen in the catalog, from a state on. */
  start(catalog: readonly CatalogEntry[], state: unknown, onNote: (line: string) => void): Promise<RunningProcess>;
  /** Ends what still runs, and removes what was written for it. */
  close(): Promise<void>;
}

/** The largest catalog that a tap may print. */
const CATALOG_BYTES = 256 * 2 ** 20;

export function openTap(config: SingerConfig, signal: AbortSignal, baseFolder: string): Tap {
  const running = new Set<RunningProcess>();
  let folder: PrivateFolder | undefined;
  let found: Promise<readonly CatalogEntry[]> | undefined;
  let files = 0;
  const file = (name: string, value: unknown) => {
    folder ??= privateFolder();
    files += 1;
    return folder.write(`${name}-${files}.json`, writeJson(value));
  };
  const run = async (options: readonly string[], onNote: (line: string) => void = () => undefined) => {
    const configFile = await file('config', withSecrets(config.config, config.secrets));
    const started = startProcess({
      command: [...config.command, '--config', configFile, ...options],
      environment: config.environment,
      folder: baseFolder,
      signal,
      onNote,
      silenceMs: parseDuration(config.timeout)!,
      maxLineBytes: options.includes('--discover') ? CATALOG_BYTES : config.max_message_bytes,
    });
    running.add(started);
    return started;
  };
  const name = config.command[0]!;

  async function discover(): Promise<readonly CatalogEntry[]> {
    if (config.catalog !== undefined) return catalogFile(resolve(baseFolder, config.catalog));
    const started = await run(['--discover']);
    const lines: string[] = [];
    for await (const some of started.lines) lines.push(...some);
    let catalog: unknown;
    try {
      catalog = JSON.parse(lines.join('\n'));
    } catch {
      throw started.failure(
        lines.length === 0 ? 'printed nothing for `--discover`' : 'printed for `--discover` what is no JSON',
      );
    }
    return readCatalog(catalog, `"${name}"`);
  }
  return {
    catalog: () => (found ??= discover()),
    async start(catalog, state, onNote) {
      const options = [config.catalog_option, await file('catalog', { streams: catalog })];
      if (state !== undefined) options.push('--state', await file('state', state));
      return run(options, onNote);
    },
    async close() {
      await Promise.all([...running].map((each) => each.stop()));
      folder?.remove();
      folder = undefined;
    },
  };
}

async function catalogFile(path: string): Promise<readonly CatalogEntry[]> {
  try {
    return readCatalog(JSON.parse(await readFile(path, 'utf8')), `"${path}"`);
  } catch (error) {
    if (error instanceof ConnectorError) throw error;
    throw new ConnectorError(
      'config',
      `The catalog "${path}" cannot be read: ${(error as Error).message.slice(0, 200)}`,
      {
        cause: error,
        hint: '`catalog` is the path of a JSON file, from the folder of the configuration on.',
      },
    );
  }
}

/** Puts each secret where its path leads to; a path through what is no object replaces it. */
function withSecrets(
  config: Readonly<Record<string, unknown>>,
  secrets: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> {
  const whole = structuredClone(config) as Record<string, unknown>;
  for (const [path, value] of Object.entries(secrets)) {
    const names = path.split('.');
    const last = names.pop()!;
    let place = whole;
    for (const name of names) {
      const inner = Object.hasOwn(place, name) ? place[name] : undefined;
      const next: Record<string, unknown> =
        typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? (inner as Record<string, unknown>) : {};
      Object.defineProperty(place, name, { value: next, enumerable: true, writable: true, configurable: true });
      place = next;
    }
    Object.defineProperty(place, last, { value, enumerable: true, writable: true, configurable: true });
  }
  return whole;
}
