import type { z } from 'zod';
import type {
  CatalogStream,
  CursorPlan,
  Field,
  FileListing,
  FileVersion,
  OpenFile,
  OpenSource,
  ParsingRules,
  ReadRequest,
  RecordData,
  Slice,
  SourceStream,
  SqlSession,
  Window,
} from '../protocol/index.js';
import { ConnectorError, toConnectorError } from './errors.js';
import { fieldsOf } from './fields.js';

export type MaybePromise<T> = T | Promise<T>;

/** What one step of `read` yields: some records of the stream, as the schema's input. */
export type Page<S extends z.ZodObject> = readonly z.input<S>[];

/** What `read` is given. It is called once per slice and reads it to its end; ending early without throwing loses data. */
export interface ReadContext<Config, Client, S extends Slice> extends ReadRequest<S> {
  readonly config: Config;
  readonly client: Client;
}

/**
 * What a person needs to know before the first run. The connector's page in the docs is made of it, of the configuration and
 * of the streams; texts are Markdown.
 */
export interface SourceGuide {
  /** `config` of an example, which the plugin accepts; a text may be a reference such as `${env:KEY}`. */
  readonly example: Readonly<Record<string, unknown>>;
  /** Options beside those of the example with which every stream is on offer. */
  readonly everything?: Readonly<Record<string, unknown>>;
  /** How to get credentials and which rights they need, a step each. */
  readonly credentials: readonly string[];
  /** The vendor's limits, and how much of them is used. */
  readonly limits: readonly string[];
  /** What the vendor leaves open or contradicts, and what the source accepts therefore. */
  readonly uncertain?: readonly string[];
  /** About streams that only the configuration or the data make. */
  readonly otherStreams?: string;
  /** True: which streams there are, only the source itself says, so the page names none. */
  readonly isAskedForStreams?: true;
}

interface ObjectStream<S extends z.ZodObject> {
  readonly summary: string;
  /** Permissions of the credential, as the vendor calls them, without which the stream cannot be read. */
  readonly permissions?: readonly string[];
  /** What reading it costs, such as `one per campaign and 99 days`. */
  readonly calls?: string;
  readonly primaryKey: readonly (keyof z.output<S> & string)[];
  readonly schema: S;
  /** The field that orders versions of one key, such as `updated_at`: an older version never replaces a newer one. */
  readonly version?: keyof z.output<S> & string;
}

/** A stream without a cursor: read whole in every run. */
export interface FullRefreshStream<Config, Client, S extends z.ZodObject> extends ObjectStream<S> {
  read(context: ReadContext<Config, Client, Slice>): AsyncIterable<Page<S>>;
}

/** A stream that is read by windows of its cursor. The engine cuts the windows, keeps the bookmark and takes the lookback off. */
export interface IncrementalStream<Config, Client, S extends z.ZodObject> extends ObjectStream<S> {
  readonly cursor: {
    readonly field: keyof z.output<S> & string;
    /** First value to read when there is no bookmark. */
    readonly start: (config: Config) => string;
    /** The most that one slice may span, e.g. `100d`. */
    readonly window?: string;
    /** How far behind the bookmark results may still change at the source, e.g. `14d`. */
    readonly lookback?: string;
    /** IANA zone in which the source cuts its days. */
    readonly timeZone?: (config: Config) => string;
  };
  read(context: ReadContext<Config, Client, Window>): AsyncIterable<Page<S>>;
}

/** A stream of files; `#sdk/files` builds it from a transport and the file's description. */
export interface FileStream {
  readonly summary: string;
  readonly primaryKey: readonly string[];
  readonly fields: readonly Field[];
  readonly isInferred: boolean;
  readonly parsing?: ParsingRules;
  readonly isText?: boolean;
  list(signal: AbortSignal, listing?: FileListing): AsyncIterable<FileVersion>;
  open(file: FileVersion, signal: AbortSignal): Promise<OpenFile>;
  settle?(file: FileVersion, checksum: string, signal: AbortSignal): Promise<void>;
}

/** Binds a stream to the source's configuration and client. */
export type StreamOf<Config, Client> = (
  name: string,
  context: { readonly config: Config; readonly client: Client },
) => SourceStream;

