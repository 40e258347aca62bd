import { parseDuration, type Expectation } from '../protocol/index.js';
import type { ExpectRule, SetRule } from './rules.js';

export const isOfSet = (rule: ExpectRule): rule is SetRule =>
  'unique' in rule || 'min_rows' in rule || 'freshness' in rule || 'volume' in rule;

/** Every expectation of a stream by its name, so that also those that nothing broke are shown. */
export function expectationsOf(rules: readonly ExpectRule[]): readonly Expectation[] {
  return rules.flatMap((rule): readonly Expectation[] => {
    if (isOfSet(rule)) return [ofSet(rule)];
    const { severity = 'quarantine' } = rule;
    const each = (way: string, names: readonly string[]) =>
      names.map((name) => ({ kind: 'records' as const, rule: `expect.${way}(${name})`, severity }));
    if ('compare' in rule) return each('compare', [rule.compare]);
    if ('not_null' in rule) return each('not_null', rule.not_null);
    if ('set' in rule) return each('set', Object.keys(rule.set));
    if ('pattern' in rule) return each('pattern', Object.keys(rule.pattern));
    return each('range', Object.keys(rule.range));
  });
}

/** Nothing of a set can be put aside: what is not to fail the stream warns. */
function ofSet(rule: SetRule): Expectation {
  const severity = rule.severity === 'fail' ? 'fail' : 'warn';
  if ('unique' in rule)
    return { kind: 'unique', rule: `expect.unique(${rule.unique.join(', ')})`, severity, columns: rule.unique };
  if ('min_rows' in rule)
    return { kind: 'min_rows', rule: `expect.min_rows(${rule.min_rows})`, severity, least: rule.min_rows };
  if ('volume' in rule) return { kind: 'volume', rule: `expect.volume(${rule.volume})`, severity };
  const { freshness, column } = rule;
  const name = column === undefined ? freshness : `${column}, ${freshness}`;
  return {
    kind: 'freshness',
    rule: `expect.freshness(${name})`,
    severity,
    withinMs: parseDuration(freshness) ?? 0,
    ...(column === undefined ? {} : { column }),
  };
}
