import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * The line of a syntax error in a module, which the error itself does not tell; undefined where the fault is in another
 * file that this one imports. Called once something is wrong, so another Node may cost its time.
 */
export function syntaxPlace(location: string): string | undefined {
  try {
    const path = fileURLToPath(location);
    const text = readFileSync(path, 'utf8');
    // Types become blanks (Node 20 has no such thing, and loads no TypeScript either), so that lines stay where they are.
    const input = path.endsWith('.ts') ? nodeModule.stripTypeScriptTypes(text) : text;
    const { stderr } = spawnSync(process.execPath, ['--no-warnings', '--input-type=module', '--check', '-'], {
      input,
      encoding: 'utf8',
      timeout: 10_000,
    });
    const line = /^\[stdin\]:(\d+)$/m.exec(stderr)?.[1];
    return line === undefined ? undefined : `${path}:${line}`;
  } catch {
    // The error is told without its place; what hinders looking for it is no news.
    return undefined;
  }
}
