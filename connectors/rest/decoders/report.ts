import zlib from 'node:zlib';
import { ConnectorError } from '#sdk';
import { csvRows } from './csv.js';

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
const MOST_BYTES = 512 * 2 ** 20;

/** The rows of a downloaded report: CSV, packed or not. */
export function reportRows(body: Uint8Array, keepsTexts: boolean): Iterable<Record<string, unknown>> {
  const isPacked =
    (body[0] === 0x1f && body[1] === 0x8b) || (body[0] === 0x78 && ((body[0] << 8) | (body[1] ?? 0)) % 31 === 0);
  let plain: Uint8Array = body;
  try {
    if (isPacked) plain = zlib.unzipSync(body, { maxOutputLength: MOST_BYTES });
  } catch (cause) {
    throw new ConnectorError('source', 'A downloaded report is damaged, or larger than a report may be.', { cause });
  }
  // Some reports hold bytes of zero, which no text has.
  const text = new TextDecoder().decode(plain).replaceAll('\0', '');
  return csvRows(text, ',', keepsTexts ? new Set(['']) : NOTHING);
}
