import type { Section } from '../section/model.js';
import { renderCsv } from './csv.js';
import type { ReportFormat } from './formats.js';
import { renderInteractive } from './html.js';
import { renderJson } from './json.js';
import { renderPdf } from './pdf/pdf.js';
import { renderXlsx } from './xlsx.js';

const RENDERERS: Readonly<Record<ReportFormat, (section: Section) => string | Promise<Buffer>>> = {
  html: renderInteractive,
  pdf: renderPdf,
  xlsx: renderXlsx,
  csv: renderCsv,
  json: renderJson,
};

/** The section in one of its forms; all of them say the same numbers. */
export async function renderSection(section: Section, format: ReportFormat): Promise<string | Buffer> {
  return RENDERERS[format](section);
}
