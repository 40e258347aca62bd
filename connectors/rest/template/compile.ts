import { filterName, filterOf, findFilter, type Filter } from './filters.js';
import { FUNCTIONS } from './functions.js';
import { MistypedError, TemplateError } from './lexer.js';
import { attributeOf, methodName, methodOf, subscriptOf } from './methods.js';
import { whole } from './numbers.js';
import { affirmed, binary, negated } from './operators.js';
import { Callable, perform, type Arrange, type Parameters } from './parameters.js';
import { assertPattern } from './patterns.js';
import { sliceOfText } from './python-text.js';
import type { Arguments, Expression } from './syntax.js';
import { findTest, testName, testOf } from './tests.js';
import {
  aTypeName,
  contains,
  demand,
  equals,
  isTrue,
  iterate,
  ITSELF,
  nameOf,
  order,
  setKey,
  Tuple,
  Undefined,
  UndefinedError,
} from './values.js';
import { charge, LETTERS, STEP, workOn, workToMake } from './work.js';

/** The names that an expression sees; those of the scopes around it too. */
export interface Scope {
  readonly names: Record<string, unknown>;
  readonly outer: Scope | undefined;
  /** How many scopes are around it: a name may have to be looked for in all. */
  readonly depth: number;
}

export type Evaluate = (scope: Scope) => unknown;

export const newScope = (names: Readonly<Record<string, unknown>>): Scope => ({
  names: names as Record<string, unknown>,
  outer: undefined,
  depth: 0,
});

/** A scope inside of another: what is set in it is gone after it. */
export const inner = (outer: Scope): Scope => ({ names: {}, outer, depth: outer.depth + 1 });

/** Compiles an expression into a function; nothing of it is interpreted again when it runs. */
export function compileExpression(node: Expression): Evaluate {
  switch (node.kind) {
    case 'constant':
      return () => node.value;
    case 'name':
      return compileName(node.name);
    case 'list': {
      const items = node.items.map(compileExpression);
      return (scope) => items.map((item) => item(scope));
    }
    case 'tuple': {
      const items = node.items.map(compileExpression);
      return (scope) => Tuple.from(items.map((item) => item(scope)));
    }
    case 'dict': {
      const entries = node.entries.map(([key, value]) => [compileExpression(key), compileExpression(value)] as const);
      return (scope) => {
        const made: Record<string, unknown> = {};
        for (const [key, value] of entries) setKey(made, nameOf(key(scope)), value(scope));
        return made;
      };
    }
    case 'attribute': {
      const target = compileExpression(node.target);
      return (scope) => attributeOf(target(scope), node.name);
    }
    case 'item': {
      const [target, key] = [compileExpression(node.target), compileExpression(node.key)];
      return (scope) => subscriptOf(target(scope), key(scope));
    }
    case 'slice':
      return compileSlice(node);
    case 'call':
      return compileCall(node.target, node.arguments);
    case 'filter':
      return compileFilter(node.target, node.name, node.arguments);
    case 'test':
      return compileTest(node.target, node.name, node.arguments, node.isNegated);
    case 'unary': {
      const operand = compileExpression(node.operand);
      if (node.operator === 'not') return (scope) => !isTrue(operand(scope));
      const apply = node.operator === '-' ? negated : affirmed;
      return (scope) => apply(operand(scope));
    }
    case 'and': {
      const [left, right] = [compileExpression(node.left), compileExpression(node.right)];
      return (scope) => {
        const value = left(scope);
        return isTrue(value) ? right(scope) : value;
      };
    }
    case 'or': {
      const [left, right] = [compileExpression(node.left), compileExpression(node.right)];
      return (scope) => {
        const value = left(scope);
        return isTrue(value) ? value : right(scope);
      };
    }
    case 'binary': {
      const [left, right, apply] = [compileExpression(node.left), compileExpression(node.right), binary(node.operator)];
      return (scope) => apply(left(scope), right(scope));
    }
    case 'compare':
      return compileComparison(node.first, node.rest);
    case 'choice': {
      const [condition, yes] = [compileExpression(node.condition), compileExpression(node.yes)];
      const no = node.no === undefined ? () => new Undefined('the other case') : compileExpression(node.no);
      return (scope) => (isTrue(condition(scope)) ? yes(scope) : no(scope));
    }
  }
}

