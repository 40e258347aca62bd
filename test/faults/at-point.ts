/**
 * Loaded before the program by `node --import`: writes the points that the program publishes to a trace, one a line, and
 * at one of them ends, stops or starves the process. All of it is synchronous, so that nothing of the program runs between
 * the point and what happens there.
 */
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { MUTATIONS } from './mutations.js';

/** What a test wants of one process; it comes as JSON in `TRIBUTARY_FAULT`. */
export interface Fault {
  /** Where the points are written to. */
  readonly trace: string;
  readonly point?: string;
  /** At which publication of the point, counted from 1. */
  readonly nth?: number;
  /**
   * `kill`: as `kill -9`. `stop`: as a machine that freezes. `crash`: the database server dies and recovers.
   * `restart`: it is ended in order and started again.
   */
  readonly action?: 'kill' | 'stop' | 'crash' | 'restart';
  /** The data folder of the server, for `crash` and `restart`. */
  readonly postgres?: string;
  /** Names of deliberate mistakes that are put into the program while it is loaded. */
  readonly mutations?: readonly string[];
}

const text = process.env['TRIBUTARY_FAULT'];
if (text !== undefined) arm(JSON.parse(text) as Fault);

function arm({ trace, point: wanted, nth = 1, action, postgres, mutations = [] }: Fault): void {
  let count = 0;
  subscribe('tributary:probe', (message) => {
    const { point } = message as { readonly point: string };
    appendFileSync(trace, `${point}\n`);
    if (point !== wanted || ++count !== nth) return;
    appendFileSync(trace, `${action} at ${point} ${nth}\n`);
    if (action === 'kill') process.kill(process.pid, 'SIGKILL');
    else if (action === 'stop') process.kill(process.pid, 'SIGSTOP');
    else if (postgres !== undefined) restart(postgres, action === 'crash' ? 'SIGQUIT' : 'SIGINT');
  });
  if (mutations.length > 0) mutate(mutations, trace);
}

/** The test's process owns the server and starts it again; here we only wait until it answers, asleep. */
function restart(data: string, signal: NodeJS.Signals): void {
  const before = postmaster(data)!;
  process.kill(before.pid, signal);
  const deadline = Date.now() + 60_000;
  for (;;) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    const now = postmaster(data);
    if (now !== undefined && now.pid !== before.pid && now.isReady) return;
    if (Date.now() > deadline) throw new Error('The database server did not come back within a minute.');
  }
}

function postmaster(data: string): { readonly pid: number; readonly isReady: boolean } | undefined {
  try {
    const lines = readFileSync(`${data}/postmaster.pid`, 'utf8').split('\n');
    return { pid: Number(lines[0]), isReady: lines[7]?.trim() === 'ready' };
  } catch {
    return undefined;
  }
}

/** A mistake whose place is no longer found must fail the test, or the test would prove nothing from then on. */
function mutate(names: readonly string[], trace: string): void {
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      if (!url.startsWith('file:')) return loaded;
      const path = fileURLToPath(url);
      let source: string | undefined;
      for (const name of names)
        for (const { file, find, replace } of MUTATIONS[name]!) {
          if (!path.endsWith(`/dist/${file}`)) continue;
          source ??= String(loaded.source);
          if (source.split(find).length !== 2)
            throw new Error(`Mutation "${name}": its place in ${file} is gone: ${find}`);
          source = source.replace(find, () => replace);
          appendFileSync(trace, `mutated ${name} in ${file}\n`);
        }
      return source === undefined ? loaded : { ...loaded, source };
    },
  });
}
