import { didYouMean } from '../protocol/index.js';
import { choiceRule, OLD_BOOLEANS } from './fields.js';
import { formatPath, type Path, type SettingsIssue } from './issues.js';
import type { YamlDocument } from './yaml-document.js';

/** An issue as zod tells it; taken by its form, so that a plugin's own copy of zod does as well. */
export interface ForeignIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly code?: string | undefined;
  /** The keys that are not known, where that is what is wrong. */
  readonly keys?: readonly string[];
  /** The values that are allowed, where one is none of them; `options`, where the value chooses a form. */
  readonly values?: readonly unknown[];
  readonly options?: readonly unknown[];
  /** The form that a text lacks. */
  readonly format?: string;
  /** What is wrong with the value by each of the forms that it may have. */
  readonly errors?: readonly (readonly ForeignIssue[])[];
}

/** By path in a plugin's `config`; empty where they are not known. */
export type KnownKeys = (path: readonly PropertyKey[]) => readonly string[];

type IssueAt = (path: Path, message: string, at?: 'key' | 'value') => SettingsIssue;

/** What a plugin's schema finds wrong with its `config`, at the places of the file. */
export function foreignIssues(
  issue: ForeignIssue,
  base: Path,
  knownKeys: KnownKeys,
  document: YamlDocument,
  issueAt: IssueAt,
): SettingsIssue[] {
  const value = valueAt(document.value, pathOf(base, issue));
  return inMeantForm(issue, value).flatMap((one) => ownIssues(one, base, knownKeys, document, issueAt));
}

function ownIssues(
  issue: ForeignIssue,
  base: Path,
  knownKeys: KnownKeys,
  document: YamlDocument,
  issueAt: IssueAt,
): SettingsIssue[] {
  const path = pathOf(base, issue);
  if (issue.code === 'unrecognized_keys' && issue.keys !== undefined) {
    const known = knownKeys(issue.path);
    return issue.keys.map((key) =>
      issueAt([...path, key], `unknown key${known.length === 0 ? '' : `; ${didYouMean(key, known)}`}`, 'key'),
    );
  }
  // What is wrong with a reference is told already.
  if (document.unresolved.has(formatPath(path))) return [];
  const expected = /expected (.+), received undefined$/.exec(issue.message)?.[1];
  if (expected !== undefined) return [issueAt(path, `is required: ${expected}`)];
  const allowed = (issue.values ?? issue.options)?.filter((each) => typeof each === 'string');
  if (allowed !== undefined && allowed.length > 0)
    return [issueAt(path, choiceRule(valueAt(document.value, path), allowed))];
  const form = issue.format === undefined ? undefined : FORMS[issue.format];
  if (issue.code === 'invalid_format' && form !== undefined && issue.message.startsWith('Invalid '))
    return [issueAt(path, `must be ${form}`)];
  const isOldBoolean = OLD_BOOLEANS.test(document.plainTextOf(path) ?? '') && issue.message.includes('boolean');
  const hint = isOldBoolean ? '; yes, no, on and off are plain text in YAML 1.2: write true or false' : '';
  return [issueAt(path, `${issue.message}${hint}`)];
}

/** What zod calls invalid without saying what would be valid. */
const FORMS: Readonly<Record<string, string>> = {
  url: 'an address like https://api.example.com',
  date: 'a day like 2026-03-20',
};

/**
 * Of several forms that a value may have, what is wrong by the one that is meant: it is of that kind, and has more of that form's keys
 * than of any other's. Where that is none, the keys that no form has; where there are none either, the issue as it is.
 */
function inMeantForm(issue: ForeignIssue, value: unknown): readonly ForeignIssue[] {
  const isObject = typeof value === 'object' && value !== null;
  const ofKind = (issue.errors ?? []).filter(
    (found) =>
      !found.some(
        ({ path, code }) => path.length === 0 && (code === 'invalid_type' || (isObject && code === 'invalid_value')),
      ),
  );
  const ranked = ofKind
    .map((found) => ({ found, strange: strangeness(found, value) }))
    .toSorted((a, b) => a.strange - b.strange);
  const [best, next] = ranked;
  if (best !== undefined && best.strange !== next?.strange)
    return best.found.flatMap((one) =>
      inMeantForm(one, valueAt(value, one.path)).map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })),
    );
  const [first, ...rest] = ofKind.map(strangeKeys);
  const keys = (first ?? []).filter((key) => rest.every((others) => others.includes(key)));
  return keys.length === 0 ? [issue] : [{ ...issue, code: 'unrecognized_keys', keys }];
}

const strangeKeys = (found: readonly ForeignIssue[]): readonly string[] =>
  found.flatMap(({ path, code, keys }) => (path.length === 0 && code === 'unrecognized_keys' ? (keys ?? []) : []));

/** Keys that the form has not, and those that it needs and the value has not. */
const strangeness = (found: readonly ForeignIssue[], value: unknown): number =>
  strangeKeys(found).length +
  found.filter(({ path }) => path.length === 1 && valueAt(value, path) === undefined).length;

const pathOf = (base: Path, { path }: ForeignIssue): Path => [
  ...base,
  ...path.map((key) => (typeof key === 'symbol' ? String(key) : key)),
];

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (part, key) =>
      typeof part === 'object' && part !== null ? (part as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
