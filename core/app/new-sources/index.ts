import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type {
  ConnectionDraft,
  DraftFault,
  DraftJudgement,
  NewSources,
  SourceDraft,
  TriedDraft,
} from '../../api/index.js';
import { configSchema } from '../../plugins/index.js';
import { reportOf } from '../../engine/index.js';
import type { CatalogStream, OpenSource } from '../../protocol/index.js';
import { ConnectorError } from '../../sdk/index.js';
import { formatPath, NAME_PATTERN, NAME_RULE, SettingsError } from '../../settings/index.js';
import type { Installation } from '../installation.js';
import { createScrubber, scrubError } from '../scrubber.js';
import { judgeDraft, offeredPlugins, type JudgedDraft } from './draft.js';
import { fragment, withAdditions, type Additions } from './file-text.js';
import { replaceText } from './replace-text.js';

const LONGEST_MS = 60_000;
/** Each holds a connection, and some a process of work. */
const MOST_AT_ONCE = 2;

/** What admins do with a source that is not in the configuration yet: try it, and have it written down. */
export function newSources(installation: Installation, stopping: AbortSignal): NewSources {
  const { configuration } = installation;
  const { settings, loaded } = configuration;
  const { write } = settings.new_sources;
  let open = 0;
  let adding: Promise<unknown> = Promise.resolve();

  const tried = async <T>(
    draft: SourceDraft,
    by: string,
    work: (source: OpenSource) => Promise<T>,
  ): Promise<TriedDraft<T>> => {
    const judged = await judgeDraft(configuration, draft);
    const faults = [...judged.faults, ...judged.missing];
    if (judged.config === undefined) return { faults };
    if (judged.plugin?.name === 'warehouse') return { faults, untried: NO_QUERIES };
    if (open >= MOST_AT_ONCE)
      throw new ConnectorError('rate_limit', `${MOST_AT_ONCE} new sources are being tried already.`, {
        hint: 'Try again when one of them has ended.',
      });
    open += 1;
    try {
      if (judged.references.length > 0) await note(draft, by, judged.references);
      return { faults, found: await withSource(judged, work) };
    } catch (error) {
      // The secrets of a draft are not among those of the configuration.
      const scrub = createScrubber(judged.secrets);
      const said = scrubError(error, (text) => configuration.scrub(scrub(text)));
      return { faults, error: reportOf(said) };
    } finally {
      open -= 1;
    }
  };
  const withSource = async <T>(
    { plugin, config }: JudgedDraft,
    work: (source: OpenSource) => Promise<T>,
  ): Promise<T> => {
    const late = AbortSignal.timeout(LONGEST_MS);
    const signal = AbortSignal.any([late, stopping]);
    const refused = new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () =>
        reject(late.aborted ? tooLong() : new ConnectorError('transient', 'The host is ending.')),
      ),
    );
    const source = await Promise.race([plugin!.open(config, { signal, baseFolder: loaded.folder }), refused]);
    try {
      return await Promise.race([work(source), refused]);
    } finally {
      await source.close();
    }
  };
  const note = async ({ name, connector }: SourceDraft, by: string, references: readonly string[]) => {
    const { audit } = await installation.store();
    const detail = { connector, references };
    await audit.append({ actor: by, action: 'secrets.use', object: `new source ${name}`, outcome: 'allowed', detail });
  };

  const judge = async (draft: SourceDraft, connection: ConnectionDraft) => {
    const additions = additionsOf(draft, connection);
    const { faults, missing } = await judgeDraft(configuration, draft);
    const text = await readFile(configuration.loaded.file, 'utf8');
    const found: DraftFault[] = [...namesAmiss(draft, connection), ...faults];
    if (Object.hasOwn(settings.connections, connection.name))
      found.push({
        path: 'connection.name',
        message: `the configuration has a connection "${connection.name}" already`,
      });
    // Its `config` is judged already; here nothing of it is resolved.
    const bare = withAdditions(text, additionsOf({ ...draft, config: {} }, connection));
    if (bare !== undefined && found.length === 0) found.push(...(await faultsOfFile(bare, draft, connection)));
    const whole = withAdditions(text, additions);
    const cannotAdd = !write
      ? 'This host does not write its configuration (new_sources.write).'
      : whole === undefined
        ? `${basename(loaded.file)} is written in a way that nothing can be put into; add the text yourself.`
        : undefined;
    const judgement: DraftJudgement = {
      yaml: fragment(additions),
      faults: found,
      missing,
      file: basename(loaded.file),
      ...(cannotAdd === undefined ? {} : { cannotAdd }),
    };
    return { judgement, text, whole };
  };
  const faultsOfFile = async (text: string, { name }: SourceDraft, connection: ConnectionDraft) => {
    try {
      await configuration.check(text, name);
      return [];
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      const places = [
        { at: formatPath(['connections', connection.name]), as: 'connection' },
        { at: formatPath(['sources', name]), as: 'name' },
      ];
      return error.issues.map(({ path, message }) => {
        const found = places.find(({ at }) => path === at || path.startsWith(`${at}.`));
        if (found !== undefined) return { path: `${found.as}${path.slice(found.at.length)}`, message };
        return { path: 'file', message: `the file has a fault of its own, at ${path}: ${message}` };
      });
    }
  };

  return {
    async connectors() {
      const plugins = [...(await offeredPlugins(configuration))];
      return plugins.map(([connector, plugin]) => ({
        connector,
        summary: plugin.summary,
        config: configSchema(plugin) as object,
        credentials: plugin.guide?.credentials ?? [],
      }));
    },
    destinations: Object.keys(settings.destinations),
    keys: Object.keys(settings.keys),
    references: settings.new_sources.references,
    check: (draft, by) => tried(draft, by, async (source) => source.check()),
    async streams(draft, by) {
      const done = await tried(draft, by, async (source) =>
        Object.values(await source.streams(() => undefined)).map(({ catalog }) => catalog),
      );
      return done.untried === undefined ? done : { ...done, found: namedStreams(draft) };
    },
    yaml: async (draft, connection) => (await judge(draft, connection)).judgement,
    async add(draft, connection) {
      // One after the other: each begins with what the one before has written.
      const work = adding.then(async () => {
        const { judgement, text, whole } = await judge(draft, connection);
        if (judgement.faults.length > 0 || judgement.cannotAdd !== undefined || whole === undefined) return judgement;
        await replaceText(loaded.file, text, whole);
        return { ...judgement, isAdded: true };
      });
      adding = work.catch(() => undefined);
      return work;
    },
  };
}

