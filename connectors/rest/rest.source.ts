import {
  ConnectorError,
  defineSource,
  SavedState,
  type Field,
  type RecordData,
  type SourceStream,
  type StreamOf,
} from '#sdk';
import { secretPaths } from '#sdk/wire/airbyte';
import { connect, warningsOf, type Connected } from './connected.js';
import { configFindings } from './judged.js';
import type { State } from './cursors/cursor.js';
import { isComponent } from './manifest/text.js';
import { GUIDE } from './rest.guide.js';
import { restConfig, type RestConfig } from './rest.config.js';
import { checkManifest } from './streams/check.js';
import type { DeclarativeStream } from './streams/declarative-stream.js';
import { fieldsOfRecords, fieldsOfSchema } from './schemas/fields.js';

interface Rest {
  readonly config: RestConfig;
  readonly connected: Connected;
  readonly signal: AbortSignal;
  /** Warnings of the manifest that nobody was told in this run. */
  readonly untold: string[];
}

/** Of a run in which no record has a field; of fewer, from an API that leaves out what is null, it would be told each day. */
const FEWEST_RECORDS = 20;
/** A state is handed out after so many records, or so many milliseconds, and at the end. */
const STATE_RECORDS = 20_000;
const STATE_MS = 30_000;
/** Records by which the columns of a stream without schema are told. */
const SAMPLE_RECORDS = 500;

export const rest = defineSource({
  name: 'rest',
  summary:
    'Any REST API, described in YAML: a declarative manifest as it stands, or a short form of some twenty lines.',
  guide: GUIDE,
  config: restConfig,
  async connect({ config, signal, baseFolder }): Promise<Rest> {
    const connected = await connect(config, { signal, baseFolder });
    return { config, signal, connected, untold: [...warningsOf(connected.manifest)] };
  },
  async check({ connected, config }, note) {
    for (const warning of warningsOf(connected.manifest)) note(warning);
    for (const path of openSecrets(connected, config))
      note(
        `\`manifest_config.${path}\` is a secret by the manifest's \`spec\`; under \`secrets\` it is masked wherever the configuration is shown.`,
      );
    connected.attend();
    await checkManifest(connected, note);
  },
  async streams(_kind, { config: { streams: only }, client, isWanted }) {
    const found = await client.connected.streams();
    const missing = (only ?? []).filter((name) => !found.has(name));
    if (missing.length > 0)
      throw new ConnectorError(
        'config',
        `\`streams\` names "${missing.join('", "')}", which the manifest does not have.`,
        { hint: `It has: ${[...found.keys()].join(', ')}.` },
      );
    const offered: [string, StreamOf<RestConfig, Rest>][] = [];
    for (const [name, stream] of found) {
      if ((only !== undefined && !only.includes(name)) || !isWanted(name)) continue;
      const source = await sourceStream(stream, client);
      offered.push([name, () => source]);
    }
    return Object.fromEntries(offered);
  },
  findings: configFindings,
  close: ({ connected }) => connected.close(),
});

/** The paths of what the manifest calls secret, and the configuration has in the open. */
function openSecrets({ manifest }: Connected, { manifest_config: given, secrets }: RestConfig): ReadonlySet<string> {
  const { spec } = manifest.root;
  const schema = isComponent(spec) ? spec['connection_specification'] : undefined;
  const paths = secretPaths(given, schema).map((path) => path.join('.'));
  return new Set(paths.filter((path) => !Object.hasOwn(secrets, path)));
}

async function sourceStream(stream: DeclarativeStream, { connected, signal, untold }: Rest): Promise<SourceStream> {
  const { name, primaryKey, cursorField } = stream;
  const fields = fieldsOfSchema(await stream.schema(), primaryKey) ?? (await sampled(stream));
  const missing = primaryKey.filter((key) => !fields.some((field) => field.name === key));
  if (missing.length > 0 && fields.length > 0)
    throw new ConnectorError(
      'config',
      `Stream "${name}": its key "${missing.join('", "')}" is no field of its schema.`,
      { stream: name, hint: 'Correct `primary_key`, or the schema.' },
    );
  const catalog = { name, summary: 'A stream of the manifest', fields, primaryKey };
  const { clock } = connected.environment;
  if (cursorField === undefined)
    return {
      kind: 'full_refresh',
      catalog: { ...catalog, syncModes: ['full_refresh'] },
      async *read({ warn, replacesAll }) {
        for (const warning of untold.splice(0)) warn(warning);
        const sightings = stream.sightings(replacesAll);
        for await (const step of stream.read({ state: undefined, isConcurrent: true, sightings })) {
          signal.throwIfAborted();
          // Lines that are no record go to quarantine with the others.
          if (step.kind === 'page') yield [...step.page.records, ...step.page.bad] as RecordData[];
        }
        for (const warning of sightings.warnings(FEWEST_RECORDS)) warn(warning);
      },
    };
  return {
    kind: 'stateful',
    readsDays: stream.readsDays,
    ...(stream.stateAt === undefined
      ? {}
      : { stateAt: (moment, state) => stream.stateAt!(moment, (state ?? {}) as State) }),
    catalog: { ...catalog, cursor: cursorField, syncModes: ['full_refresh', 'incremental'] },
    async *read({ state, range, warn, replacesAll }) {
      for (const warning of untold.splice(0)) warn(warning);
      let records = 0;
      let since = clock.now().getTime();
      let held: { readonly state: State } | undefined;
      const sightings = stream.sightings(replacesAll);
      for await (const step of stream.read({
        sightings,
        state: state as Readonly<Record<string, unknown>> | undefined,
        isConcurrent: true,
        ...(range === undefined ? {} : { range }),
      })) {
        signal.throwIfAborted();
        if (step.kind === 'page') {
          records += step.page.records.length;
          held = undefined;
          yield [...step.page.records, ...step.page.bad];
          continue;
        }
        held = step;
        const now = clock.now().getTime();
        if (records < STATE_RECORDS && now - since < STATE_MS) continue;
        records = 0;
        since = now;
        yield new SavedState(held.state);
        held = undefined;
      }
      for (const warning of sightings.warnings(FEWEST_RECORDS)) warn(warning);
      if (held !== undefined) yield new SavedState(held.state);
    },
  };
}

/** The columns of a stream that has no schema, by its first records. */
async function sampled(stream: DeclarativeStream): Promise<readonly Field[]> {
  const records: Readonly<Record<string, unknown>>[] = [];
  for await (const step of stream.read({ state: undefined })) {
    if (step.kind === 'page') for (const record of step.page.records) records.push(record);
    if (records.length >= SAMPLE_RECORDS) break;
  }
  return fieldsOfRecords(records.slice(0, SAMPLE_RECORDS), stream.primaryKey);
}
