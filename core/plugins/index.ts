/** Finds and loads plugins, built-in and foreign ones alike. */
export { createRegistry, type Registry } from './registry.js';
export { configKeys, configSchema, keysAt, type ConfigKey } from './config-keys.js';
export { sourcePage } from './source-page.js';
export type { Plugin } from './plugin-form.js';
