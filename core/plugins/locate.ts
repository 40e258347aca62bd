import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConnectorError } from '../sdk/index.js';

/** Specifier of an npm package that only the module loader itself can find; see `loadModule`. */
export const PACKAGE_SCHEME = 'tributary-plugin:';

/** Where the module lies that a configuration names: the address to import. */
export function locate(reference: string, baseFolder: string, builtIn: readonly string[]): string {
  if (reference.startsWith('.') || isAbsolute(reference))
    return pathToFileURL(fileAt(resolve(baseFolder, reference))).href;
  const base = resolve(baseFolder, 'package.json');
  try {
    return pathToFileURL(createRequire(base).resolve(reference)).href;
  } catch (cause) {
    // The package is there but for `import` alone, which `require` cannot resolve.
    if ((cause as NodeJS.ErrnoException).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED')
      return `${PACKAGE_SCHEME}${JSON.stringify([reference, pathToFileURL(base).href])}`;
    throw new ConnectorError('config', `There is no connector "${reference}".`, {
      cause,
      hint: `Built in: ${builtIn.join(', ')}. Others are given by path (./plugins/x.ts) or as an installed npm package.`,
    });
  }
}

const ENTRIES = ['index.ts', 'index.js', 'index.mjs'];

function fileAt(path: string): string {
  if (!existsSync(path))
    throw new ConnectorError('config', `There is no plugin at ${path}.`, {
      hint: 'Paths are taken from the folder of the configuration.',
    });
  if (!statSync(path).isDirectory()) return path;
  const entries = [mainOf(path), ...ENTRIES].filter((entry) => entry !== undefined);
  const found = entries.map((entry) => join(path, entry)).find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new ConnectorError('config', `The folder ${path} holds no plugin.`, {
    hint: 'Name the file, or name it in `main` of a package.json in that folder.',
  });
}

function mainOf(folder: string): string | undefined {
  try {
    const { main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { main?: unknown };
    return typeof main === 'string' ? main : undefined;
  } catch {
    // A folder needs none; one that cannot be read names no file either, and that is told.
    return undefined;
  }
}
