import { nearest } from '#sdk';
import { TemplateError } from '../template/lexer.js';
import { assertPattern } from '../template/patterns.js';
import { templateOf } from '../template/template.js';
import { configurationReferences, ofConfiguration } from './configuration-references.js';
import { conflictsIn } from './conflicts.js';
import { COMPONENTS, GROUPS, WORDS } from './components.js';
import { NAMES } from './names.js';
import { unknownSliceFields } from './slice-names.js';
import { staticFaults } from './static-rules.js';
import { isComponent, type Component, type Lines } from './text.js';

export interface Problem {
  /** `error`: it cannot be run as it is meant; `warning`: it can, and this is ignored, as the reference does. */
  readonly severity: 'error' | 'warning';
  readonly line: number | undefined;
  /** Where in the manifest, such as `streams.0.retriever`. */
  readonly path: string;
  /** The component that is not supported, for counts over many manifests. */
  readonly component?: string;
  readonly message: string;
}

export interface ValidationOptions {
  readonly lines: Lines;
  /** Python classes that a module of the configuration takes the place of. */
  readonly replacedClasses: ReadonlySet<string>;
}

/** Fields in which nothing is a component or a template. */
const OPAQUE = new Set([
  '$parameters',
  'metadata',
  'description',
  'definitions',
  'schemas',
  'advanced_auth',
  'connection_specification',
  'schema',
  'base_schema',
  'config_overrides',
]);

/** Fields of supported components that would change what is read: their name, why not, and as what it is counted. */
const UNSUPPORTED: Readonly<Record<string, readonly (readonly [string, string, string])[]>> = {
  DeclarativeStream: [
    ['file_uploader', 'FileUploader is not supported: a stream of records is read here, and no files', 'FileUploader'],
  ],
  RecordExpander: ['truncation_indicator_path', 'truncated_list_retriever'].map((name) => [
    name,
    `"${name}" of RecordExpander is not supported: a list that the API cuts short would stay short`,
    'RecordExpander',
  ]),
  CheckStream: [['config_overrides', '"config_overrides" of CheckStream is not supported', 'CheckStream']],
  CheckDynamicStream: [
    ['config_overrides', '"config_overrides" of CheckDynamicStream is not supported', 'CheckDynamicStream'],
  ],
};

/** Fields that hold a pattern, by the component. */
const PATTERNS: Readonly<Record<string, string>> = {
  WaitTimeFromHeader: 'regex',
  WaitUntilTimeFromHeader: 'regex',
  HttpRequestRegexMatcher: 'url_path_pattern',
};

/** Components that the language has, ours or not. */
const KNOWN: ReadonlySet<string> = new Set(Object.values(GROUPS).flat());

