import { ConnectorError, type ErrorDetails } from '../sdk/errors.js';

export type PathKey = string | number;
export type Path = readonly PathKey[];

/** One thing that is wrong with the file, at its place. Lines and columns count from 1. */
export interface SettingsIssue {
  /** The file that it is in, where that is one that the configuration names. */
  readonly file?: string;
  readonly line: number;
  readonly column: number;
  /** As people read it: `facts[0].as.date`; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong and what is allowed; never a value, which might be a secret. */
  readonly message: string;
}

export function formatPath(path: Path): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? key : `${text}.${key}`),
    '',
  );
}

export function formatIssue(file: string, issue: SettingsIssue): string {
  const where = `${issue.file ?? file}:${issue.line}:${issue.column}`;
  return issue.path === '' ? `${where}: ${issue.message}` : `${where}: ${issue.path}: ${issue.message}`;
}

/** The issues in the order of the file, each once; those in other files after them. */
export function sortIssues(issues: readonly SettingsIssue[]): readonly SettingsIssue[] {
  const unique = new Map(issues.map((issue) => [formatIssue('', issue), issue]));
  return [...unique.values()].sort(
    (a, b) => (a.file ?? '').localeCompare(b.file ?? '') || a.line - b.line || a.column - b.column,
  );
}

/** A `ConnectorError` of kind `config` whose message holds every issue on a line of its own. */
export class SettingsError extends ConnectorError {
  readonly issues: readonly SettingsIssue[];

  constructor(file: string, issues: readonly SettingsIssue[], details: ErrorDetails = {}) {
    const sorted = sortIssues(issues);
    super('config', sorted.map((issue) => formatIssue(file, issue)).join('\n'), details);
    this.issues = sorted;
  }
}
