/** Files for source authors: a transport lists and opens them, the rest is here. */
export { csvScanner, type CsvFault, type CsvOptions, type CsvScanner } from './csv.scanner.js';
export {
  checkFiles,
  configuredFiles,
  FILES_STREAMS,
  filesOption,
  fileStreams,
  type FilesClient,
} from './file-source.js';
export { fileSpec, type FileSpec } from './file-spec.js';
export { chosenStream } from './chosen-stream.js';
export { jsonLinesScanner } from './jsonl.scanner.js';
export { addTo, newSum, textOfSum, type Sum } from './sums.js';
export type { FileTransport, WritableTransport } from './transport.js';
export { isMatch, splitPattern, walk, type FolderEntry, type Folders, type PathPattern } from './walk.js';
