import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { resolve } from 'node:path';

/** Lets Node run our sources as they stand: their imports name the `.js` that a build would make. */
const SOURCES = `data:text/javascript,${encodeURIComponent(`
import { registerHooks } from 'node:module';
registerHooks({ resolve: (name, context, next) => {
  try { return next(name, context); } catch (error) {
    if (!name.endsWith('.js')) throw error;
    return next(name.slice(0, -3) + '.ts', context);
  }
} });`)}`;

export interface AnotherProcess {
  readonly child: ChildProcess;
  /** The next line it prints, as JSON. */
  next(): Promise<Record<string, unknown>>;
  tell(line: string): void;
  readonly ended: Promise<number | null>;
}

export interface ProcessOptions {
  /** Runs it as this user (needs root). */
  readonly uid?: number;
  readonly cwd?: string;
}

/** Runs a script of this folder in a process of its own. */
export function startProcess(script: string, args: readonly string[], options: ProcessOptions = {}): AnotherProcess {
  const root = options.cwd ?? process.cwd();
  const path = resolve(root, 'test/integration/persistence', script);
  const as =
    options.uid === undefined
      ? []
      : ['setpriv', `--reuid=${options.uid}`, `--regid=${options.uid}`, '--clear-groups', '--'];
  const line = [...as, process.execPath, '--no-warnings', '--import', SOURCES, path, ...args];
  const child = spawn(line[0], line.slice(1), { cwd: '/', stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    ended,
    tell: (text) => void child.stdin.write(`${text}\n`),
    async next() {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`${script} ended with ${await ended}`);
      return JSON.parse(value as string) as Record<string, unknown>;
    },
  };
}
