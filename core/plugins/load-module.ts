import { registerHooks } from 'node:module';
import { ConnectorError } from '../sdk/index.js';
import { PACKAGE_SCHEME } from './locate.js';
import { syntaxPlace } from './syntax-place.js';

/** Imports a plugin's module; whatever goes wrong in it is a fault of the configuration that names it. */
export async function loadModule(location: string, reference: string): Promise<Readonly<Record<string, unknown>>> {
  resolveForPlugins();
  try {
    return (await import(location)) as Record<string, unknown>;
  } catch (cause) {
    const { message, hint } = explain(cause, location);
    throw new ConnectorError('config', `The plugin "${reference}" could not be loaded: ${message}`, { cause, hint });
  }
}

const BY_CODE: Readonly<Record<string, string>> = {
  ERR_MODULE_NOT_FOUND:
    'Install what it imports beside it. In a TypeScript plugin relative imports end in .ts; `tributary/…` and `zod` are there already.',
  ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING: 'A plugin that is installed as an npm package ships JavaScript.',
  ERR_UNKNOWN_FILE_EXTENSION: 'A plugin is a .ts, .js or .mjs file.',
  ERR_PACKAGE_PATH_NOT_EXPORTED: 'The package exports nothing under this name.',
};
const ERASABLE =
  'Correct the syntax. TypeScript is loaded as it stands, its types erased: no decorators, enums, namespaces or parameter properties.';

function explain(cause: unknown, location: string): { readonly message: string; readonly hint: string } {
  if (!(cause instanceof Error) && Object.prototype.toString.call(cause) !== '[object Error]')
    return { message: 'it throws something that is no error.', hint: 'Nothing may happen when a plugin is imported.' };
  const error = cause as NodeJS.ErrnoException;
  const isSyntax = error.name === 'SyntaxError' || (error.code ?? '').includes('TYPESCRIPT_SYNTAX');
  const place = isSyntax ? syntaxPlace(location) : undefined;
  const message = `${error.message.split('\n')[0] ?? ''}${place === undefined ? '' : ` (${place})`}`;
  if (isSyntax) return { message, hint: ERASABLE };
  return {
    message,
    hint: BY_CODE[error.code ?? ''] ?? 'It throws while it is imported. Move the work into `connect` or `check`.',
  };
}

let hooked = false;

/** A plugin in a folder has no `node_modules`: `tributary/…` and `zod` are ours, unless it brings its own. */
function resolveForPlugins(): void {
  if (hooked) return;
  hooked = true;
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier.startsWith(PACKAGE_SCHEME)) {
        const [name, parentURL] = JSON.parse(specifier.slice(PACKAGE_SCHEME.length)) as [string, string];
        return next(name, { ...context, parentURL });
      }
      if (!/^(tributary\/|zod$|zod\/)/.test(specifier)) return next(specifier, context);
      try {
        return next(specifier, context);
      } catch {
        return next(specifier, { ...context, parentURL: import.meta.url });
      }
    },
  });
}
