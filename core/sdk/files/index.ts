/** Files for source authors: a transport lists and reads, the rest is here. */
export { csvScanner, type CsvDialect, type CsvScanner } from './csv.scanner.js';
export { fileSpec, type FileSpec } from './file-spec.js';
export { fileStream, type FileTransport } from './file-stream.js';
export { jsonLinesScanner } from './jsonl.scanner.js';
