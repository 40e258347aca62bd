import type { Command } from 'commander';
import type { Plugin } from '../../plugins/index.js';
import type { ErrorReport } from '../../protocol/index.js';
import { ConnectorError, toConnectorError, type DestinationPlugin, type SourcePlugin } from '../../sdk/index.js';
import type { MessageWriter } from '../airbyte/message-writer.js';
import { BASE_FOLDER, baseFolderOf, fileOf, jsonFile } from './json-file.js';
import { does, type VerbContext } from './verb.js';

interface AirbyteOptions {
  readonly catalog?: string;
  readonly state?: string;
  readonly baseFolder?: string;
}

/** How the protocol calls them. */
const VERBS = ['spec', 'check', 'discover', 'read', 'write'] as const;
type AirbyteVerb = (typeof VERBS)[number];

const isVerb = (verb: string): verb is AirbyteVerb => VERBS.some((one) => one === verb);

/** A platform of Airbyte looks at whether it is 0. */
const FAILED = 1;

/** `airbyte NAME VERB`: a connector of ours as one of Airbyte. stdout holds messages alone. */
export function airbyteVerb(program: Command): void {
  const command = program
    .command('airbyte')
    .description('a connector of ours as one of Airbyte: --config is its own configuration, as JSON')
    .argument('<name>', 'a built-in name, a path, or an npm package')
    .argument('<verb>', `what to do: ${VERBS.join(', ')}`)
    .option('--catalog <file>', 'for read and write: the configured catalog')
    .option('--state <file>', 'for read: the states to go on from')
    .option(...BASE_FOLDER);
  does<AirbyteOptions>(command, async (context, [name, verb], options) => {
    const { messageWriter } = await import('../airbyte/message-writer.js');
    let scrub = (text: string) => text;
    const messages = messageWriter(process.stdout, (text) => scrub(text));
    try {
      if (!isVerb(verb as string))
        throw new ConnectorError('config', `"${verb}" is no verb of the Airbyte protocol.`, {
          hint: `There are: ${VERBS.join(', ')}.`,
        });
      const plugin = await pluginOf(name as string, verb as AirbyteVerb);
      const isWhole = await act({
        context,
        plugin,
        verb: verb as AirbyteVerb,
        options,
        messages,
        scrubBy: (by) => (scrub = by),
      });
      return isWhole ? 0 : FAILED;
    } catch (error) {
      context.signal.throwIfAborted();
      const { kind, message, details } = toConnectorError(error);
      const report: ErrorReport = { kind, message, ...(details.hint === undefined ? {} : { hint: details.hint }) };
      messages.fault(report);
      await messages.flush().catch(() => undefined);
      return FAILED;
    }
  });
}

async function pluginOf(name: string, verb: AirbyteVerb): Promise<Plugin> {
  const [{ createRegistry }, { connectorList }] = await Promise.all([
    import('../../plugins/index.js'),
    import('../built-in.js'),
  ]);
  const registry = createRegistry(connectorList);
  if (verb === 'write') return registry.destination(name, process.cwd());
  if (verb === 'read' || verb === 'discover') return registry.source(name, process.cwd());
  return registry.plugin(name, process.cwd());
}

interface Act {
  readonly context: VerbContext;
  readonly plugin: Plugin;
  readonly verb: AirbyteVerb;
  readonly options: AirbyteOptions;
  readonly messages: MessageWriter;
  readonly scrubBy: (scrub: (text: string) => string) => void;
}

async function act({ context, plugin, verb, options, messages, scrubBy }: Act): Promise<boolean> {
  const [{ acceptedConfig, specificationOf }, { createScrubber }] = await Promise.all([
    import('../airbyte/specification.js'),
    import('../scrubber.js'),
  ]);
  if (verb === 'spec') {
    await messages.send({ type: 'SPEC', spec: specificationOf(plugin) });
    return true;
  }
  const given = await jsonFile('--config', context.givenConfig);
  const { signal } = context;
  const around = { signal, baseFolder: baseFolderOf(context.givenConfig, options.baseFolder) };
  const accept = () => {
    const accepted = acceptedConfig(plugin, given);
    scrubBy(createScrubber(accepted.secrets));
    return accepted;
  };
  if (verb === 'check') return check(plugin, accept, around, messages);
  const { config, schema } = accept();
  if (verb === 'write') {
    const { readConfiguredCatalog } = await import('../../sdk/wire/airbyte/index.js');
    const { writeMessages } = await import('../airbyte/write.js');
    return writeMessages({
      catalog: readConfiguredCatalog(await fileOf('--catalog', options.catalog)),
      connect: () => (plugin as DestinationPlugin).connect(config, around),
      defaultSchema: schema,
      input: process.stdin,
      messages,
      signal,
    });
  }
  const { catalogOf, readMessages } = await import('../airbyte/read.js');
  const source = await (plugin as SourcePlugin).open(config, around);
  try {
    if (verb === 'discover') {
      const { tellable } = await import('../bridges/told-streams.js');
      const streams = tellable(await source.streams(() => undefined), (text) => messages.log('WARN', text));
      await messages.send({ type: 'CATALOG', catalog: catalogOf(streams) });
      return true;
    }
    const { readConfiguredCatalog, readStates } = await import('../../sdk/wire/airbyte/index.js');
    const catalog = readConfiguredCatalog(await fileOf('--catalog', options.catalog));
    const states = options.state === undefined ? [] : readStates(await fileOf('--state', options.state));
    return await readMessages({ source, catalog, states, messages, signal });
  } finally {
    await source.close();
  }
}

/** That something cannot be reached is no fault of the check. */
async function check(
  plugin: Plugin,
  accept: () => { readonly config: unknown },
  around: { readonly signal: AbortSignal; readonly baseFolder: string },
  messages: MessageWriter,
): Promise<boolean> {
  const status = async (): Promise<{ status: 'SUCCEEDED' | 'FAILED'; message?: string }> => {
    try {
      const { config } = accept();
      if (plugin.kind === 'destination') await plugin.check(config, around);
      else {
        const source = await plugin.open(config, around);
        try {
          await source.check();
        } finally {
          await source.close();
        }
      }
      return { status: 'SUCCEEDED' };
    } catch (error) {
      around.signal.throwIfAborted();
      const { message, details } = toConnectorError(error);
      return {
        status: 'FAILED',
        message: messages.scrub(details.hint === undefined ? message : `${message} ${details.hint}`),
      };
    }
  };
  await messages.send({ type: 'CONNECTION_STATUS', connectionStatus: await status() });
  return true;
}
