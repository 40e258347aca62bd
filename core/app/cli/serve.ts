import { InvalidArgumentError, type Command } from 'commander';
import { does } from './verb.js';
import { exitSoon, untilAborted } from './waiting.js';

export const DEFAULT_PORT = 8080;

interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly worker: boolean;
}

export function serveVerb(program: Command): void {
  const command = program
    .command('serve')
    .description('the host: API, health checks and the report page')
    .option('--host <address>', 'where to listen; other than loopback needs `access` in the configuration', '127.0.0.1')
    .option('--port <port>', 'a port, 0 for a free one', portOf, DEFAULT_PORT)
    .option('--no-worker', 'leave the runs to `tributary worker`');
  does<ServeOptions>(command, async ({ installation, output, signal }, _args, { host, port, worker }) => {
    const open = await installation();
    // Nest is loaded only where it is needed: the other verbs start in a tenth of the time.
    const [{ startHost }, { DEFAULT_CONCURRENCY }] = await Promise.all([import('../main.js'), import('../worker.js')]);
    const running = await startHost(open, { host, port, worker: worker ? DEFAULT_CONCURRENCY : 0 });
    output.data('tributary.serve/1', { url: running.url }, () => `serving at ${running.url}`);
    await untilAborted(signal);
    if (!(await running.close())) exitSoon();
  });
}

export function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('It must be a port, 0 to 65535.');
  return port;
}
