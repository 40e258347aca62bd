import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ConnectorError } from '../sdk/index.js';

/** Where config/demo.yaml expects the simulated Braze unless the environment says otherwise. */
export const PREFERRED_PORT = 4010;
const PROGRAM = fileURLToPath(new URL('../../test/simulators/braze/main.js', import.meta.url));

export interface DemoSimulator {
  readonly url: string;
  stop(): Promise<void>;
}

export interface SimulatorWorld {
  /** The instant at which its clock stands. */
  readonly now: string;
  /** First day of its history. */
  readonly start: string;
  readonly timeZone: string;
  readonly key: string;
}

/** Starts the simulated Braze as a process of its own; it ends with this one. */
export async function startSimulator(world: SimulatorWorld): Promise<DemoSimulator> {
  if (!existsSync(PROGRAM))
    throw new ConnectorError('config', 'The simulated Braze is not part of this installation.', {
      hint: 'Run the demo from a checkout of the project.',
    });
  const child = spawn(process.execPath, [PROGRAM], {
    env: {
      ...process.env,
      BRAZE_SIMULATOR_PORT: String((await isFree(PREFERRED_PORT)) ? PREFERRED_PORT : 0),
      BRAZE_SIMULATOR_NOW: world.now,
      BRAZE_SIMULATOR_START: world.start,
      BRAZE_SIMULATOR_TIME_ZONE: world.timeZone,
      BRAZE_SIMULATOR_KEY: world.key,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const end = () => void child.kill('SIGTERM');
  process.once('exit', end);
  const lines = createInterface({ input: child.stdout });
  const [first] = await Promise.race([
    once(lines, 'line') as Promise<[string]>,
    once(child, 'exit').then(([code]) => {
      throw new ConnectorError('internal', `The simulated Braze ended at its start with code ${code}.`);
    }),
  ]);
  child.unref();
  return {
    url: first,
    async stop() {
      process.off('exit', end);
      if (child.exitCode !== null) return;
      child.ref();
      const ended = once(child, 'exit');
      end();
      await ended;
    },
  };
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .once('error', () => resolve(false))
      .listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
