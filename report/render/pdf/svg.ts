import { SaxesParser } from 'saxes';
import { BOLD, REGULAR, type Doc } from './paper.js';

type Attributes = Readonly<Record<string, string>>;

/**
 * Draws a chart into a page as lines and letters, not as a picture: it stays sharp, and its text can be searched. Knows what our
 * charts consist of (paths, rectangles and texts, each with its own transform) and nothing else.
 */
export function drawSvg(doc: Doc, svg: string, { x, y, scale }: { x: number; y: number; scale: number }): void {
  const parser = new SaxesParser();
  const open: { readonly name: string; readonly attributes: Attributes; text: string }[] = [];
  parser.on('opentag', ({ name, attributes }) => {
    open.push({ name, attributes, text: '' });
    // What is in `defs` cuts off, and is no ink.
    if (name === 'path' && !open.some((element) => element.name === 'defs')) drawPath(doc, attributes);
  });
  parser.on('text', (text) => {
    const within = open.at(-1);
    if (within !== undefined) within.text += text;
  });
  parser.on('closetag', () => {
    const { name, attributes, text } = open.pop()!;
    if (name === 'text') drawText(doc, attributes, text);
  });
  parser.on('error', (error) => {
    throw error;
  });
  doc.save();
  doc.translate(x, y).scale(scale);
  parser.write(svg).close();
  doc.restore();
}

function drawPath(doc: Doc, attributes: Attributes): void {
  const { d, fill = 'none', stroke = 'none' } = attributes;
  const isFilled = fill !== 'none' && attributes['fill-opacity'] !== '0';
  const isDrawn = stroke !== 'none' && attributes['stroke-width'] !== '0';
  if (d === undefined || (!isFilled && !isDrawn)) return;
  doc.save();
  transform(doc, attributes['transform']);
  doc.lineWidth(Number(attributes['stroke-width'] ?? 1));
  const dash = attributes['stroke-dasharray']?.split(/[ ,]+/).map(Number);
  if (dash !== undefined && dash.every((one) => one > 0)) doc.dash(dash[0]!, { space: dash[1] ?? dash[0]! });
  doc.path(d);
  if (isFilled && isDrawn) doc.fillAndStroke(fill, stroke);
  else if (isFilled) doc.fill(fill);
  else doc.stroke(stroke);
  doc.restore();
}

function drawText(doc: Doc, attributes: Attributes, text: string): void {
  if (text === '') return;
  const size = Number(attributes['font-size'] ?? 12);
  doc.save();
  transform(doc, attributes['transform']);
  doc
    .font(attributes['font-weight'] === 'bold' ? BOLD : REGULAR)
    .fontSize(size)
    .fillColor(attributes['fill'] ?? 'black');
  const width = doc.widthOfString(text);
  const left = { start: 0, middle: -width / 2, end: -width }[attributes['text-anchor'] ?? 'start'] ?? 0;
  const at = [Number(attributes['x'] ?? 0) + left, Number(attributes['y'] ?? 0)] as const;
  doc.text(text, ...at, { lineBreak: false, baseline: 'middle' });
  doc.restore();
}

function transform(doc: Doc, text: string | undefined): void {
  const [, kind, list = ''] = /^(\w+)\(([^)]*)\)$/.exec(text ?? '') ?? [];
  const numbers = list.split(/[ ,]+/).map(Number);
  if (kind === 'translate') doc.translate(numbers[0] ?? 0, numbers[1] ?? 0);
  else if (kind === 'matrix') doc.transform(...(numbers as [number, number, number, number, number, number]));
}
