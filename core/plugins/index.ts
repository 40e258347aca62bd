/** Finds and loads plugins, built-in and foreign ones alike. */
export { createRegistry, type Registry } from './registry.js';
export type { Plugin } from './plugin-form.js';