export function compileName(name: string): Evaluate {
  const builtIn = name === 'self' ? ITSELF : Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  return (scope) => {
    for (let at: Scope | undefined = scope; at !== undefined; at = at.outer)
      if (Object.hasOwn(at.names, name)) return at.names[name];
    return builtIn ?? new Undefined(`"${name}"`);
  };
}

function compileSlice(node: Extract<Expression, { kind: 'slice' }>): Evaluate {
  const target = compileExpression(node.target);
  const [from, to, by] = [node.from, node.to, node.step].map((part) =>
    part === undefined ? undefined : compileExpression(part),
  );
  return (scope) => {
    const value = target(scope);
    demand(value);
    if (typeof value !== 'string' && !Array.isArray(value))
      throw new MistypedError(`${aTypeName(value)} has no slices`);
    const place = (part: Evaluate | undefined) => {
      const at = part?.(scope);
      return at === undefined || at === null ? undefined : whole(at, 'a place of a slice');
    };
    const stride = place(by) ?? 1;
    if (stride === 0) throw new TemplateError('the step of a slice is 0');
    if (typeof value === 'string' && stride === 1) {
      charge(value.length >> 3);
      return sliceOfText(value, place(from) ?? 0, place(to));
    }
    const items = iterate(value);
    const all = stride > 0 ? items.slice(place(from), place(to)) : reversed(items, place(from), place(to));
    charge(workToMake(all));
    if (stride === 1) return all;
    charge(workOn(all, LETTERS.thorough));
    const taken = all.filter((_, at) => at % Math.abs(stride) === 0);
    return typeof value === 'string' ? taken.join('') : taken;
  };
}

function reversed(items: readonly unknown[], from: number | undefined, to: number | undefined): unknown[] {
  const at = (place: number) => (place < 0 ? place + items.length : place);
  const first = from === undefined ? items.length - 1 : Math.min(at(from), items.length - 1);
  const last = to === undefined ? -1 : at(to);
  return items.slice(last + 1, first + 1).toReversed();
}

/** The values that a call gives, those by position first. */
type Given = (scope: Scope) => readonly unknown[];

function compileGiven({ positional, named }: Arguments): Given {
  const values = [...positional, ...named.map(([, value]) => value)].map(compileExpression);
  return (scope) =>
    values.map((value) => {
      const made = value(scope);
      // By the parameters undefined says that nothing is given.
      return made === undefined ? new Undefined('a value') : made;
    });
}

const namesOf = ({ named }: Arguments): readonly string[] => named.map(([name]) => name);

function compileCall(target: Expression, given: Arguments): Evaluate {
  const values = compileGiven(given);
  const names = namesOf(given);
  if (target.kind === 'name' && Object.hasOwn(FUNCTIONS, target.name))
    FUNCTIONS[target.name]!.parameters.arrange(FUNCTIONS[target.name]!.name, given.positional.length, names);
  // A call mostly meets the same function or method every time.
  let known: { readonly parameters: Parameters; readonly arrange: Arrange } | undefined;
  const arranged = (parameters: Parameters, what: () => string): Arrange => {
    if (known?.parameters !== parameters)
      known = { parameters, arrange: parameters.arrange(what(), given.positional.length, names) };
    return known.arrange;
  };
  const called = (callee: unknown, scope: Scope): unknown => {
    if (callee instanceof Callable)
      return callee.call(...arranged(callee.parameters, () => callee.name)(values(scope)));
    if (callee instanceof Undefined) throw new UndefinedError(`${callee.what} is undefined, so it cannot be called`);
    throw new TemplateError('something that is no function is called');
  };
  if (target.kind !== 'attribute') {
    const callee = compileExpression(target);
    return (scope) => called(callee(scope), scope);
  }
  const receiver = compileExpression(target.target);
  const { name } = target;
  return (scope) => {
    const value = receiver(scope);
    const method = methodOf(value, name);
    if (method === undefined) return called(attributeOf(value, name), scope);
    return perform(method, value, arranged(method.parameters, () => methodName(value, name))(values(scope)));
  };
}

