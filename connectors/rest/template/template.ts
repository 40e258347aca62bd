import { compileStatements, rendered } from './compile-statements.js';
import { compileExpression, newScope } from './compile.js';
import { FUNCTIONS } from './functions.js';
import { TemplateError } from './lexer.js';
import { namesOf } from './names.js';
import { parseStatements } from './parser.js';
import { NO_LITERAL, readLiteral } from './python-literal.js';
import { Float, isDict, setKey, textOf, Tuple, Undefined, UndefinedError } from './values.js';
import { assertDepth, begin, charge, end, faultOf } from './work.js';

export type Context = Readonly<Record<string, unknown>>;

/** Types that a value may be read as; anything else stays the text that it was rendered to. */
export type LiteralType = 'string' | 'list' | 'number' | 'integer' | 'boolean';

/**
 * One text of a manifest, compiled once and evaluated often, with the semantics of the reference: it is rendered to text, and the
 * text is read as a Python literal where it is one. A context that lacks a name it reads is a `TemplateError`.
 */
export interface Template {
  readonly source: string;
  /** Names that a context must have. */
  readonly names: ReadonlySet<string>;
  /** False for a text without any tag. */
  readonly isDynamic: boolean;
  /**
   * The value. What renders to an empty text, or asks for something of what is not there, is `otherwise` instead. With `types` a
   * literal of another type stays a text.
   */
  value(context: Context, otherwise?: unknown, types?: readonly LiteralType[]): unknown;
  /** The same, an empty text staying one, and what is asked of something that is not there being an error. */
  strict(context: Context, types?: readonly LiteralType[]): unknown;
}

/** What a template that renders to nothing answers with. */
const EMPTY = Symbol('empty');

const cache = new Map<string, Template>();
/** Manifests have some thousand texts; what is made at run time must not gather for ever. */
const MOST_KEPT = 20_000;

/** Parses and compiles a text; throws a `TemplateError` with the place of what is wrong. */
export function templateOf(source: string): Template {
  const known = cache.get(source);
  if (known !== undefined) return known;
  const made = wellCompiled(source);
  if (cache.size >= MOST_KEPT) cache.clear();
  cache.set(source, made);
  return made;
}

function wellCompiled(source: string): Template {
  try {
    return compiled(source);
  } catch (error) {
    throw faultOf(error);
  }
}

function compiled(source: string): Template {
  if (!/\{[{%#]/.test(source)) {
    const text = source.replace(/(?:\r\n|\r|\n)$/, '');
    const value = literal(text);
    return {
      source,
      names: new Set(),
      isDynamic: false,
      value: (_context, otherwise, types) => (text === '' ? otherwise : fitting(text, value, types)),
      strict: (_context, types) => fitting(text, value, types),
    };
  }
  const statements = parseStatements(source);
  const names = new Set([...namesOf(statements)].filter((name) => name !== 'self' && !Object.hasOwn(FUNCTIONS, name)));
  const [only] = statements;
  const single = statements.length === 1 && only?.kind === 'output' ? compileExpression(only.value) : undefined;
  const render = compileStatements(statements);
  const hasLocals = statements.some(({ kind }) => kind === 'set' || kind === 'set_block');
  /** The value; `EMPTY` where it is rendered to nothing, which the text of two quotes is not. */
  const run = (context: Context, types: readonly LiteralType[] | undefined): unknown => {
    for (const name of names)
      if (!Object.hasOwn(context, name)) throw new TemplateError(`the name "${name}" is not known here`);
    if (single === undefined) {
      const made = rendered(render, newScope(hasLocals ? { ...context } : context));
      if (made === '') return EMPTY;
      return fitting(made, literal(made), types);
    }
    const made = single(newScope(context));
    if (made === undefined || made === '' || made instanceof Undefined) return EMPTY;
    if (typeof made === 'string') return fitting(made, literal(made), types);
    if (isLiteral(made)) return types === undefined ? copied(made) : fitting(textOf(made), made, types);
    const shown = textOf(made);
    return fitting(shown, literal(shown), types);
  };
  return {
    source,
    names,
    isDynamic: true,
    value(context, otherwise, types) {
      const hasBegun = begin();
      try {
        const made = run(context, types);
        return made === EMPTY ? otherwise : made;
      } catch (error) {
        if (error instanceof UndefinedError) return otherwise;
        throw faultOf(error);
      } finally {
        end(hasBegun);
      }
    },
    strict(context, types) {
      const hasBegun = begin();
      try {
        const made = run(context, types);
        return made === EMPTY ? '' : made;
      } catch (error) {
        throw error instanceof UndefinedError ? new TemplateError(error.message) : faultOf(error);
      } finally {
        end(hasBegun);
      }
    },
  };
}

const literal = (text: string): unknown => {
  const value = readLiteral(text);
  return value === NO_LITERAL ? text : value;
};

function fitting(text: string, value: unknown, types: readonly LiteralType[] | undefined): unknown {
  if (types === undefined) return value;
  return types.some((type) => isOf(type, value)) ? value : text;
}

function isOf(type: LiteralType, value: unknown): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'list':
      return Array.isArray(value) && !(value instanceof Tuple);
    case 'number':
      return value instanceof Float || (typeof value === 'number' && !Number.isInteger(value));
    case 'integer':
      return (
        typeof value === 'bigint' ||
        typeof value === 'boolean' ||
        (typeof value === 'number' && Number.isInteger(value))
      );
    case 'boolean':
      return typeof value === 'boolean';
  }
}

/** Values that come back unchanged when Python writes them and reads them again. */
function isLiteral(value: unknown, depth = 0): boolean {
  charge(4);
  assertDepth(depth);
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint')
    return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (value instanceof Float) return true;
  if (Array.isArray(value)) return value.every((item) => isLiteral(item, depth + 1));
  return isDict(value) && Object.values(value).every((item) => isLiteral(item, depth + 1));
}

/** Lists and mappings are copies, so that changing a record does not change where its value came from. */
function copied(value: unknown): unknown {
  charge(8);
  if (Array.isArray(value)) return value.map(copied);
  if (!isDict(value)) return value;
  const made: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(value)) setKey(made, key, copied(part));
  return made;
}

/** Values at which a condition does not hold, as the reference lists them. */
const FALSE_TEXTS = new Set(['False', 'false', '{}', '[]', '()', '', '0', '0.0']);

/** A text of a manifest as a condition. */
export function holds(template: Template, context: Context): boolean {
  const value = template.value(context, false);
  if (value === false || value === null || value === 0) return false;
  if (value instanceof Float) return value.value !== 0;
  if (typeof value === 'string') return !FALSE_TEXTS.has(value);
  if (Array.isArray(value)) return value.length > 0;
  return !isDict(value) || Object.keys(value).length > 0;
}

/** As it goes into a record or a request: floats that are whole become numbers. */
export function plain(value: unknown): unknown {
  if (value instanceof Float) return value.value;
  if (Array.isArray(value)) return Array.from(value, plain);
  if (!isDict(value)) return value;
  for (const key of Object.keys(value)) {
    const part = value[key];
    if (typeof part === 'object' && part !== null) value[key] = plain(part);
  }
  return value;
}
