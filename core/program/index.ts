export * from './row-program.js';
export { withNumbersRead } from './row-program.js';
export { compileForScanner } from './from-scanner.js';
export { compileForObjects } from './from-objects.js';
export { NOWHERE } from './values.js';
export { addSteps } from './steps.js';
export { rotated, tokenizer, tokenText, tokenVersion } from './tokens.js';
export { keyedHash } from './keyed-hash.js';
export { checkPattern } from './patterns.js';
