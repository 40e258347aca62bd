export * from './row-program.js';
