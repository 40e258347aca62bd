import { SECRET_STORES, type SecretStore } from '../../protocol/index.js';
import { ConnectorError, isConnectorError } from '../../sdk/errors.js';

/** Gives what a store holds under an id now: text, or an object with fields. Throws `auth`, `config` or `transient`, without any value. */
export type ReadSecret = (id: string) => Promise<unknown>;

/** Reads references such as `vault:secret/braze#api_key`. */
export interface SecretReader {
  /** The newest value. The error names the reference. */
  read(reference: string): Promise<string>;
}

/** Each store is reached as its own programs are told to by the environment; paths are relative to `folder`. */
export function secretReader(env: Readonly<Record<string, string | undefined>>, folder: string): SecretReader {
  const opened = new Map<SecretStore, Promise<ReadSecret>>();
  const openers: Readonly<Record<SecretStore, () => Promise<ReadSecret>>> = {
    vault: async () => (await import('./vault.js')).vaultSecrets(env),
    aws: async () => (await import('./aws.js')).awsSecrets(env),
    age: async () => (await import('./age.js')).ageSecrets(env, folder),
  };
  return {
    async read(reference) {
      const [, kind, id, field] = /^(\w+):([^#]*)(?:#(.*))?$/s.exec(reference) ?? [];
      const store = SECRET_STORES.find((one) => one === kind)!;
      try {
        if (!opened.has(store)) opened.set(store, openers[store]());
        const read = await opened.get(store)!;
        return textOf(await read(id!), field);
      } catch (error) {
        // What could not be opened may be by the next time.
        if (opened.has(store) && (await opened.get(store)!.catch(() => undefined)) === undefined) opened.delete(store);
        throw named(reference, error);
      }
    },
  };
}

/** Of an object the field, through objects within it; of a text the whole, or a field of the JSON that it is. */
function textOf(secret: unknown, field: string | undefined): string {
  if (field === undefined) {
    if (typeof secret === 'string') return secret;
    throw new ConnectorError('config', 'is not one text; name a field of it after #');
  }
  const inside = field
    .split('.')
    .reduce<unknown>(
      (part, key) =>
        typeof part === 'object' && part !== null && Object.hasOwn(part, key)
          ? (part as Record<string, unknown>)[key]
          : undefined,
      typeof secret === 'string' ? parsed(secret) : secret,
    );
  if (typeof inside === 'string' || typeof inside === 'number') return String(inside);
  throw new ConnectorError('config', `has no text in the field "${field}"`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own words would quote the secret.
    throw new ConnectorError('config', 'is no JSON, so it has no fields');
  }
}

function named(reference: string, error: unknown): ConnectorError {
  if (isConnectorError(error))
    return new ConnectorError(error.kind, `\${${reference}} ${error.message}`, error.details);
  // Of an error that is not ours only the name: its message may quote what it has read.
  const { name } = error as Error;
  return new ConnectorError('config', `\${${reference}} cannot be read (${name})`);
}
