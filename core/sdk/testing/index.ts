/** The contract that every source keeps, as a function: a connector's own test is one call, under any test runner. */
export { findingsOf, testSource, type Finding, type SourceCase } from './source-contract.js';
/** The contract that every destination keeps, as a table of named cases. */
export {
  conformanceOf,
  DESTINATION_CASES,
  openDestinationSuite,
  testDestination,
  type ConformanceOptions,
  type DestinationSuite,
} from './destination/contract.js';
export type { CaseResult, ConformanceCase, DestinationCase, LossyWay } from './destination/subject.js';
export { runWriterTask, type WriterTask } from './destination/writer-task.js';
