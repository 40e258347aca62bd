/** A configuration as it takes effect, secrets masked: the value at each path, as JSON. */
export type SeenConfiguration = Readonly<Record<string, string>>;

/** What the last process that looked had for a configuration. */
export interface ConfigurationStore {
  /** Undefined where none was seen yet. */
  seen(): Promise<SeenConfiguration | undefined>;
  remember(configuration: SeenConfiguration): Promise<void>;
}