const NO_QUERIES =
  'A page sends no query to a destination. `tributary check` tries it on the machine, once it stands in the file.';

/** The streams that a source `warehouse` names; which columns they have is not known here. */
const namedStreams = ({ config }: SourceDraft): readonly CatalogStream[] =>
  Object.entries(config['streams'] as Record<string, { table?: string; primary_key?: string[] }>).map(
    ([name, { table, primary_key: primaryKey = [] }]) => ({
      name,
      summary: table === undefined ? 'A query' : `Table ${table}`,
      fields: [],
      primaryKey,
      syncModes: ['full_refresh'],
    }),
  );

const tooLong = () =>
  new ConnectorError('transient', `It took longer than ${LONGEST_MS / 1_000} seconds.`, {
    hint: 'Look whether the address is right and can be reached from the machine of the host.',
  });

function additionsOf(
  { name, connector, config }: SourceDraft,
  { name: connection, ...settings }: ConnectionDraft,
): Additions {
  return {
    sources: { [name]: { connector, ...(Object.keys(config).length === 0 ? {} : { config }) } },
    connections: { [connection]: { source: name, ...settings } },
  };
}

const namesAmiss = ({ name }: SourceDraft, connection: ConnectionDraft): readonly DraftFault[] =>
  [
    { path: 'name', is: name },
    { path: 'connection.name', is: connection.name },
  ].flatMap(({ path, is }) => (NAME_PATTERN.test(is) ? [] : [{ path, message: NAME_RULE }]));
