/** A version of a key, by what tells it from any other and does not tell it. */
export interface KnownKey {
  readonly name: string;
  readonly version: number;
  readonly digest: string;
}

/** By which keys records were protected, so that none of them becomes another unseen. */
export interface KeyStore {
  find(names: readonly string[]): Promise<readonly KnownKey[]>;
  /** One that is known stays as it is. */
  remember(keys: readonly KnownKey[]): Promise<void>;
}
