import { spawn } from 'node:child_process';
import { cp, mkdtemp, symlink, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { StrangerRequest } from './stranger-process.js';

export const ROOT = process.cwd();

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Node itself, not inside jest, in a folder. */
export async function runNode(args: readonly string[], cwd: string): Promise<Ended> {
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((ended) => child.on('close', ended));
  return { code, stdout, stderr };
}

/** A process of the built package loads and uses the plugin; the result is what it prints. */
export async function useAsHost(request: StrangerRequest): Promise<any> {
  const { lines, stderr } = await loadAsHost(request);
  return { ...lines[0], stderr };
}

export async function loadAsHost(request: StrangerRequest): Promise<{ lines: readonly any[]; stderr: string }> {
  const script = resolve(ROOT, 'dist/test/integration/plugins/stranger-process.js');
  const { code, stdout, stderr } = await runNode([script, JSON.stringify(request)], request.baseFolder);
  if (code !== 0 || stdout === '') throw new Error(`ended with ${code}: ${stderr}`);
  const lines = stdout.trim().split('\n');
  return { lines: lines.map((line) => JSON.parse(line)), stderr };
}

/** The example as a stranger has it: a copy outside of the package, alone. */
export async function strangersCopy(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-stranger-'));
  await cp(resolve(ROOT, 'plugins/clinic-events'), join(folder, 'clinic-events'), { recursive: true });
  return folder;
}

/** What `npm install` of the package gives a project: links, so that the package is found by its name. */
export async function installPackage(project: string): Promise<void> {
  const modules = join(project, 'node_modules');
  await mkdir(join(modules, '@types'), { recursive: true });
  await symlink(ROOT, join(modules, 'tributary'));
  for (const name of ['zod', '@types/node', 'undici-types'])
    await symlink(resolve(ROOT, 'node_modules', name), join(modules, name));
}
