/** The contract that every source keeps, as a function: a connector's own test is one call, under any test runner. */
export { findingsOf, testSource, type Finding, type SourceCase } from './source-contract.js';