export interface StreamKinds<Config, Client> {
  fullRefresh<S extends z.ZodObject>(stream: FullRefreshStream<Config, Client, S>): StreamOf<Config, Client>;
  incremental<S extends z.ZodObject>(stream: IncrementalStream<Config, Client, S>): StreamOf<Config, Client>;
  files(stream: FileStream): StreamOf<Config, Client>;
}

export interface StreamsContext<Config, Client> {
  readonly config: Config;
  readonly client: Client;
  /** Fields that an earlier run has inferred and fixed for a stream; a source that infers must keep to them. */
  readonly frozen: (stream: string) => readonly Field[] | undefined;
  /** False for a stream that may be left out, so that a source which looks at data to know its streams need not look there. */
  readonly isWanted: (stream: string) => boolean;
  /** Says why a stream cannot be offered, so that the others are; throws the error, with the stream's name, where nobody asks for that. */
  readonly leaveOut: (stream: string, error: unknown) => void;
}

/**
 * A source plugin: data and one generator per stream. The engine calls `connect` once per run, then `check` or `streams`,
 * then `read` slice by slice, and `close` at the end whatever happened.
 */
export interface SourceDefinition<C extends z.ZodObject = z.ZodObject, Client = unknown> {
  readonly name: string;
  readonly summary: string;
  readonly guide?: SourceGuide;
  /** Everything about the configuration: check at run time, type, JSON Schema, documentation, which values are secret. */
  readonly config: C;
  connect(context: ConnectContext<C>): MaybePromise<Client>;
  /**
   * Resolves when the source can be read with this configuration; throws a `ConnectorError` that says why not. `note` is for what
   * is no fault yet, such as a kind of file that was never delivered.
   */
  check(client: Client, note: (text: string) => void): Promise<unknown>;
  /** The streams on offer; asynchronous where they are only known at run time. */
  streams(
    kind: StreamKinds<z.output<C>, Client>,
    context: StreamsContext<z.output<C>, Client>,
  ): MaybePromise<Readonly<Record<string, StreamOf<z.output<C>, Client>>>>;
  /**
   * The streams that only the configuration makes. Where it is given, `validate` tells names of streams and columns that are not
   * there: `streams` then asks nobody for those that are fixed, nor for one of these that is declared.
   */
  configured?(config: z.output<C>): readonly ConfiguredStream[];
  /**
   * What is wrong beyond the options themselves, such as in a file that one of them names, for `validate`: it reads files and asks
   * nobody.
   */
  findings?(config: z.output<C>, baseFolder: string): MaybePromise<readonly ConfigFinding[]>;
  close?(client: Client): MaybePromise<void>;
}

export interface ConfigFinding {
  readonly severity: 'error' | 'warning';
  /** The option that it is told at. */
  readonly path: readonly string[];
  /** Where it is in a file that the option names, by its path from the folder of the configuration; lines and columns count from 1. */
  readonly at?: { readonly file: string; readonly line: number; readonly column: number };
  readonly message: string;
}

export interface ConfiguredStream {
  readonly stream: string;
  /** True: its columns are known without a look at the source. */
  readonly isDeclared: boolean;
}

export interface ConnectContext<C extends z.ZodObject> {
  readonly config: z.output<C>;
  readonly signal: AbortSignal;
  /** The folder of the configuration file, for paths that are given relative to it. */
  readonly baseFolder: string;
  /** A folder of its own for what must outlive a run, such as a refresh token that can be used once; absent outside of an installation. */
  readonly keepFolder?: string;
  /** A session that only reads a SQL destination of the same configuration; absent outside of one. The source closes it. */
  readonly sql?: (destination: string) => Promise<SqlSession>;
}

/** A source as registry and engine see it, whatever its types. */
export interface SourcePlugin {
  readonly kind: 'source';
  readonly name: string;
  readonly summary: string;
  readonly config: z.ZodObject;
  readonly guide?: SourceGuide;
  readonly configured?: (config: unknown) => readonly ConfiguredStream[];
  readonly findings?: (config: unknown, baseFolder: string) => MaybePromise<readonly ConfigFinding[]>;
  /** Parses nothing: `config` is what `plugin.config` has accepted. */
  open(config: unknown, context: Omit<ConnectContext<z.ZodObject>, 'config'>): Promise<OpenSource>;
}