/**
 * Refuses at once what a filter will hand on to another, or to a test, as far as the template names one that there is: a name that is
 * not known is told when it is used, as the reference has it, since a public manifest lives with such a one.
 */
function checkPassedOn(what: string, { passesOn }: Filter, { positional, named }: Arguments): void {
  if (passesOn === undefined) return;
  const name = positional[passesOn.at];
  const rest = positional.slice(passesOn.at + 1);
  const names = namesOf({ positional, named });
  if (name === undefined) passesOn.otherwise.parameters.arrange(what, 0, names);
  if (name?.kind !== 'constant' || typeof name.value !== 'string') return;
  if (passesOn.to === 'test') {
    findTest(name.value)?.parameters.arrange(testName(name.value), rest.length, names);
    return;
  }
  const filter = findFilter(name.value);
  if (filter === undefined) return;
  filter.parameters.arrange(filterName(name.value), rest.length, names);
  checkPassedOn(filterName(name.value), filter, { positional: rest, named });
}

/** Their first argument is a pattern; one that stands there as it is can be judged before it is used. */
const PATTERN_FILTERS = new Set(['regex_search', 'regex_replace']);

function compileFilter(target: Expression, name: string, given: Arguments): Evaluate {
  const filter = filterOf(name);
  const arrange = filter.parameters.arrange(filterName(name), given.positional.length, namesOf(given));
  checkPassedOn(filterName(name), filter, given);
  if (PATTERN_FILTERS.has(name)) {
    const [pattern] = arrange([...given.positional, ...given.named.map(([, part]) => part)]) as readonly Expression[];
    if (pattern?.kind === 'constant' && typeof pattern.value === 'string') assertPattern(pattern.value);
  }
  const value = compileExpression(target);
  const values = compileGiven(given);
  if (given.positional.length + given.named.length === 0 && arrange(NOTHING) === NOTHING)
    return (scope) => {
      charge(STEP);
      return perform(filter, value(scope), NOTHING);
    };
  return (scope) => {
    charge(STEP);
    return perform(filter, value(scope), arrange(values(scope)));
  };
}

const NOTHING: readonly unknown[] = [];

function compileTest(target: Expression, name: string, given: Arguments, isNegated: boolean): Evaluate {
  const test = testOf(name);
  const arrange = test.parameters.arrange(testName(name), given.positional.length, namesOf(given));
  const value = compileExpression(target);
  const values = compileGiven(given);
  return (scope) => perform(test, value(scope), arrange(values(scope))) !== isNegated;
}

const COMPARE: Readonly<Record<string, (left: unknown, right: unknown) => boolean>> = {
  '==': equals,
  '!=': (left, right) => !equals(left, right),
  '<': (left, right) => order(left, right) < 0,
  '<=': (left, right) => order(left, right) <= 0,
  '>': (left, right) => order(left, right) > 0,
  '>=': (left, right) => order(left, right) >= 0,
  in: (left, right) => contains(right, left),
  'not in': (left, right) => !contains(right, left),
};

function compileComparison(first: Expression, rest: readonly (readonly [string, Expression])[]): Evaluate {
  const start = compileExpression(first);
  const steps = rest.map(([operator, value]) => [COMPARE[operator]!, compileExpression(value)] as const);
  return (scope) => {
    let left = start(scope);
    for (const [holds, value] of steps) {
      const right = value(scope);
      if (!holds(left, right)) return false;
      left = right;
    }
    return true;
  };
}