/** Says all that is wrong with a manifest whose references are resolved and whose parameters are in place. */
export function validateManifest(root: Component, options: ValidationOptions): readonly Problem[] {
  const problems: Problem[] = [];
  const told = new Set<string>();
  const unknownFields: UnknownField[] = [];
  const { lines } = options;

  const tell = (
    severity: Problem['severity'],
    line: number | undefined,
    path: string,
    message: string,
    component?: string,
  ) => {
    // What many streams refer to is one fault.
    const key = `${line ?? path}:${message}`;
    if (told.has(key)) return;
    told.add(key);
    problems.push({ severity, line, path, message, ...(component === undefined ? {} : { component }) });
  };

  const component = (node: Component, path: string, outerLine: number | undefined): void => {
    const line = lines.of(node) ?? outerLine;
    const type = String(node['type']);
    if (type.startsWith('Custom') || (node['class_name'] !== undefined && !Object.hasOwn(COMPONENTS, type))) {
      custom(node, path, line, type);
      return;
    }
    const fields = Object.hasOwn(COMPONENTS, type) ? COMPONENTS[type] : undefined;
    if (fields === undefined) {
      const near = KNOWN.has(type) ? undefined : nearest(type, Object.keys(COMPONENTS));
      const meant = near === undefined ? '' : `; did you mean "${near}"?`;
      tell('error', lines.of(node, 'type') ?? line, path, `"${type}" is not supported${meant}`, type);
      return;
    }
    if (node['class_name'] !== undefined)
      tell('warning', lines.of(node, 'class_name') ?? line, path, `"class_name" of a ${type} is ignored`);
    for (const [name, written] of Object.entries(fields)) {
      const isRequired = written.endsWith('!');
      const value = node[name];
      const at = lines.of(node, name) ?? line;
      if (value === undefined || value === null) {
        if (isRequired && !isFilledOtherwise(type, name)) tell('error', line, path, `${type} needs "${name}"`);
        continue;
      }
      const where = `${path}.${name}`;
      const kinds = kindsOf(written);
      if (!fits(value, kinds, where, at))
        tell('error', at, where, `"${name}" of ${type} must be ${kinds.map(kindText).join(' or ')}`);
    }
    rules(node, type, path, line);
    pattern(node, type, path, line);
    for (const found of configurationReferences(node['$parameters'], lines))
      tell('error', found.line ?? line, `${path}.$parameters.${found.path}`, found.message);
    for (const [name, value] of Object.entries(node)) {
      if (OPAQUE.has(name) || (Object.hasOwn(fields, name) && mayHoldComponents(fields[name]!, value))) continue;
      const at = lines.of(node, name);
      if (!Object.hasOwn(fields, name)) {
        if (at !== undefined && name !== 'type' && name !== 'class_name' && !isParameter(node, name))
          unknownFields.push({ name, type, line: at, path: `${path}.${name}` });
        continue;
      }
      texts(value, `${path}.${name}`, at ?? line);
    }
  };

  /** True where the value is of one of the kinds; what is inside of it is looked at too. */
  const fits = (value: unknown, kinds: readonly string[], path: string, line: number | undefined): boolean => {
    if (isComponent(value) && typeof value['type'] === 'string') {
      const allowed = kinds.flatMap(
        (kind) => GROUPS[kind] ?? (Object.hasOwn(COMPONENTS, kind) || kind.startsWith('Custom') ? [kind] : []),
      );
      if (allowed.length > 0) {
        component(value, path, line);
        const type = value['type'];
        if (!allowed.includes(type) && (Object.hasOwn(COMPONENTS, type) || type.startsWith('Custom'))) {
          tell('error', lines.of(value) ?? line, path, `a ${type} cannot stand here; allowed: ${allowed.join(', ')}`);
        }
        return true;
      }
    }
    return kinds.some((kind) => {
      const list = /^\[(.*)\]$/.exec(kind)?.[1];
      if (list !== undefined)
        return (
          Array.isArray(value) &&
          value.every((item, at) => fits(item, kindsOf(list), `${path}.${at}`, lines.of(value, String(at)) ?? line))
        );
      const map = /^\{(.*)\}$/.exec(kind)?.[1];
      if (map !== undefined)
        return (
          isComponent(value) &&
          Object.entries(value).every(([key, part]) =>
            fits(part, kindsOf(map), `${path}.${key}`, lines.of(value, key) ?? line),
          )
        );
      if (isComponent(value) && (GROUPS[kind] !== undefined || Object.hasOwn(COMPONENTS, kind))) {
        // One that names no type, where there is one that it can be.
        if (GROUPS[kind] !== undefined) return false;
        component({ ...value, type: kind }, path, line);
        return true;
      }
      return isOfKind(value, kind);
    });
  };

  const custom = (node: Component, path: string, line: number | undefined, type: string): void => {
    const name = String(node['class_name'] ?? '');
    if (options.replacedClasses.has(name)) return;
    tell(
      'error',
      lines.of(node, 'class_name') ?? line,
      path,
      `${type} runs the Python class "${name}", which no module of \`modules\` takes the place of; write one, and name it in the options of the source: \`modules: { ${name}: ./${fileOfClass(name)} }\``,
      type,
    );
  };

  const texts = (value: unknown, path: string, line: number | undefined): void => {
    if (typeof value === 'string') {
      if (value.includes('{')) template(value, path, line);
    } else if (Array.isArray(value)) {
      value.forEach((item, at) => texts(item, `${path}.${at}`, lines.of(value, String(at)) ?? line));
    } else if (isComponent(value)) {
      if (typeof value['type'] === 'string' && Object.hasOwn(COMPONENTS, value['type'])) {
        component(value, path, line);
        return;
      }
      for (const [key, part] of Object.entries(value)) {
        if (key === '$parameters') continue;
        if (key.includes('{')) template(key, `${path}.${key}`, lines.of(value, key) ?? line);
        texts(part, `${path}.${key}`, lines.of(value, key) ?? line);
      }
    }
  };

  const template = (text: string, path: string, line: number | undefined): void => {
    for (const message of ofConfiguration(text)) tell('error', line, path, message);
    try {
      const unknown = [...templateOf(text).names].filter((name) => !NAMES.has(name));
      if (unknown.includes('stream_state'))
        tell('error', line, path, '`stream_state` is no longer part of the language; use `stream_interval`');
      const rest = unknown.filter((name) => name !== 'stream_state');
      if (rest.length > 0)
        tell('error', line, path, `the template reads "${rest.join('", "')}", which is not known anywhere`);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      const at = error.offset === undefined ? '' : ` (character ${error.offset + 1})`;
      tell(
        'error',
        line,
        path,
        `the template cannot be read: ${error.message}${at}`,
        /"(\w+)" is not supported/.exec(error.message)?.[0] ?? 'template',
      );
    }
  };

  const pattern = (node: Component, type: string, path: string, line: number | undefined): void => {
    const field = PATTERNS[type];
    const source = field === undefined ? undefined : node[field];
    // What a template makes of it is known in a run alone.
    if (typeof source !== 'string' || (field === 'regex' && /\{[{%]/.test(source))) return;
    try {
      assertPattern(source);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      tell(
        'error',
        lines.of(node, field!) ?? line,
        `${path}.${field}`,
        `"${field}" of ${type}: ${error.message}`,
        'pattern',
      );
    }
  };

  const rules = (node: Component, type: string, path: string, line: number | undefined): void => {
    const needs = (...names: readonly string[]) => names.every((name) => node[name] === undefined || node[name] === '');
    // A path that is an address, or begins with what may be one, needs no base.
    if (type === 'HttpRequester' && needs('url', 'url_base') && !/^\s*(\{\{|https?:)/i.test(String(node['path'] ?? '')))
      tell('error', line, path, 'HttpRequester needs "url" or "url_base"');
    if (type === 'ApiKeyAuthenticator' && needs('inject_into', 'header'))
      tell('error', line, path, 'ApiKeyAuthenticator needs "inject_into" or "header"');
    if (type === 'RequestOption' && node['inject_into'] !== 'path' && needs('field_name', 'field_path'))
      tell('error', line, path, 'RequestOption needs "field_name" or "field_path"');
    if (type === 'RequestOption' && !needs('field_path')) {
      const at = lines.of(node, 'field_path') ?? line;
      if (needs('field_name') && node['inject_into'] !== 'body_json')
        tell('error', at, path, '"field_path" of RequestOption is for body_json alone; elsewhere give "field_name"');
      if (!needs('field_name') && node['inject_into'] === 'body_json')
        tell('error', at, path, 'RequestOption has "field_name" and "field_path"; give one of them');
      else if (!needs('field_name'))
        tell('warning', at, path, '"field_path" of RequestOption is for body_json alone; "field_name" is used');
    }
    if (type === 'DeclarativeSource' && needs('streams', 'dynamic_streams'))
      tell('error', line, path, 'a manifest needs "streams" or "dynamic_streams"');
    if (type === 'DeclarativeSource')
      componentsIn(node['streams']).forEach((stream, at) => {
        if (NAMED.has(String(stream['type'])) && (stream['name'] ?? '') === '')
          tell('error', lines.of(stream) ?? line, `${path}.streams.${at}`, 'a stream needs "name"');
      });
    if (type === 'CheckStream' && needs('stream_names', 'dynamic_streams_check_configs'))
      tell('error', line, path, 'CheckStream names no stream');
    if (type === 'DatetimeBasedCursor' && (node['step'] === undefined) !== (node['cursor_granularity'] === undefined))
      tell('error', line, path, 'DatetimeBasedCursor needs "step" and "cursor_granularity" together');
    for (const { way, line: at, message, isOfCheck } of staticFaults(node, lines))
      tell(isOfCheck === true ? 'warning' : 'error', at ?? line, [path, ...way].join('.'), message);
    for (const { field, message } of conflictsIn(node))
      tell('error', lines.of(node, field) ?? line, `${path}.${field}`, message);
    for (const [name, reason, component] of UNSUPPORTED[type] ?? []) {
      if (node[name] === undefined || node[name] === null) continue;
      tell('error', lines.of(node, name) ?? line, `${path}.${name}`, reason, component);
    }
  };

  component(root, 'manifest', 1);
  for (const { line, path, message } of unknownSliceFields(root, lines)) tell('warning', line, path, message);
  for (const { line, path, message } of foldedFields(unknownFields)) tell('warning', line, path, message);
  return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

const NAMED = new Set(['DeclarativeStream', 'StateDelegatingStream']);
const componentsIn = (value: unknown): readonly Component[] => (Array.isArray(value) ? value.filter(isComponent) : []);

interface UnknownField {
  readonly name: string;
  readonly type: string;
  readonly line: number;
  readonly path: string;
}

/** One warning for all places of a name: manifests that a program wrote have some, such as `name`, in each component. */
function foldedFields(fields: readonly UnknownField[]) {
  const sorted = fields.toSorted((a, b) => a.line - b.line);
  return [...Map.groupBy(sorted, ({ name }) => name).values()].map((same) => {
    const { name, line, path } = same[0]!;
    const types = [...new Set(same.map(({ type }) => type))];
    const places = new Set(same.map((field) => field.line)).size;
    const more = places === 1 ? '' : `, here and in ${places - 1} more ${places === 2 ? 'line' : 'lines'}`;
    return {
      line,
      path,
      message: `${types.join(', ')} ${types.length === 1 ? 'has' : 'have'} no field "${name}"; it is ignored${more}`,
    };
  });
}

/** Fields that the reference fills itself where they are missing. */
const isFilledOtherwise = (type: string, name: string): boolean =>
  (type === 'DeclarativeSource' && name === 'version') || (type === 'InlineSchemaLoader' && name === 'schema');

const isParameter = (node: Component, name: string): boolean =>
  isComponent(node['$parameters']) && Object.hasOwn(node['$parameters'], name);

function mayHoldComponents(written: string, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return kindsOf(written).some((kind) => /^[[{]*[A-Z]/.test(kind) && WORDS[kind] === undefined && !kind.includes('/'));
}

/** The kinds of a field, parted where no bracket is open. */
const kindsOf = (written: string): readonly string[] =>
  written.replace(/!$/, '').match(/\[+[^\]]*\]+|\{[^}]*\}|[^|]+/g) ?? [];

function isOfKind(value: unknown, kind: string): boolean {
  if (kind.includes('/')) return typeof value === 'string' && (kind.split('/').includes(value) || value.includes('{{'));
  if (WORDS[kind] !== undefined) return typeof value === 'string' && WORDS[kind].includes(value);
  switch (kind) {
    case 'any':
      return true;
    case 'text':
      // Python reads a number where a text is due as that text.
      return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    case 'integer':
      return typeof value === 'number' ? Number.isInteger(value) : typeof value === 'string' && /^\d+$/.test(value);
    case 'number':
      return typeof value === 'number' || (typeof value === 'string' && value !== '' && !Number.isNaN(Number(value)));
    case 'boolean':
      return (
        typeof value === 'boolean' || value === 'true' || value === 'false' || value === 'True' || value === 'False'
      );
    case 'object':
      return isComponent(value);
    default:
      return false;
  }
}

const ARTICLES: Readonly<Record<string, string>> = {
  text: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'a mapping',
  any: 'anything',
};

function kindText(kind: string): string {
  const list = /^\[(.*)\]$/.exec(kind)?.[1];
  if (list !== undefined)
    return `a list of ${kindsOf(list)
      .map((one) => kindText(one).replace(/^an? /, ''))
      .join(' or ')}`;
  if (kind.includes('/')) return `one of ${kind.split('/').join(', ')}`;
  return ARTICLES[kind] ?? WORDS[kind]?.join(', ') ?? `a ${kind}`;
}

/** `split-name.ts` for `source_crm.components.SplitName`. */
const fileOfClass = (name: string): string =>
  `${(name.split('.').at(-1) ?? '').replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase()}.ts`;
