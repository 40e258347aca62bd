import { settingsJsonSchema, type JsonSchema } from './json-schema.js';
import { Settings } from './settings.js';
import { keysOf, type KeyDefinition, type SettingsClass, type Shape } from './shape.js';

export const BEGIN =
  '<!-- generated from the classes in core/settings by `node dist/core/settings/generate.js`: begin -->';
export const END = '<!-- generated: end -->';

/** The option tables of `docs/configuration.md`: one per class, in the order in which a reader meets them. */
function referenceTables(): string {
  const schema = settingsJsonSchema();
  const definitions = schema['definitions'] as Readonly<Record<string, JsonSchema>>;
  const sections: string[] = [];
  const places = new Map<SettingsClass, string[]>();
  const queue: SettingsClass[] = [];
  const visit = (of: SettingsClass, place: string) => {
    const known = places.get(of);
    if (known !== undefined) known.push(place);
    else {
      places.set(of, [place]);
      queue.push(of);
    }
  };
  visit(Settings, '');
  for (let of = queue.shift(); of !== undefined; of = queue.shift()) {
    const [place] = places.get(of) ?? [''];
    for (const key of keysOf(of)) {
      const inner = key.shape === undefined ? undefined : classIn(key.shape);
      if (inner !== undefined) visit(inner.of, `${place === '' ? '' : `${place}.`}${key.name}${inner.suffix}`);
    }
  }
  for (const [of, found] of places) {
    const properties = (of === Settings ? schema : (definitions[of.name] ?? {}))['properties'];
    const title = found[0] === '' ? 'The file' : titleOf(found);
    sections.push([`### ${title}`, '', ...table(of, properties as Record<string, JsonSchema>)].join('\n'));
  }
  return sections.join('\n\n');
}

/** The page with its tables replaced by what the classes say now. */
export function withTables(page: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error('The page lacks the markers between which the tables stand.');
  return `${page.slice(0, begin + BEGIN.length)}\n\n${referenceTables()}\n\n${page.slice(end)}`;
}

function titleOf(places: readonly string[]): string {
  const [first, ...others] = places;
  return others.length === 0
    ? `\`${first}\``
    : `\`${first}\` and ${others.length > 3 ? 'others like it' : others.map((place) => `\`${place}\``).join(', ')}`;
}

function table(of: SettingsClass, properties: Readonly<Record<string, JsonSchema>>): readonly string[] {
  const initial = new of() as Record<string, unknown>;
  const rows = keysOf(of).map((key) => {
    const cells = [
      `\`${key.name}\``,
      typeOf(key, properties[key.name] ?? {}),
      defaultOf(key, initial),
      descriptionOf(key),
    ];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return ['| key | value | default | meaning |', '|---|---|---|---|', ...rows];
}

function descriptionOf({ description, example }: KeyDefinition): string {
  return example === undefined ? description : `${description} Example: \`${example}\``;
}

function defaultOf(key: KeyDefinition, initial: Readonly<Record<string, unknown>>): string {
  if (key.isRequired) return '**required**';
  const value = initial[key.name];
  return typeof value === 'object' || value === undefined ? '' : `\`${String(value)}\``;
}

function typeOf({ shape }: KeyDefinition, schema: JsonSchema): string {
  if (shape !== undefined) return shapeText(shape);
  if (Array.isArray(schema['enum'])) return schema['enum'].map((value) => `\`${String(value)}\``).join(', ');
  if (schema['const'] !== undefined) return `\`${String(schema['const'])}\``;
  return TYPE_WORDS[String(schema['type'])] ?? 'text';
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  number: 'number',
  integer: 'whole number',
};

function shapeText(shape: Shape): string {
  switch (shape.kind) {
    case 'class':
      return shape.shorthand === undefined ? 'object' : `text (\`${shape.shorthand}\`) or object`;
    case 'map':
      return `map of ${plural(shapeText(shape.of))}`;
    case 'list':
      return `list of ${plural(shapeText(shape.of))}`;
    case 'word_or':
      return `${shape.words.map((word) => `\`${word}\``).join(', ')} or object`;
    case 'word':
      return shape.words.map((word) => `\`${word}\``).join(', ');
    case 'text':
      return 'text';
    case 'condition':
      return 'condition';
    case 'foreign':
      return "the connector's options";
  }
}

function plural(text: string): string {
  return text === 'object' || text === 'condition' ? `${text}s` : text.replace(/^(map|list) of/, '$1s of');
}

/** The class that lies in a shape, and how one writes the way to it. */
function classIn(shape: Shape): { readonly of: SettingsClass; readonly suffix: string } | undefined {
  if (shape.kind === 'class') return { of: shape.of, suffix: '' };
  if (shape.kind !== 'map' && shape.kind !== 'list' && shape.kind !== 'word_or') return undefined;
  const inner = classIn(shape.of);
  const step = shape.kind === 'map' ? '.NAME' : shape.kind === 'list' ? '[]' : '';
  return inner === undefined ? undefined : { of: inner.of, suffix: `${step}${inner.suffix}` };
}
