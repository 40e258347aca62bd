import type PDFDocument from 'pdfkit';
import { fontFiles } from '../fonts.js';
import { COLOURS } from '../style.js';

export type Doc = PDFKit.PDFDocument;
export type Element = PDFKit.PDFStructureElement;

export const REGULAR = 'regular';
export const BOLD = 'bold';
/** Figures as wide as each other, so that columns of numbers line up. */
export const FIGURES: { features: PDFKit.Mixins.OpenTypeFeatures[] } = { features: ['tnum'] };

const MARGIN = { top: 46, bottom: 54, left: 48, right: 48 };
/** The place of the footer, within the margin, and how high a line of it is. */
const FOOT = 40;
const FOOT_LINE = 11;
/** For the number of the page. */
const FOOT_END = 60;

/** Sheets of paper that are written from above, with what a screen reader needs: a tagged document, headings, tables. */
export interface Paper {
  readonly doc: Doc;
  readonly left: number;
  readonly width: number;
  /** Where the next thing goes. */
  y: number;
  /** Begins a new page unless so much fits below. */
  room(height: number): void;
  /** What is left of this page. */
  left_over(): number;
  element(type: string, draw: () => void, options?: { readonly alt?: string }): void;
  readonly root: Element;
  /** Ends the document, with these lines at the foot of each page; what is too long of one is cut off. */
  end(foot: readonly string[]): Promise<Buffer>;
}

/**
 * The text with its lines broken between words, as the present font has them; the document would break names such as
 * America/Chicago in two.
 */
export function betweenWords(doc: Doc, text: string, width: number): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length === 0 || doc.widthOfString(longer) > width) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines.join('\n');
}

export async function openPaper(about: {
  readonly title: string;
  readonly author: string;
  readonly made: Date;
}): Promise<Paper> {
  const { default: Document } = (await import('pdfkit')) as { default: typeof PDFDocument };
  const fonts = fontFiles();
  const doc = new Document({
    size: 'LETTER',
    margins: MARGIN,
    bufferPages: true,
    tagged: true,
    lang: 'en-US',
    displayTitle: true,
    pdfVersion: '1.7',
    font: fonts.regular,
    info: { Title: about.title, Author: about.author, Creator: 'Tributary', CreationDate: about.made },
  });
  doc.registerFont(REGULAR, fonts.regular).registerFont(BOLD, fonts.bold);
  const chunks: Buffer[] = [];
  doc.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<Buffer>((resolve, reject) => {
    doc.on('end', () => resolve(Buffer.concat(chunks)));
    doc.on('error', reject);
  });
  const root = doc.struct('Document');
  doc.addStructure(root);
  const { width: pageWidth, height: pageHeight } = doc.page;
  const bottom = pageHeight - MARGIN.bottom;
  const paper: Paper = {
    doc,
    left: MARGIN.left,
    width: pageWidth - MARGIN.left - MARGIN.right,
    y: MARGIN.top,
    left_over: () => bottom - paper.y,
    room(height) {
      if (paper.y + height <= bottom) return;
      doc.addPage();
      paper.y = MARGIN.top;
    },
    element(type, draw, options = {}) {
      root.add(doc.struct(type, options, draw));
    },
    root,
    end(foot) {
      root.end();
      const { start, count } = doc.bufferedPageRange();
      for (let page = start; page < start + count; page++) {
        doc.switchToPage(page);
        // Below the margin nothing would be written without a new page.
        doc.page.margins.bottom = 0;
        doc.markContent('Artifact', { type: 'Pagination' });
        doc.font(REGULAR).fontSize(8).fillColor(COLOURS.muted);
        const y = pageHeight - FOOT;
        for (const [line, text] of foot.entries())
          doc.text(text, MARGIN.left, y + line * FOOT_LINE, {
            width: paper.width - FOOT_END,
            height: FOOT_LINE,
            ellipsis: true,
          });
        doc.text(`${page - start + 1} of ${count}`, MARGIN.left + paper.width - FOOT_END, y, {
          width: FOOT_END,
          align: 'right',
          lineBreak: false,
        });
        doc.endMarkedContent();
      }
      doc.end();
      return ended;
    },
  };
  return paper;
}
