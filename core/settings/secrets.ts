import { formatPath, type Path, type PathKey } from './issues.js';
import type { LoadedSettings } from './load.js';

/** A path in which `*` stands for any entry. */
export type PathPattern = readonly PathKey[];

/** Fields whose value is a secret where it came from a reference, whatever their plugin declares. */
const SECRET_NAME =
  /(^|[_-])(keys?|secrets?|passwords?|passphrase|pass|pwd|tokens?|credentials?|authorization|pin)([_-]|$)/i;
/** Those that are one even where the value stands in the file. */
const SURE_SECRET_NAME = /(^|[_-])(secret|password|passphrase|token|api[_-]key|private[_-]key|authorization)$/i;
/** Up to the last @ of the word: a password that somebody forgot to encode may hold any of `/?#@`. */
const URL_PASSWORD = /([a-z][a-z0-9+.-]{0,20}:\/\/[^\s/?#:@]*):(\S*)@/gi;
const URL_QUERY_PASSWORD = /([?&](?:password|token|api_key|sslpassword|signature|sig)=)([^&#\s]*)/gi;

/** Whether the value at a path of the file is a secret: its plugin declares it, or its name says so. */
export function isSecretPath(path: Path, isReferenced: boolean, declared: readonly PathPattern[]): boolean {
  if (path[0] === 'keys' || path[0] === 'former_keys' || declared.some((pattern) => matches(pattern, path)))
    return true;
  const name = String(path.findLast((key) => typeof key === 'string') ?? '');
  return isSureSecretName(name) || (isReferenced && SECRET_NAME.test(name));
}

/** A field that is never shown, whatever it is in. */
export function isSureSecretName(name: string): boolean {
  return SURE_SECRET_NAME.test(name);
}

/** Takes passwords out of the URLs in a text. */
export function maskUrls(text: string): string {
  return text.replace(URL_PASSWORD, '$1:***@').replace(URL_QUERY_PASSWORD, '$1***');
}

/** Every secret in a value of the file, references resolved, as it stands, those inside of URLs too. */
export function secretValuesOf(
  loaded: Pick<LoadedSettings, 'referenced'>,
  declared: readonly PathPattern[],
  value: unknown,
  at: Path,
): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (value: unknown, path: Path): void => {
    if (Array.isArray(value)) for (const [index, entry] of value.entries()) visit(entry, [...path, index]);
    else if (typeof value === 'object' && value !== null)
      for (const [key, entry] of Object.entries(value)) visit(entry, [...path, key]);
    else if (typeof value === 'string') {
      if (isSecretPath(path, loaded.referenced.has(formatPath(path)), declared)) found.add(value);
      for (const pattern of [URL_PASSWORD, URL_QUERY_PASSWORD])
        for (const [, , password] of value.matchAll(pattern)) found.add(password!);
    }
  };
  visit(value, at);
  return found;
}

/** Names of the references that give the secrets at and below a path, as `env NAME`. */
export function secretReferencesOf(
  loaded: Pick<LoadedSettings, 'referenced'>,
  declared: readonly PathPattern[],
  below: Path,
): readonly string[] {
  const found = [...loaded.referenced.values()].filter(
    ({ path }) =>
      below.every((key, index) => path[index] === key) &&
      // Its URL holds a password.
      (path[0] === 'store' || isSecretPath(path, true, declared)),
  );
  return [...new Set(found.flatMap(({ references }) => references.map(({ kind, name }) => `${kind} ${name}`)))];
}

function matches(pattern: PathPattern, path: Path): boolean {
  return pattern.length === path.length && pattern.every((key, index) => key === '*' || key === path[index]);
}
