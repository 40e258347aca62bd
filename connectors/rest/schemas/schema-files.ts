import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { ConnectorError } from '#sdk';
import { componentsOf, type Manifest } from '../manifest/load.js';
import { isComponent, type Component } from '../manifest/text.js';
import type { Problem } from '../manifest/validate.js';
import { aroundOf } from '../run/environment.js';
import { Text, type Surroundings } from '../run/text.js';
import { templateOf } from '../template/template.js';
import { resolvedSchema } from './schema-references.js';

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
  const refused: Refused = (what, hint, cause) =>
    new ConnectorError('config', `Stream "${stream}": the schema file "${declared}" ${what}.`, { stream, hint, cause });
  const path = resolve(folder, declared);
  if (!path.startsWith(resolve(folder) + sep))
    throw refused('lies outside of the folder of the manifest', 'Put it below that folder.');
  const read = (file: string) => readFile(file, 'utf8');
  let text: string;
  try {
    text = await read(path);
  } catch (cause) {
    if (node === UNDECLARED_FILE && codeOf(cause) === 'ENOENT') return {};
    throw refused(
      `cannot be read (${codeOf(cause)})`,
      `Put it at "${path}", correct \`file_path\`, or write the schema into the manifest by an InlineSchemaLoader.`,
      cause,
    );
  }
  const schema = schemaIn(text, path, refused);
  if (!text.includes('"$ref"')) return schema;
  const shared = sharedFolder(folder, path);
  return resolvedSchema(schema, {
    refused: (what) => refused(what, `Correct "${path}".`),
    async read(name, reference) {
      const file = resolve(shared, name);
      const refers = `refers to "${reference}", `;
      if (!file.startsWith(shared + sep) || URL.canParse(name))
        throw refused(`${refers}which lies outside of "${shared}"`, 'Put what is referred to there.');
      const part = await read(file).catch((cause: unknown) => {
        throw refused(`${refers}and "${file}" cannot be read (${codeOf(cause)})`, `Put it at "${file}".`, cause);
      });
      return schemaIn(part, file, (what, hint, cause) => refused(`${refers}which ${what}`, hint, cause));
    },
  });
}

type Refused = (what: string, hint: string, cause?: unknown) => ConnectorError;

const codeOf = (cause: unknown): string => (cause as NodeJS.ErrnoException).code ?? 'unknown';

function schemaIn(text: string, path: string, refused: Refused): Component {
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch (cause) {
    throw refused(`is no JSON: ${(cause as Error).message}`, `Correct "${path}".`, cause);
  }
  if (!isComponent(schema)) throw refused('is no JSON Schema, which is an object', `Correct "${path}".`);
  return schema;
}

/** Where parts lie that several schemas refer to: `schemas/shared`, however deep below `schemas` a file of the manifest lies. */
function sharedFolder(folder: string, path: string): string {
  const steps = relative(folder, dirname(path)).split(sep);
  const at = steps.lastIndexOf('schemas');
  return resolve(folder, ...(at < 0 ? steps : steps.slice(0, at + 1)), 'shared');
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
