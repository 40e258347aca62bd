import { expectationsOf } from './expectations.js';
import type { MapRule, ProtectRule, StreamRules } from './rules.js';

/** One step of a stream's chain, by the name under which it is counted where it is counted. */
export interface ChainStep {
  readonly step: string;
  /** What becomes of a record that does not pass; null where nothing can. */
  readonly otherwise: string | null;
}

/** What the rules of a stream do, in the order in which they act. */
export function explainChain(rules: Pick<StreamRules, 'map' | 'expect' | 'protect' | 'phi'>): readonly ChainStep[] {
  return [
    ...rules.map.flatMap(mapSteps),
    { step: 'validate (types, and what may not be null)', otherwise: 'quarantine' },
    ...expectationsOf(rules.expect).map(({ rule, severity }) => ({ step: rule, otherwise: severity })),
    ...Object.entries(rules.protect).map(([column, rule]) => ({
      step: `protect.${nameOf(rule)}(${column})`,
      otherwise: null,
    })),
    ...(rules.phi === true ? [{ step: 'phi: a column without a rule', otherwise: 'fail' }] : []),
  ];
}

function mapSteps(rule: MapRule): readonly ChainStep[] {
  if ('where' in rule) return [{ step: `map.where(${rule.where})`, otherwise: 'filter' }];
  const [[way = '', what] = ['', {}]] = Object.entries(rule);
  const names = Array.isArray(what) ? (what as readonly string[]) : Object.keys(what as object);
  const refuses = (name: string) =>
    'lookup' in rule ? rule.lookup[name]?.otherwise === 'quarantine' : MAY_FAIL.has(way);
  return names.map((name) => ({ step: `map.${way}(${name})`, otherwise: refuses(name) ? 'quarantine' : null }));
}

const MAY_FAIL = new Set(['cast', 'time_zone', 'set']);

const nameOf = (rule: ProtectRule): string => (typeof rule === 'string' ? rule : (Object.keys(rule)[0] ?? ''));
