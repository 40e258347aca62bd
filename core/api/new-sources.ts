import type { CatalogStream, ErrorReport } from '../protocol/index.js';

/** A source that is not in the configuration yet, as somebody fills it in. Its secrets are references. */
export interface SourceDraft {
  readonly name: string;
  readonly connector: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** The connection that is to read it: its name, and what is to stand below that in the file, but for `source`. */
export interface ConnectionDraft extends Readonly<Record<string, unknown>> {
  readonly name: string;
  readonly destination: string;
}

/** What is wrong, and where; never a value. */
export interface DraftFault {
  readonly path: string;
  readonly message: string;
}

export interface OfferedConnector {
  readonly connector: string;
  readonly summary: string;
  /** JSON Schema of its configuration. */
  readonly config: object;
  /** How to get credentials, a step each. */
  readonly credentials: readonly string[];
}

/** Faults keep it from being tried. */
export interface TriedDraft<T> {
  readonly faults: readonly DraftFault[];
  readonly error?: ErrorReport;
  /** Why the host does not connect to it here; it may stand in the file all the same. */
  readonly untried?: string;
  readonly found?: T;
}

export interface DraftJudgement {
  /** What is to be added to the configuration. */
  readonly yaml: string;
  readonly faults: readonly DraftFault[];
  /** References that this host cannot have. */
  readonly missing: readonly DraftFault[];
  /** Name of the configuration file. */
  readonly file: string;
  /** Why the host does not add it itself; absent: it can. */
  readonly cannotAdd?: string;
  readonly isAdded?: boolean;
}

/** New sources, for those who may add them. `by` is who asks. */
export interface NewSources {
  connectors(): Promise<readonly OfferedConnector[]>;
  /** Where it may lead. */
  readonly destinations: readonly string[];
  /** Names of keys for rules under `protect`. */
  readonly keys: readonly string[];
  /** Patterns of the references that may be tried. */
  readonly references: readonly string[];
  check(draft: SourceDraft, by: string): Promise<TriedDraft<void>>;
  streams(draft: SourceDraft, by: string): Promise<TriedDraft<readonly CatalogStream[]>>;
  yaml(draft: SourceDraft, connection: ConnectionDraft): Promise<DraftJudgement>;
  /** Writes it into the configuration file where nothing speaks against it. Throws `locked` where the file cannot be written. */
  add(draft: SourceDraft, connection: ConnectionDraft): Promise<DraftJudgement>;
}
