import { basename, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ConnectorError, isConnectorError, type ErrorKind } from '#sdk';
import { safeText } from '../redact.js';
import type { Replacement } from './environment.js';

/** A fault of a module of the configuration, which the stream that met it puts its name to. */
export class ModuleError extends ConnectorError {}

/** With the name of the stream that met it, where it is of a module and has none. */
export function ofStream(error: unknown, stream: string): unknown {
  if (!(error instanceof ModuleError)) return error;
  const { kind, message, details } = error;
  return new ConnectorError(kind, `Stream "${stream}": t${message.slice(1)}`, { ...details, stream });
}

const GUIDE = 'See docs/custom-api.md, "Python classes".';

interface Due {
  readonly text: string;
  /** Of an object; without them it is a function. */
  readonly methods?: readonly string[];
  /** What the function answers, where nothing else can be gone on with. */
  readonly answer?: { readonly text: string; readonly fits: (made: unknown) => boolean };
}

const LIST = { text: 'a list', fits: Array.isArray };
const AT_ONCE = { text: 'true or false at once', fits: (made: unknown) => !(made instanceof Promise) };
const MAPPING = { text: 'a mapping', fits: (made: unknown) => typeof made === 'object' && made !== null };

/** What a module makes of a component, by its type. */
const DUE: Readonly<Record<string, Due>> = {
  CustomTransformation: { text: 'a function `(record, slice) => void`' },
  CustomRecordExtractor: { text: 'a function `(bodies, answer) => records`', answer: LIST },
  CustomRecordFilter: { text: 'a function `(record) => boolean`', answer: AT_ONCE },
  CustomErrorHandler: { text: "a function `(answer) => ({ action: 'RETRY' })`" },
  CustomBackoffStrategy: { text: 'a function `(answer, attempt) => seconds`' },
  CustomSchemaNormalization: { text: 'a function `(record, schema) => void`' },
  CustomSchemaLoader: { text: 'a function `() => schema`', answer: MAPPING },
  CustomStateMigration: { text: 'a function `(state) => state`', answer: MAPPING },
  CustomDecoder: { text: 'a function `(answer) => bodies`', answer: MAPPING },
  CustomConfigTransformation: { text: 'a function `(config) => void`' },
  CustomValidationStrategy: { text: 'a function `(value) => fault`' },
  CustomAuthenticator: { text: 'an object with `apply(parts)`', methods: ['apply'] },
  CustomRequester: { text: 'an object with `send(sending)`', methods: ['send'] },
  CustomRetriever: { text: 'an object with `pages(slice, cursor)`', methods: ['pages'] },
  CustomPartitionRouter: {
    text: 'an object with `slices()`, `parts(slice)` and `state()`',
    methods: ['slices', 'parts', 'state'],
  },
  CustomPaginationStrategy: { text: 'an object with `next(page)`', methods: ['next'] },
};
const READS_OPTIONS = new Set(['CustomConfigTransformation', 'CustomValidationStrategy']);

/** The module that takes the place of a Python class. Throws `config` where it cannot be loaded, or has no such function. */
export async function ownModule(
  className: string,
  path: string,
  folder: string,
  secrets: readonly string[],
): Promise<Replacement> {
  const { href } = pathToFileURL(resolve(folder, path));
  const told = (error: unknown, isAtWork = false) => safeText(wordsOf(error, isAtWork), secrets);
  const loaded = (await import(href).catch((cause: unknown) => {
    throw new ConnectorError(
      'config',
      `The module "${resolve(folder, path)}" cannot be loaded: ${whyNot(cause, href, told)}.`,
      {
        cause,
        hint: `It takes the place of "${className}"; correct it, or \`modules\`.`,
      },
    );
  })) as Record<string, unknown>;
  const exported = className.split('.').at(-1)!;
  const make = loaded[exported] ?? loaded['default'];
  if (typeof make !== 'function')
    throw new ConnectorError('config', `The module "${path}" exports no function "${exported}" and no default.`, {
      hint: GUIDE,
    });
  return (node, around) => {
    const type = String(node['type']);
    const module = `The module "${basename(path)}" in place of "${className}" (${type})`;
    const failing =
      (kind: ErrorKind) =>
      (error: unknown): never => {
        if (isConnectorError(error) || (error as Error | undefined)?.name === 'AbortError') throw error;
        throw new ModuleError(kind, `${module} fails${placeOf(error, href)}: ${told(error, true)}`, {
          cause: error,
          hint: 'Correct the module.',
        });
      };
    const due = Object.hasOwn(DUE, type) ? DUE[type] : undefined;
    const made = followed(() => (make as Replacement)(node, around), { failing: failing('config') });
    if (due === undefined ? made === undefined || made === null : !isDue(made, due))
      throw new ModuleError('config', `${module} gives ${formOf(made)}, where ${due?.text ?? 'a component'} is due`, {
        hint: GUIDE,
      });
    const answered = (answer: unknown) => {
      if (due?.answer?.fits(answer) === false)
        throw new ModuleError('config', `${module} answers ${formOf(answer)}, where ${due.answer.text} is due`, {
          hint: GUIDE,
        });
    };
    return watched(made, { failing: failing(READS_OPTIONS.has(type) ? 'config' : 'source'), answered });
  };
}

