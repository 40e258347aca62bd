export { compileFacts, marksFor } from './facts/compile.js';
export { buildMarts, type BuildOptions, type FactBuild, type MartBuild, type Reading } from './facts/build-marts.js';
export type { MartChanges } from './facts/difference.js';
export type { CompiledFact, FactDefinition, FactInput } from './facts/fact.js';
export { listMonths } from './section/months.js';
export { loadSection, type SectionOptions } from './section/load.js';
export type { Section } from './section/model.js';
export { renderJson } from './render/json.js';
export { renderHtml } from './render/html.js';
