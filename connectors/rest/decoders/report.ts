import { csvRows } from './csv.js';
import { inPieces, isGzip, isZlib, rowsOf, unpacked } from './pieces.js';

/** Texts that pandas, which the reference reads reports with, takes for nothing. */
const NOTHING = new Set([
  '',
  '#N/A',
  '#N/A N/A',
  '#NA',
  '-1.#IND',
  '-1.#QNAN',
  '-NaN',
  '-nan',
  '1.#IND',
  '1.#QNAN',
  '<NA>',
  'N/A',
  'NA',
  'NULL',
  'NaN',
  'None',
  'n/a',
  'nan',
  'null',
]);

/** The rows of a downloaded report in lots: CSV, packed or not. */
export function reportRows(
  body: Uint8Array,
  keepsTexts: boolean,
  mostBytes: number,
): AsyncIterable<readonly unknown[]> {
  const plain = unpacked(inPieces(body), (head) => isGzip(head) || isZlib(head), mostBytes);
  return rowsOf(texts(plain), csvRows(',', keepsTexts ? new Set(['']) : NOTHING), mostBytes);
}

async function* texts(pieces: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  // Some reports hold bytes of zero, which no text has.
  for await (const piece of pieces) yield decoder.decode(piece, { stream: true }).replaceAll('\0', '');
  yield decoder.decode();
}
