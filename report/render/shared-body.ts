import type { ReportTable } from '../release/shown-table.js';
import type { Section } from '../section/model.js';
import { documentOf, sectionBody } from './html.js';
import { pageScript } from './page/script.js';
import { partHtml } from './shared-part.js';
import { INTERACTIVE_STYLE, STYLE } from './style.js';
import { escape } from './text.js';

/** A month, or a part of it, as the body of a page. */
export interface SharedBody {
  readonly title: string;
  readonly html: string;
}

export function sharedBody(
  section: Section,
  part?: { readonly filter: Readonly<Record<string, string>>; readonly tables: readonly ReportTable[] },
): SharedBody {
  const title = section.heading;
  return { title, html: part === undefined ? sectionBody(section) : partHtml(section, part.filter, part.tables) };
}

/** A page of its own for a frame in another one, which it tells how high it is. */
export function renderFramed({ title, html }: SharedBody): { readonly html: string; readonly policy: string } {
  return documentOf({
    title,
    body: html,
    style: `${STYLE}${INTERACTIVE_STYLE}`,
    script: `${pageScript('interact')}${pageScript('embedded')}`,
  });
}

/** Why a link shows nothing, for a person: a page in the look of what it would have shown. */
export function renderRefusal({ title, text }: { readonly title: string; readonly text: string }): {
  readonly html: string;
  readonly policy: string;
} {
  const body = `<header><h1>${escape(title)}</h1></header><p>${escape(text)}</p>`;
  return documentOf({ title, body, style: STYLE, script: pageScript('embedded') });
}

/**
 * The same as a piece for a page that a server puts together: no script, headings one step below those of the page, and a style
 * that reaches nothing else.
 */
export function renderFragment({ html }: SharedBody): string {
  const lower = html.replaceAll(/<(\/?)h([123])>/g, (_, end: string, level: string) => `<${end}h${Number(level) + 1}>`);
  return `<div class="tributary-report"><style>${FRAGMENT_STYLE}</style>${lower}</div>\n`;
}

/** Nested below the class of the piece; what is said of the whole page is said of it. */
const FRAGMENT_STYLE = `.tributary-report{${STYLE.replaceAll(/@page\{[^}]*\}/g, '')
  .replaceAll(':root{', '&{')
  .replaceAll(/^body\{margin:0;/gm, '&{')
  .replaceAll(/^body\{/gm, '&{')
  .replaceAll(/^main\{[^}]*\}$/gm, '')
  .replaceAll(/(^|[},])h([123])\{/gm, (_, before: string, level: string) => `${before}h${Number(level) + 1}{`)
  .replaceAll('.card h2{', '.card h3{')}}`;

/** The script of the element by which a page shows a link. */
export const reportElement = (): string => pageScript('tributary-report');
