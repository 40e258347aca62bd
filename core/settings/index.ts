/** The YAML file: classes, references to secrets, errors with line and column, JSON Schema. */
export * from './settings.js';
export * from './access.settings.js';
export * from './alerts.settings.js';
export * from './connection.settings.js';
export * from './fact.settings.js';
export * from './new-sources.settings.js';
export * from './report.settings.js';
export * from './report-sharing.settings.js';
export * from './schedule.settings.js';
export type { Condition, Scalar } from './shape.js';
export { factColumns } from './fact-columns.js';
export {
  SettingsError,
  formatIssue,
  formatPath,
  sortIssues,
  type Path,
  type PathKey,
  type SettingsIssue,
} from './issues.js';
export { resolveReferences, type Reference, type ReferenceSources } from './references.js';
export { NAME_PATTERN, NAME_RULE } from './fields.js';
export {
  checkSettings,
  loadSettings,
  parseSettings,
  referencedOptions,
  type LoadOptions,
  type LoadedSettings,
  type ParseOptions,
  type PluginUse,
} from './load.js';
export type { ForeignIssue } from './foreign-issues.js';
export { effectiveConfig, renderEffective, secretPathsOf, type EffectiveConfig } from './effective.js';
export { nearest } from '../protocol/index.js';
export { isSecretPath, maskUrls, secretReferencesOf, secretValuesOf, type PathPattern } from './secrets.js';