export function defineSource<C extends z.ZodObject, Client>(definition: SourceDefinition<C, Client>): SourcePlugin {
  return {
    kind: 'source',
    name: definition.name,
    summary: definition.summary,
    config: definition.config,
    ...(definition.guide === undefined ? {} : { guide: definition.guide }),
    ...(definition.configured === undefined
      ? {}
      : { configured: (config) => definition.configured!(config as z.output<C>) }),
    ...(definition.findings === undefined
      ? {}
      : { findings: (config, baseFolder) => definition.findings!(config as z.output<C>, baseFolder) }),
    async open(config, context) {
      const typed = config as z.output<C>;
      const client = await definition.connect({ ...context, config: typed });
      return {
        async check(note = () => undefined) {
          await definition.check(client, note);
        },
        async streams(frozen, only, onFault) {
          const isWanted = (stream: string) => only === undefined || stream === only;
          const leaveOut = (stream: string, error: unknown) => {
            if (onFault === undefined) throw toConnectorError(error, { stream });
            onFault(stream, error);
          };
          const context = { config: typed, client, frozen, isWanted, leaveOut };
          const bound = await definition.streams(kinds<z.output<C>, Client>(), context);
          return Object.fromEntries(
            Object.entries(bound).map(([name, bind]) => [name, bind(name, { config: typed, client })]),
          );
        },
        async close() {
          await definition.close?.(client);
        },
      };
    },
  };
}

function kinds<Config, Client>(): StreamKinds<Config, Client> {
  return {
    fullRefresh: (stream) => (name, bound) => ({
      kind: 'full_refresh',
      catalog: catalogOf(name, stream, ['full_refresh']),
      read: (request) => stream.read({ ...bound, ...request }) as AsyncIterable<readonly RecordData[]>,
    }),
    incremental: (stream) => (name, bound) => {
      const { cursor } = stream;
      const plan: CursorPlan = {
        field: cursor.field,
        start: cursor.start(bound.config),
        ...(cursor.window === undefined ? {} : { window: cursor.window }),
        ...(cursor.lookback === undefined ? {} : { lookback: cursor.lookback }),
        ...(cursor.timeZone === undefined ? {} : { timeZone: cursor.timeZone(bound.config) }),
      };
      return {
        kind: 'incremental',
        catalog: { ...catalogOf(name, stream, ['full_refresh', 'incremental']), cursor: cursor.field },
        cursor: plan,
        read: (request) => stream.read({ ...bound, ...request }) as AsyncIterable<readonly RecordData[]>,
      };
    },
    files: (stream) => (name) => ({
      kind: 'files',
      catalog: {
        name,
        summary: stream.summary,
        fields: stream.fields,
        primaryKey: stream.primaryKey,
        syncModes: ['full_refresh', 'incremental'],
      },
      isInferred: stream.isInferred,
      ...(stream.parsing === undefined ? {} : { parsing: stream.parsing }),
      ...(stream.isText === undefined ? {} : { isText: stream.isText }),
      list: (signal, listing) => stream.list(signal, listing),
      open: (file, signal) => stream.open(file, signal),
      ...(stream.settle === undefined
        ? {}
        : { settle: (file, checksum, signal) => stream.settle?.(file, checksum, signal) ?? Promise.resolve() }),
    }),
  };
}

function catalogOf(
  name: string,
  stream: ObjectStream<z.ZodObject>,
  syncModes: CatalogStream['syncModes'],
): CatalogStream {
  const fields = fieldsOf(stream.schema);
  for (const column of stream.primaryKey) {
    const field = fields.find((candidate) => candidate.name === column);
    if (field === undefined || field.nullable)
      throw new ConnectorError(
        'internal',
        `Stream "${name}": key field "${column}" is missing in its schema or may be null`,
      );
  }
  const { summary, primaryKey, version, permissions, calls } = stream;
  return {
    name,
    summary,
    fields,
    primaryKey,
    ...(version === undefined ? {} : { version }),
    ...(permissions === undefined ? {} : { permissions }),
    ...(calls === undefined ? {} : { calls }),
    syncModes,
  };
}
