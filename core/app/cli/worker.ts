import { InvalidArgumentError, type Command } from 'commander';
import { does } from './verb.js';
import { exitSoon, untilAborted } from './waiting.js';

const MOST = 32;
export function workerVerb(program: Command): void {
  const command = program
    .command('worker')
    .description('carries out the runs that schedules and the API ask for; any number of them, on any machine')
    .option('--concurrency <count>', 'runs at a time', concurrencyOf);
  does<{ concurrency?: number }>(command, async ({ installation, output, signal }, _args, { concurrency }) => {
    const { DEFAULT_CONCURRENCY, startRunWorker } = await import('../worker.js');
    const atOnce = concurrency ?? DEFAULT_CONCURRENCY;
    const worker = await startRunWorker(await installation(), { concurrency: atOnce });
    output.data('tributary.worker/1', { concurrency: atOnce }, () => `working, ${atOnce} at a time`);
    await untilAborted(signal);
    if (!(await worker.stop())) exitSoon();
  });
}

function concurrencyOf(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > MOST)
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${MOST}.`);
  return count;
}
