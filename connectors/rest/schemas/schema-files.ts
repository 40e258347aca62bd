import { readFile } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { ConnectorError } from '#sdk';
import { componentsOf, type Manifest } from '../manifest/load.js';
import { isComponent, type Component } from '../manifest/text.js';
import type { Problem } from '../manifest/validate.js';
import { aroundOf } from '../run/environment.js';
import { Text, type Surroundings } from '../run/text.js';
import { templateOf } from '../template/template.js';

/** What a stream that names no schema loader has: a file that may be there. */
export const UNDECLARED_FILE: Component = { type: 'JsonFileSchemaLoader' };

/** The JSON Schema that lies in a file beside the manifest. Throws `config` where it cannot be read; one that nobody declared may be missing. */
export async function fileSchema(
  node: Component,
  stream: string,
  folder: string,
  around: Surroundings,
): Promise<Component> {
  const declared =
    typeof node['file_path'] === 'string' ? new Text(node['file_path'], around).text() : `schemas/${stream}.json`;
  const refused = (what: string, hint: string, cause?: unknown) =>
    new ConnectorError('config', `Stream "${stream}": the schema file "${declared}" ${what}.`, { stream, hint, cause });
  const path = resolve(folder, declared);
  if (!path.startsWith(resolve(folder) + sep))
    throw refused('lies outside of the folder of the manifest', 'Put it below that folder.');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (node === UNDECLARED_FILE && (cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw refused(
      `cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown'})`,
      `Put it at "${path}", correct \`file_path\`, or write the schema into the manifest by an InlineSchemaLoader.`,
      cause,
    );
  }
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch (cause) {
    throw refused(`is no JSON: ${(cause as Error).message}`, `Correct "${path}".`, cause);
  }
  if (!isComponent(schema)) throw refused('is no JSON Schema, which is an object', `Correct "${path}".`);
  if (/"\$ref"\s*:/.test(text))
    throw refused('holds a "$ref", which is not followed here', 'Write what it leads to in its place.');
  return schema;
}

/**
 * What is wrong with the schema files that the streams of a manifest declare, those of parents too. Without a configuration a path
 * that reads it is not judged.
 */
export async function schemaFileProblems(
  { root, lines }: Manifest,
  folder: string,
  config?: Component,
): Promise<readonly Problem[]> {
  const declared: { node: Component; stream: string; path: string; line: number | undefined }[] = [];
  const seen = new WeakSet<object>();
  const look = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    if (isComponent(value) && value['schema_loader'] !== undefined)
      for (const node of componentsOf(value['schema_loader']))
        if (node['type'] === 'JsonFileSchemaLoader')
          declared.push({
            node,
            stream: String(value['name'] ?? ''),
            path: `${path}.schema_loader`,
            line: lines.of(node, 'file_path') ?? lines.of(node) ?? lines.of(value, 'schema_loader') ?? lines.of(value),
          });
    for (const [key, part] of Object.entries(value)) if (key !== '$parameters') look(part, `${path}.${key}`);
  };
  look(root['streams'], 'manifest.streams');
  const problems: Problem[] = [];
  for (const { node, stream, path, line } of declared) {
    const source = String(node['file_path'] ?? '');
    const around = aroundOf(node, { config: config ?? {} });
    if (config === undefined && templateOf(source).names.has('config')) continue;
    try {
      await fileSchema(node, stream, folder, around);
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      problems.push({ severity: 'error', line, path, message: `${error.message} ${error.details.hint ?? ''}`.trim() });
    }
  }
  return problems;
}
