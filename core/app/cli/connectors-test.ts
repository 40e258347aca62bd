import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { ConnectorError, EXIT_CODES } from '../../sdk/index.js';
import type { CaseResult, WriterTask } from '../../sdk/testing/index.js';
import type { SourceTestOptions } from './connectors-test-source.js';
import { dayOf } from './days.js';
import { does, type VerbContext } from './verb.js';

interface Options extends SourceTestOptions {
  readonly case?: readonly string[];
  readonly schema?: string;
  readonly task?: string;
  readonly replay?: string;
}

/**
 * `connectors test`: the conformance suite on a destination of the configuration, the contract of sources on a source of it, or a
 * manifest on a recording of what its API said.
 */
export function connectorsTestVerb(group: Command): void {
  const test = group
    .command('test')
    .description(
      'try on a destination or source all that every one of its kind keeps, or a manifest on what its API said once',
    )
    .argument(
      '[name]',
      'a destination, best one for tests: its bookkeeping keeps some rows; or a source, which is read twice',
    )
    .option(
      '--replay <folder>',
      'in place of a name: read a recording of `connectors try --record` again, without the network',
    )
    .option('--case <words...>', 'of a destination: only cases whose name or area has these words')
    .option(
      '--schema <name>',
      'of a destination: write into this schema, where the role may make none; default: one that is made and removed',
    )
    .option('--stream <name...>', 'of a source: only these streams')
    .option('--until <day>', 'of a source: the first day that is not read; default: two days ago', dayOf)
    .option('--window <span>', 'of a source: the small windows that are read beside the long ones, such as 6h', '7d')
    .addOption(new Option('--task <json>').hideHelp());
  does<Options>(test, async (context, [name], options) => {
    if ((name === undefined) === (options.replay === undefined))
      throw new ConnectorError('config', 'A destination or source, or a recording by `--replay`, is to be tested.', {
        hint: 'Name one of them: `tributary connectors test NAME`, or `tributary connectors test --replay DIR`.',
      });
    if (options.replay !== undefined) return testOnRecording(context, options.replay);
    const installation = await context.installation();
    const { sources, destinations } = installation.configuration.settings;
    if (Object.hasOwn(sources, name as string)) {
      if (Object.hasOwn(destinations, name as string))
        throw new ConnectorError('config', `"${name}" is the name of a source and of a destination.`, {
          hint: 'Give one of them another name.',
        });
      const { testSourceOf } = await import('./connectors-test-source.js');
      return testSourceOf(context, installation, name as string, options, context.signal);
    }
    const { plugin, config, baseFolder } = await installation.destinationPlugin(name as string);
    const { conformanceOf, DESTINATION_CASES, runWriterTask } = await import('../../sdk/testing/index.js');
    if (options.task !== undefined) {
      await runWriterTask({ plugin, config, baseFolder }, JSON.parse(options.task) as WriterTask);
      return 0;
    }
    const words = options.case ?? [];
    const cases = DESTINATION_CASES.filter(
      ({ name: of, area }) => words.length === 0 || words.some((word) => of.includes(word) || area === word),
    );
    if (cases.length === 0)
      throw new ConnectorError('config', `No case has ${words.map((word) => `"${word}"`).join(' or ')} in its name.`, {
        hint: 'Leave `--case` away to see all names.',
      });
    let done = 0;
    const results = await conformanceOf(
      {
        plugin,
        config,
        baseFolder,
        startWriter: (task) => startWriter(context, name as string, task),
        ...(options.schema === undefined ? {} : { schema: options.schema }),
      },
      {
        cases: cases.map((one) => ({
          ...one,
          run: (trial) => {
            context.signal.throwIfAborted();
            return one.run(trial);
          },
        })),
        onResult: ({ name: of }) => context.output.progress(`${++done} of ${cases.length}: ${of}`),
      },
    );
    context.signal.throwIfAborted();
    const count = (outcome: CaseResult['outcome']) => results.filter((one) => one.outcome === outcome).length;
    const counts = { passed: count('passed'), failed: count('failed'), not_applicable: count('not_applicable') };
    const safe = results.map(({ reason, ...rest }) => ({
      ...rest,
      reason: reason === undefined ? null : context.output.scrub(reason),
    }));
    context.output.data('tributary.connectors_test/1', { destination: name, ...counts, cases: safe }, () =>
      [
        ...safe.map(
          (one) =>
            `${LABELS[one.outcome]}  ${one.area}: ${one.name}${one.reason === null ? '' : `\n      ${one.reason}`}`,
        ),
        `${counts.passed} passed, ${counts.failed} failed, ${counts.not_applicable} not applicable.`,
      ].join('\n'),
    );
    return counts.failed === 0 ? 0 : EXIT_CODES.destination;
  });
}

/** Reads a stream of a manifest again from what was recorded, and tells what comes out differently. */
async function testOnRecording({ output, signal }: VerbContext, folder: string): Promise<number> {
  const { replayTrial } = await import('../../../connectors/rest/trial.js');
  const result = await replayTrial(resolve(folder), process.cwd(), signal);
  output.data('tributary.connectors_test_replay/1', result, () =>
    result.differences.length === 0
      ? `${result.stream}: the same ${result.records} records${result.fault === null ? ' and state.' : `, state and fault: ${result.fault}`}`
      : [`${result.stream}: it comes out differently:`, ...result.differences.map((one) => `  ${one}`)].join('\n'),
  );
  return result.differences.length === 0 ? 0 : EXIT_CODES.source;
}

const LABELS: Readonly<Record<CaseResult['outcome'], string>> = {
  passed: 'ok  ',
  failed: 'FAIL',
  not_applicable: 'n/a ',
};

/** This same verb in a process of its own, so that it can be killed. */
function startWriter({ configFile }: VerbContext, name: string, task: WriterTask): ChildProcess {
  const args = ['connectors', 'test', name, '--config', configFile, '--task', JSON.stringify(task)];
  return spawn(process.execPath, [...process.execArgv, process.argv[1] as string, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}