const isDue = (made: unknown, { methods }: Due): boolean =>
  methods === undefined
    ? typeof made === 'function'
    : typeof made === 'object' && made !== null && methods.every((name) => typeof (made as any)[name] === 'function');

interface Watch {
  readonly failing: (error: unknown) => never;
  readonly answered?: (answer: unknown) => void;
}

/** The same, and what it throws, now or later, says of which module it is. */
function watched(made: unknown, watch: Watch): unknown {
  if (typeof made === 'function') return (...given: unknown[]) => followed(() => made(...given) as unknown, watch);
  if (typeof made !== 'object' || made === null) return made;
  return new Proxy(
    {},
    {
      has: (_, name) => name in made,
      get(_, name) {
        const value = Reflect.get(made, name) as unknown;
        return typeof value === 'function' ? watched(value.bind(made), { failing: watch.failing }) : value;
      },
    },
  );
}

function followed(work: () => unknown, { failing, answered }: Watch): unknown {
  let made: unknown;
  try {
    made = work();
  } catch (error) {
    return failing(error);
  }
  if (made instanceof Promise) {
    const later = made.then((answer: unknown) => {
      answered?.(answer);
      return answer;
    }, failing);
    // Where nobody waits for it, its fault must not end the process.
    later.catch(() => undefined);
    answered?.(made);
    return later;
  }
  answered?.(made);
  if (typeof made !== 'object' || made === null || Array.isArray(made)) return made;
  if (Symbol.asyncIterator in made) return later(made as AsyncIterable<unknown>, failing);
  if (typeof (made as Iterator<unknown>).next === 'function' && Symbol.iterator in made)
    return step(made as Iterable<unknown>, failing);
  return made;
}

async function* later(all: AsyncIterable<unknown>, failing: Watch['failing']): AsyncIterable<unknown> {
  try {
    yield* all;
  } catch (error) {
    failing(error);
  }
}

function* step(all: Iterable<unknown>, failing: Watch['failing']): Iterable<unknown> {
  try {
    yield* all;
  } catch (error) {
    failing(error);
  }
}

/** What a thrown value says. A parser quotes what it was given, which may be of a person: at work it is not told, nor at loading. */
function wordsOf(error: unknown, isAtWork: boolean): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return String(error);
  const { name, message } = error as Error;
  const text = name === 'SyntaxError' && isAtWork ? 'what it was given cannot be read' : message;
  return name === 'Error' || name === undefined ? text : `${name}: ${text}`;
}

const stackOf = (error: unknown): string => String((error as Error | undefined)?.stack ?? '');

/** Where in the module something was thrown, such as ` in line 4`. */
function placeOf(error: unknown, href: string): string {
  const stack = stackOf(error);
  const at = stack.indexOf(`${href}:`);
  const line = at < 0 ? undefined : /^\d+/.exec(stack.slice(at + href.length + 1))?.[0];
  return line === undefined ? '' : ` in line ${line}`;
}

function whyNot(cause: unknown, href: string, told: (error: unknown) => string): string {
  const { code, url, name, message } = cause as Error & { readonly code?: string; readonly url?: string };
  if (code === 'ERR_MODULE_NOT_FOUND') {
    if (url === href) return 'it is not there';
    return `it imports "${/^Cannot find \w+ '([^']*)'/.exec(message)?.[1] ?? ''}", which is not there`;
  }
  if (name !== 'SyntaxError') return `it fails${placeOf(cause, href)}: ${told(cause)}`;
  // Node writes the place above the error, where it knows it.
  const [, file, line] = /^(.+):(\d+)\r?\n/.exec(stackOf(cause)) ?? [];
  if (file === undefined) return told(cause);
  const path = file.startsWith('file:') ? fileURLToPath(file) : file;
  return `${path === fileURLToPath(href) ? '' : `"${basename(path)}", `}line ${line}: ${told(cause)}`;
}

function formOf(made: unknown): string {
  if (made === undefined) return 'nothing';
  if (made === null) return 'null';
  if (Array.isArray(made)) return 'a list';
  if (made instanceof Promise) return 'a promise';
  return typeof made === 'object' ? 'an object' : `a ${typeof made}`;
}
