export { CHAIN, planColumns } from './chain.js';
export { decrypted, type Generalisation } from './seals.js';
export type { ExpectRule, MapRule, ProtectRule, StreamRules } from './rules.js';
