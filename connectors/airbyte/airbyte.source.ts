import { ConnectorError, defineSource, type RecordData, type SourceStream, type StreamOf } from '#sdk';
import { airbyteConfig, type AirbyteConfig } from './airbyte.config.js';
import { GUIDE } from './airbyte.guide.js';
import { connected, lastOf, nothingSaid, openSecrets, unreadOptions, type Connected } from './connected.js';
import { offeredStreams, type OfferedStream } from './offered.js';
import { readStream } from './reading.js';

export const airbyte = defineSource({
  name: 'airbyte',
  summary: 'Any source that speaks the Airbyte protocol, run as a program on this machine.',
  guide: GUIDE,
  config: airbyteConfig,
  connect: ({ config, signal, baseFolder, keepFolder }) => connected(config, { signal, baseFolder, keepFolder }),
  async check(source, note) {
    const config = await source.config();
    for (const text of await unreadOptions(source)) note(text);
    for (const path of await openSecrets(source, config))
      note(
        `\`config.${path}\` is a secret by the source's \`spec\`; under \`secrets\` it is masked wherever the configuration is shown.`,
      );
    const status = await lastOf(source.program.run('check', { config }), 'CONNECTION_STATUS');
    if (status?.connectionStatus.status === 'SUCCEEDED') return;
    if (status === undefined) throw nothingSaid('check', 'CONNECTION_STATUS');
    throw new ConnectorError(
      'config',
      source.scrub(`The source cannot connect: ${status.connectionStatus.message ?? 'it does not say why'}`),
      {
        hint: 'Correct `config` or `secrets`; what each option means, the documentation of the source says.',
      },
    );
  },
  async streams(_kind, { config, client, isWanted }) {
    const offered = offeredStreams(await client.catalog(), config).filter(({ name }) => isWanted(name));
    return Object.fromEntries(
      offered.map((stream): [string, StreamOf<AirbyteConfig, Connected>] => [
        stream.name,
        () => sourceStream(client, stream),
      ]),
    );
  },
});

function sourceStream(client: Connected, offered: OfferedStream): SourceStream {
  const read = async function* (sync: 'full_refresh' | 'incremental', state: unknown, warn: (text: string) => void) {
    yield* readStream({ program: client.program, config: await client.config(), offered, sync, state, warn });
  };
  if (!offered.isResumable)
    return {
      kind: 'full_refresh',
      catalog: offered.catalog,
      async *read({ warn }) {
        // Its states say nothing that a later run could go on from.
        for await (const step of read('full_refresh', undefined, warn))
          if (Array.isArray(step)) yield step as readonly RecordData[];
      },
    };
  return {
    kind: 'stateful',
    catalog: offered.catalog,
    read({ sync, state, range, warn }) {
      if (range !== undefined)
        throw new ConnectorError(
          'config',
          `Stream "${offered.name}" cannot be read by days: an Airbyte source knows no range.`,
          {
            stream: offered.name,
            hint: "Set the source's own start date and reset the bookmark: `tributary state reset`.",
          },
        );
      return read(sync, state, warn);
    },
  };
}
