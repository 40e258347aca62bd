/** Programs that others wrote, run as child processes: their lines with back-pressure, their end as an error that says why. */
export { isAlive } from './is-alive.js';
export { linesOf, MAX_LINE_BYTES } from './lines.js';
export { privateFolder, type PrivateFolder } from './private-folder.js';
export { startProcess, type ProcessOptions, type RunningProcess } from './start-process.js';
