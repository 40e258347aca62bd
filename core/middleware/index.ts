export { CHAIN, planChain, planColumns } from './chain.js';
export { expectationsOf } from './expectations.js';
export { decrypted, type Generalisation } from './seals.js';
export type { ExpectRule, MapRule, ProtectRule, StreamRules } from './rules.js';
