export { CHAIN, planColumns } from './chain.js';
export type { ExpectRule, MapRule, ProtectRule, StreamRules } from './rules.js';
