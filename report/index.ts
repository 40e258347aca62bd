export { compileFacts, marksFor } from './facts/compile.js';
export { buildMarts, type BuildOptions, type FactBuild, type MartBuild, type Reading } from './facts/build-marts.js';
export type { DefinitionChange } from './facts/definitions.js';
export { keepDays } from './facts/kept-days.js';
export { explainFacts, type FactExplanation } from './facts/explain.js';
export type { Lookup } from './facts/lookups.js';
export { ownFigures, type OwnFigures } from './facts/own.js';
export type { MartChanges } from './facts/difference.js';
export { streamsOf, type CompiledFact, type FactDefinition, type FactInput } from './facts/fact.js';
export { listMonths, listRegions, requireMonth, rowsOfMonth } from './section/months.js';
export { loadSection, type SectionOptions } from './section/load.js';
export type { Section } from './section/model.js';
export { withinRegions } from './section/within-regions.js';
export { renderCsv } from './render/csv.js';
export { renderJson } from './render/json.js';
export { renderHtml, renderInteractive } from './render/html.js';
export { renderPdf } from './render/pdf/pdf.js';
export { renderChart } from './render/charts.js';
export { renderMail, type ReportMail } from './render/mail.js';
export {
  renderFragment,
  renderFramed,
  renderRefusal,
  reportElement,
  sharedBody,
  type SharedBody,
} from './render/shared-body.js';
export { tablesOfPart } from './render/shared-part.js';
export { renderXlsx } from './render/xlsx.js';
export { renderSection } from './render/render.js';
export {
  CHART_FORMATS,
  CHARTS,
  isChartName,
  isReportFormat,
  REPORT_FORMATS,
  type ChartFormat,
  type ChartName,
  type ReportFormat,
} from './render/formats.js';
export { ensureViews } from './release/views.js';
export { lackingOf } from './release/lacking.js';
export { dueState, publishMonth, type Publication, type PublishOptions } from './release/publish.js';
export { listReleases, releasedSection, restatedSince, type Cause, type Release } from './release/stored.js';
export { shownSection, type KeptSections, type ShowOptions } from './release/current.js';
export { shownTable, type ReportTable, type TableOptions } from './release/shown-table.js';
export type { Suppression } from './release/suppress/suppress.js';
export { movesOf, type Move } from './release/moves.js';
