import { errors } from '../errors.js';
import type { Call } from '../sql/ast.js';
import { AGGREGATES } from './aggregates.js';
import type { Typed } from './casts.js';
import { CONVERSIONS } from './conversions.js';
import { DATES } from './dates.js';
import type { Scope } from './scope.js';
import { SCALARS } from './scalars.js';
import { SEMI_STRUCTURED } from './semi-structured.js';

export interface CallSite {
  readonly args: readonly Typed[];
  /** ` ORDER BY …` of WITHIN GROUP, or nothing. */
  readonly order: string;
  /** ` OVER (…)`, or nothing. */
  readonly over: string;
  readonly scope: Scope;
}

/** One function: how many arguments it takes, and what it is in the engine. */
export interface FunctionRule {
  readonly least: number;
  readonly most: number;
  /** Aggregates and window functions take DISTINCT, OVER and WITHIN GROUP; others refuse them. */
  readonly aggregates?: boolean;
  readonly windows?: boolean;
  write(args: readonly Typed[], call: Call, site: CallSite): Typed;
}
export type FunctionTable = Readonly<Record<string, FunctionRule>>;

const FUNCTIONS: FunctionTable = { ...AGGREGATES, ...SCALARS, ...CONVERSIONS, ...DATES, ...SEMI_STRUCTURED };

/** Throws Snowflake's error for an unknown function and for a wrong number of arguments. */
export const callFunction = (call: Call, site: CallSite): Typed => {
  const rule = Object.hasOwn(FUNCTIONS, call.name) ? FUNCTIONS[call.name] : undefined;
  if (rule === undefined) throw errors.unknownFunction(call.name);
  const { length } = site.args;
  if (length < rule.least || length > rule.most || (call.star && rule.aggregates !== true))
    if (!(call.star && length === 0)) throw errors.argumentCount(call.name, call.place);
  if (Object.keys(call.named).length > 0) throw errors.unsupported(`named arguments of ${call.name}`, call.place);
  const isPlain = rule.aggregates !== true && rule.windows !== true;
  if (isPlain && (call.distinct || site.over !== '' || site.order !== ''))
    throw errors.invalid(`Function ${call.name} is neither an aggregate nor a window function.`, call.place);
  if (rule.windows === true && rule.aggregates !== true && site.over === '')
    throw errors.invalid(`Window function type ${call.name} requires OVER.`, call.place);
  return rule.write(site.args, call, site);
};
