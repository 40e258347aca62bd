import type { SecretStore } from '../protocol/index.js';

/** Where referenced values come from; given in, so that parsing stays a pure function. */
export interface ReferenceSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads a file given relative to the folder of the configuration; throws when it cannot be read. */
  readonly readFile: (path: string) => string;
  /** What stores of secrets gave for each reference, as `vault:secret/braze#api_key`, or why they did not. */
  readonly stored?: ReadonlyMap<string, string | Error>;
}

/** A reference that stood in a value, and what became of it. */
export interface Reference {
  readonly kind: 'env' | 'file' | SecretStore;
  readonly name: string;
  readonly state: 'set' | 'default' | 'read';
}

export interface Resolution {
  readonly text: string;
  readonly references: readonly Reference[];
  readonly faults: readonly string[];
}

const TOKEN = /\$\$\{|\$\{([^}]*)(\})?/g;
const ENV = /^env:([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/;
const FILE = /^file:([\s\S]+)$/;
const STORED = /^(vault|aws|age):([\s\S]+)$/;

/** Every reference in a text that a store of secrets must be asked for. */
export function storedReferencesIn(text: string): readonly string[] {
  const found = [...text.matchAll(TOKEN)].map(([, inner]) => inner ?? '');
  return [...new Set(found.filter((inner) => STORED.test(inner)))];
}

/**
 * Puts values in place of `${env:NAME}`, `${env:NAME:-default}`, `${file:PATH}` and references of stores of secrets; `$${` stands for the text `${`. As in
 * a shell, the default also replaces an empty value. A file's last line break is not part of its value.
 */
export function resolveReferences(text: string, sources: ReferenceSources): Resolution {
  const references: Reference[] = [];
  const faults: string[] = [];
  const resolved = text.replace(TOKEN, (token: string, inner: string | undefined, end: string | undefined) => {
    if (inner === undefined) return '${';
    const env = end === undefined ? null : ENV.exec(inner);
    if (env !== null) return fromEnv(env[1], env[2]);
    const file = end === undefined ? null : FILE.exec(inner);
    if (file !== null) return fromFile(file[1]);
    const stored = end === undefined ? null : STORED.exec(inner);
    if (stored !== null) return fromStore(stored[1] as SecretStore, stored[2]!);
    faults.push(
      'holds ${ that begins no reference; allowed: ${env:NAME}, ${env:NAME:-default}, ${file:PATH}, ${vault:…}, ${aws:…}, ${age:…}, and $${ for the text ${',
    );
    return token;
  });
  return { text: resolved, references, faults };

  function fromEnv(name: string, fallback: string | undefined): string {
    const value = Object.hasOwn(sources.env, name) ? sources.env[name] : undefined;
    const isUsable = value !== undefined && (value !== '' || fallback === undefined);
    if (!isUsable && fallback === undefined)
      faults.push(
        `environment variable ${name} is not set; set it (a value that is no secret may have a default: \${env:${name}:-…})`,
      );
    references.push({ kind: 'env', name, state: isUsable ? 'set' : 'default' });
    return isUsable ? value : (fallback ?? '');
  }

  function fromStore(kind: SecretStore, name: string): string {
    const value = sources.stored?.get(`${kind}:${name}`);
    if (typeof value === 'string') {
      references.push({ kind, name, state: 'read' });
      return value;
    }
    faults.push(value?.message ?? `\${${kind}:${name}} cannot be read here`);
    return '';
  }

  function fromFile(path: string): string {
    try {
      const value = sources.readFile(path).replace(/\r?\n$/, '');
      references.push({ kind: 'file', name: path, state: 'read' });
      return value;
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code;
      faults.push(`file ${path} cannot be read${reason === undefined ? '' : ` (${reason})`}`);
      return '';
    }
  }
}
