import type { Command } from 'commander';
import { jsonText } from '../../protocol/index.js';
import { EXIT_CODES } from '../../sdk/index.js';
import type { ErrorReport } from '../../protocol/index.js';
import { BASE_FOLDER, baseFolderOf, jsonFile } from './json-file.js';
import { does, type VerbContext } from './verb.js';

interface TapFlags {
  readonly discover?: boolean;
  readonly catalog?: string;
  readonly state?: string;
  readonly baseFolder?: string;
}

/** Schema of the tables that a target writes, unless `default_schema` of its configuration says another. */
const TARGET_SCHEMA = 'raw_singer';

/** `tap NAME`: a source of ours as a Singer tap. stdout holds messages alone. */
export function tapVerb(program: Command): void {
  const command = program
    .command('tap')
    .description('a source of ours as a Singer tap: --config is its own configuration, as JSON')
    .argument('<name>', 'a built-in name, a path, or an npm package')
    .option('--discover', 'print the catalog')
    .option('--catalog <file>', 'the catalog with the streams that are chosen; absent: all of them')
    .option('--state <file>', 'the state to go on from')
    .option(...BASE_FOLDER);
  does<TapFlags>(command, async (context, [name], { discover, catalog, state, baseFolder }) => {
    const plugin = await (await registry()).source(name as string, process.cwd());
    const { config } = await accepted(context, plugin);
    const [{ runTap, tapCatalog }, { tapOutput }, { tellable }, { readCatalog }] = await Promise.all([
      import('../singer/tap.js'),
      import('../singer/tap-destination.js'),
      import('../bridges/told-streams.js'),
      import('../../sdk/wire/singer/index.js'),
    ]);
    const note = (text: string) => context.output.note(text);
    const source = await plugin.open(config, {
      signal: context.signal,
      baseFolder: baseFolderOf(context.givenConfig, baseFolder),
    });
    try {
      const output = tapOutput(process.stdout, note);
      if (discover === true) {
        const streams = tellable(await source.streams(() => undefined), note);
        await output.send(`${JSON.stringify(tapCatalog(streams), undefined, 2)}\n`);
        return 0;
      }
      const outcome = await runTap({
        source,
        ...(catalog === undefined
          ? {}
          : { catalog: readCatalog(await jsonFile('--catalog', catalog), `"${catalog}"`) }),
        state: state === undefined ? undefined : await jsonFile('--state', state),
        output,
        note,
        signal: context.signal,
      });
      if (outcome.error !== undefined) tell(context, outcome.error);
      return outcome.exitCode;
    } finally {
      await source.close();
    }
  });
}

/** `target NAME`: a destination of ours as a Singer target. stdout holds states alone, each once what came before it is committed. */
export function targetVerb(program: Command): void {
  const command = program
    .command('target')
    .description(
      'a destination of ours as a Singer target: reads messages on stdin, --config is its own configuration, as JSON',
    )
    .argument('<name>', 'a built-in name, a path, or an npm package')
    .option(...BASE_FOLDER);
  does<Pick<TapFlags, 'baseFolder'>>(command, async (context, [name], { baseFolder }) => {
    const plugin = await (await registry()).destination(name as string, process.cwd());
    const { config, schema } = await accepted(context, plugin);
    const { signal, output } = context;
    const { runTarget } = await import('../singer/target.js');
    const faults = await runTarget({
      connect: () => plugin.connect(config, { signal, baseFolder: baseFolderOf(context.givenConfig, baseFolder) }),
      schema,
      signal,
      input: process.stdin,
      echo: (value) => process.stdout.write(`${jsonText(value)}\n`),
      note: (text) => output.note(text),
    });
    for (const fault of faults) tell(context, fault);
    const [first] = faults;
    return first === undefined ? 0 : EXIT_CODES[first.kind];
  });
}

async function registry() {
  const [{ createRegistry }, { connectorList }] = await Promise.all([
    import('../../plugins/index.js'),
    import('../built-in.js'),
  ]);
  return createRegistry(connectorList);
}

type Registered = Awaited<ReturnType<Awaited<ReturnType<typeof registry>>['plugin']>>;

async function accepted(context: VerbContext, plugin: Registered) {
  const [{ acceptedConfig }, { createScrubber }] = await Promise.all([
    import('../airbyte/specification.js'),
    import('../scrubber.js'),
  ]);
  const given = await jsonFile('--config', context.givenConfig);
  const all = acceptedConfig(plugin, given, TARGET_SCHEMA);
  context.output.scrubBy(createScrubber(all.secrets));
  return all;
}

function tell({ output }: VerbContext, { kind, message, hint, stream }: ErrorReport): void {
  output.note(`error (${kind})${stream === undefined ? '' : ` in stream "${stream}"`}: ${message}`);
  if (hint !== undefined) output.note(`  next: ${hint}`);
}
