export { CHAIN, planChain, planColumns } from './chain.js';
export { explainChain, type ChainStep } from './explain.js';
export { expectationsOf } from './expectations.js';
export { proposeClasses, withoutIdentifiers, type Proposal, type SampledColumn } from './identifiers.js';
export { decrypted, joinHash, recordSeal, type SealKey, type Generalisation } from './seals.js';
export { Unclassified, UnknownColumn } from './rules.js';
export type { ExpectRule, MapRule, ProtectRule, StreamRules } from './rules.js';
