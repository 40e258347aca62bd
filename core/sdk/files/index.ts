/** Files for source authors: a transport lists and opens them, the rest is here. */
export { csvScanner, type CsvFault, type CsvOptions, type CsvScanner } from './csv.scanner.js';
export { fileSpec, type FileSpec } from './file-spec.js';
export { fileStream, type FileTransport } from './file-stream.js';
export { jsonLinesScanner } from './jsonl.scanner.js';
