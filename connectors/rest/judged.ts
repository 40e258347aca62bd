import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { stringify } from 'yaml';
import { ConnectorError, isConnectorError, type ConfigFinding } from '#sdk';
import { secretValues } from '#sdk/wire/airbyte';
import { systemClock, type HttpClock } from '#sdk/http';
import { loadManifest, type Manifest } from './manifest/load.js';
import { unknownOptions } from './manifest/options.js';
import { isComponent, UnreadableManifest, type Component } from './manifest/text.js';
import { setAlong } from './records/change.js';
import type { RestConfig } from './rest.config.js';
import type { Replacement } from './run/environment.js';
import { ownModule } from './run/own-module.js';
import { normalizedConfig } from './run/normalize-config.js';
import { schemaFileProblems } from './schemas/schema-files.js';
import { byClock } from './time/clock.js';

export interface Judging {
  /** As the manifest is called in messages. */
  readonly name: string;
  /** The folder of the manifest. */
  readonly folder: string;
  readonly replacements: ReadonlyMap<string, Replacement>;
  /** What the manifest calls `config`; without it what reads an option is not judged. */
  readonly given: Component | undefined;
  /** Told of what is secret by the manifest's `spec`, before any of it is looked at. */
  readonly onSecret?: (secret: string) => void;
  readonly clock?: HttpClock;
}

/**
 * Says what is wrong with a manifest, with what a connection gives it. Throws `config` for what is no YAML, and where the manifest
 * can be run and its options do not fit its `spec`.
 */
export async function judgedManifest(
  text: string,
  { name, folder, replacements, given, onSecret = () => undefined, clock = systemClock }: Judging,
): Promise<{ readonly manifest: Manifest; readonly own: Component }> {
  const loaded = loadManifest(text, { name, replacedClasses: new Set(replacements.keys()) });
  const { root, problems, isShort } = loaded;
  if (problems.some(({ severity }) => severity === 'error') || given === undefined)
    return { manifest: { ...loaded, problems: [...problems, ...(await schemaFileProblems(loaded, folder))] }, own: {} };
  const spec = isComponent(root['spec']) ? root['spec'] : undefined;
  secretValues(given, spec?.['connection_specification']).forEach(onSecret);
  const own = byClock(clock, () => normalizedConfig(spec, given, replacements));
  const found = [
    ...unknownOptions(root, text, own, isShort ? 'error' : 'warning'),
    ...(await schemaFileProblems(loaded, folder, own)),
  ];
  return { manifest: { ...loaded, problems: [...problems, ...found] }, own };
}

/** The text of a source's manifest, how it is called in messages, and the folder that its files are looked for in. */
export async function writtenManifest({ manifest, api }: RestConfig, baseFolder: string) {
  if (manifest === undefined) return { text: stringify(api), name: 'api', folder: baseFolder };
  const path = resolve(baseFolder, manifest);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    // It may be one of the configuration, or an argument.
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new ConnectorError('config', `The manifest "${path}" ${isMissing ? 'is not there' : 'cannot be read'}.`, {
      cause,
      hint: isMissing ? 'Check the path.' : 'Check what it is, and its rights.',
    });
  });
  return { text, name: basename(path), folder: dirname(path) };
}

/** What is wrong with the manifest of a source and with what it is given, at the options that say so; nothing is asked of any API. */
export async function configFindings(config: RestConfig, baseFolder: string): Promise<readonly ConfigFinding[]> {
  const place = config.manifest === undefined ? 'api' : 'manifest';
  /** A manifest has lines of its own, and columns of its keys are not kept. */
  const inFile = (line = 1, column = 1) =>
    config.manifest === undefined ? {} : { at: { file: config.manifest, line, column } };
  try {
    const { text, folder } = await writtenManifest(config, baseFolder);
    const replacements = await replacementsOf(config, baseFolder);
    const judging = { name: config.manifest ?? 'api', folder, replacements, given: givenOf(config) };
    const { manifest } = await judgedManifest(text, judging);
    return manifest.problems.map((problem) => {
      const { severity, path, line, message } = problem;
      if (place === 'manifest') return { severity, path: [place], ...inFile(line), message: `${path}: ${message}` };
      // The block is part of the configuration, so its own line is told; what stands in the components that it becomes has none.
      const below = /^(?:manifest\.|config\[)/.test(path) ? [] : path.split('.');
      const at = below.length === 0 ? `${path}: ` : '';
      return { severity, path: [place, ...below], message: `${at}${message}` };
    });
  } catch (error) {
    if (error instanceof UnreadableManifest)
      return [{ severity: 'error', path: [place], ...inFile(error.line, error.column), message: error.fault }];
    if (!isConnectorError(error)) throw error;
    const { message, details } = error;
    return [{ severity: 'error', path: [place], message: [message, details.hint ?? ''].join(' ').trim() }];
  }
}

/** The options of the manifest, secrets in their places. */
export function givenOf({ manifest_config: open, secrets }: RestConfig): Component {
  const given = structuredClone(open) as Component;
  for (const [name, value] of Object.entries(secrets)) setAlong(given, name.split('.'), value);
  return given;
}

/** Loads the modules that take the place of Python classes. Throws `config` where one cannot be loaded, or has no such function. */
export async function replacementsOf(
  { modules, secrets }: Pick<RestConfig, 'modules' | 'secrets'>,
  folder: string,
): Promise<ReadonlyMap<string, Replacement>> {
  const found = new Map<string, Replacement>();
  for (const [name, path] of Object.entries(modules))
    found.set(name, await ownModule(name, path, folder, Object.values(secrets)));
  return found;
}
