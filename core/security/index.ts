export * from './api-token.js';
export * from './audit-chain.js';
export type * from './audit-store.js';
export type * from './break-glass.js';
export type * from './configuration-store.js';
export type * from './principal.js';
export * from './roles.js';
export type * from './session-store.js';
export type * from './token-store.js';
