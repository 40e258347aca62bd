import type { Command } from 'commander';
import type { ClassifiedStream } from '../classify.js';
import { snakeKeys } from '../../api/forms.js';
import { does } from './verb.js';

export function classifyVerb(program: Command): void {
  const command = program
    .command('classify')
    .description('propose what each column says of a person, by names and samples; prints no value')
    .argument('<source>')
    .option('--stream <name...>', 'only these streams');
  does<{ stream?: readonly string[] }>(command, async ({ installation, output, signal }, [source], { stream }) => {
    const { classify } = await import('../classify.js');
    const found = await classify(await installation(), { source: source as string, streams: stream ?? [], signal });
    for (const { stream: name, fault, records } of found) {
      if (fault !== undefined) output.note(`${name}: no record could be looked at, so names alone tell: ${fault}`);
      else if (records === 0) output.note(`${name}: there is no record to look at, so names alone tell`);
    }
    output.data('tributary.classes/1', found.map(snakeKeys), () => found.map(yamlOf).join('\n'));
  });
}

/** A proposal to be read, corrected and put under `protect` of a connection. */
function yamlOf({ stream, columns }: ClassifiedStream): string {
  const isOfPersons = columns.some(({ identifier }) => identifier !== null);
  const width = Math.max(...columns.map(({ column, rule }) => quoted(column).length + rule.length), 0) + 4;
  const lines = columns.map(({ column, rule, identifier, by, path }) => {
    const entry = `${quoted(column)}: ${rule}`;
    const why =
      identifier === null
        ? 'none of the 18; look at it'
        : `(${identifier.letter}) ${identifier.name}, by ${by}${path === undefined ? '' : ` of ${path}`}`;
    return `    ${entry.padEnd(width)} # ${why}`;
  });
  return [`  ${quoted(stream)}:${isOfPersons ? ' # of persons: mark the stream `phi: true`' : ''}`, ...lines].join(
    '\n',
  );
}

const quoted = (name: string) =>
  /^[A-Za-z_][\w]*$/.test(name) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(name) ? name : JSON.stringify(name);
