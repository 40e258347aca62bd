/** The door for connector authors. HTTP lies in `#sdk/http`, files in `#sdk/files`, child processes in `#sdk/process`. */
export * from '../protocol/index.js';
export * from './errors.js';
export * from './fields.js';
export * from './source.js';
export * from './destination.js';
