export { type EmbeddedOptions, type EmbeddedServer, openEmbedded } from './embedded/index.js';
export { storeFailure } from './store-failure.js';
export { openStore, type Store } from './store.js';
export { type ProcessIdentity, isAlive, thisProcess } from './process-identity.js';
export type * from './run-store.js';
export type { WorkerStore } from './worker-store.js';
