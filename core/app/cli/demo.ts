import type { Command } from 'commander';
import type { DemoOptions } from './demo-run.js';
import { DEFAULT_PORT, portOf } from './serve.js';
import { does } from './verb.js';

export function demoVerb(program: Command): void {
  const command = program
    .command('demo')
    .description('everything at once, on a simulated Braze and the data of a real e-mail experiment')
    .option('--once', 'end after the report is written instead of serving it')
    .option('--out <folder>', 'write the reports there, as HTML and JSON')
    .option('--port <port>', 'where to serve, 0 for a free port', portOf, DEFAULT_PORT);
  does<DemoOptions>(command, async (context, _args, options) => {
    const { runDemo } = await import('./demo-run.js');
    return runDemo(context, options);
  });
}
