import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const scriptOf = (name: string) => fileURLToPath(new URL(`${name}.js`, import.meta.url));

/** Runs one side in a process of its own, so that neither leaves heap, code or caches to the next turn. */
export async function inProcess<Reply>(name: string, task: unknown): Promise<Reply> {
  const child = spawn(process.execPath, ['--expose-gc', scriptOf(name), JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (part: Buffer) => (output += part.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`The process "${name}" ended with code ${code}.`);
  return JSON.parse(output) as Reply;
}

/** Starts a server that prints its address; it ends with `stop`. */
export async function startServer(name: string, argument: string): Promise<{ address: string; stop(): void }> {
  const child: ChildProcess = spawn(process.execPath, [scriptOf(name), argument], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [address] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  return { address, stop: () => void child.kill() };
}
