export { type EmbeddedOptions, type EmbeddedServer, openEmbedded } from './embedded-server.js';
