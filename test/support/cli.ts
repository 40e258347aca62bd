import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** Hundreds of starts of the same program: a fifth of each would be compiling it. */
const COMPILED = fileURLToPath(new URL('../../node_modules/.cache/tributary-compiled', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../../dist/core/app/cli/main.js', import.meta.url));

export interface CliEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** TRIBUTARY_HOME and whatever the configuration refers to. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Options of Node before the program, such as `--import`. */
  readonly node?: readonly string[];
  /** What it finds on stdin, with the end after it; absent: stdin is closed. `open`: the test writes to it. */
  readonly input?: string | 'open';
}

/** The built program as its own process, the way a user starts it; `npm test` builds it first. */
export function startCli(args: readonly string[], { env = {}, cwd, node = [], input }: CliOptions = {}) {
  const child = spawn(process.execPath, [...node, PROGRAM, ...args], {
    env: { ...process.env, NO_COLOR: '1', NODE_COMPILE_CACHE: COMPILED, ...env },
    ...(cwd === undefined ? {} : { cwd }),
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  if (input !== undefined && input !== 'open') child.stdin!.on('error', () => undefined).end(input);
  return { child: child as ChildProcess, ended: endOf(child) };
}

async function endOf(child: ReturnType<typeof spawn>): Promise<CliEnd> {
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  return { code, signal, stdout, stderr };
}

export function runCli(args: readonly string[], options?: CliOptions): Promise<CliEnd> {
  return startCli(args, options).ended;
}

/** The data of a verb that was run with `--json`. */
export async function cliData<T = any>(args: readonly string[], options?: CliOptions): Promise<T> {
  const end = await runCli([...args, '--json'], options);
  if (end.code !== 0) throw new Error(`tributary ${args.join(' ')} ended with ${end.code}: ${end.stderr}`);
  return (JSON.parse(end.stdout) as { data: T }).data;
}

/** Options of Node by which a program takes itself for one of another machine: whether that one lives cannot be seen from here. */
export const onAnotherHost = [
  '--import',
  `data:text/javascript,${encodeURIComponent(`
    import os from 'node:os';
    import { syncBuiltinESMExports } from 'node:module';
    os.hostname = () => 'another-host';
    syncBuiltinESMExports();`)}`,
];
