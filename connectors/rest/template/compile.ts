import { FILTERS, LIST_FILTERS, TESTS } from './filters.js';
import { FUNCTIONS } from './functions.js';
import { TemplateError } from './lexer.js';
import { attributeOf, subscriptOf } from './methods.js';
import { binary, negated } from './operators.js';
import type { Arguments, Expression, SetTarget, Statement } from './syntax.js';
import {
  bounded,
  boundedLength,
  contains,
  demand,
  equals,
  isTrue,
  iterate,
  ITSELF,
  Namespace,
  order,
  setKey,
  textOf,
  Tuple,
  Undefined,
  UndefinedError,
  type Callable,
} from './values.js';

/** Steps that one rendering may take in its loops. */
const MOST_STEPS = 1_000_000;

/** The names that an expression sees; those of the scopes around it too. */
export interface Scope {
  readonly names: Record<string, unknown>;
  readonly outer: Scope | undefined;
  readonly steps: { left: number };
}

export type Evaluate = (scope: Scope) => unknown;

export const newScope = (names: Readonly<Record<string, unknown>>): Scope => ({
  names: names as Record<string, unknown>,
  outer: undefined,
  steps: { left: MOST_STEPS },
});

/** A scope inside of another: what is set in it is gone after it. */
const inner = (outer: Scope): Scope => ({ names: {}, outer, steps: outer.steps });

function step({ steps }: Scope): void {
  steps.left -= 1;
  if (steps.left < 0) throw new TemplateError(`a template takes more than ${MOST_STEPS} steps`);
}

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
        for (const [key, value] of entries) setKey(made, textOf(key(scope)), value(scope));
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
      return node.operator === '-' ? (scope) => negated(operand(scope)) : operand;
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

function compileName(name: string): Evaluate {
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
    const items = typeof value === 'string' ? Array.from(value) : iterate(value);
    const place = (part: Evaluate | undefined) => {
      const at = part?.(scope);
      return at === undefined || at === null ? undefined : Number(at);
    };
    const stride = place(by) ?? 1;
    if (stride === 0) throw new TemplateError('the step of a slice is 0');
    const all = stride > 0 ? items.slice(place(from), place(to)) : reversed(items, place(from), place(to));
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

interface Given {
  readonly positional: (scope: Scope) => readonly unknown[];
  readonly named: (scope: Scope) => Readonly<Record<string, unknown>>;
}

const NONE: Readonly<Record<string, unknown>> = Object.freeze({});

function compileArguments({ positional, named }: Arguments): Given {
  const values = positional.map(compileExpression);
  const pairs = named.map(([name, value]) => [name, compileExpression(value)] as const);
  return {
    positional: (scope) => values.map((value) => value(scope)),
    named: (scope) =>
      pairs.length === 0 ? NONE : Object.fromEntries(pairs.map(([name, value]) => [name, value(scope)])),
  };
}

function compileCall(target: Expression, given: Arguments): Evaluate {
  const callee = compileExpression(target);
  const { positional, named } = compileArguments(given);
  return (scope) => {
    const called = callee(scope);
    if (typeof called === 'function') return (called as Callable)(positional(scope), named(scope));
    if (called instanceof Undefined) throw new UndefinedError(`${called.what} is undefined, so it cannot be called`);
    throw new TemplateError('something that is no function is called');
  };
}

function compileFilter(target: Expression, name: string, given: Arguments): Evaluate {
  const table = [FILTERS, LIST_FILTERS].find((one) => Object.hasOwn(one, FILTER_ALIASES[name] ?? name));
  const filter = table?.[FILTER_ALIASES[name] ?? name];
  if (filter === undefined) throw new TemplateError(`the filter "${name}" is not supported`);
  const value = compileExpression(target);
  const { positional, named } = compileArguments(given);
  return (scope) => {
    step(scope);
    return filter(value(scope), positional(scope), named(scope));
  };
}

const FILTER_ALIASES: Readonly<Record<string, string>> = { d: 'default', e: 'escape' };
const TEST_ALIASES: Readonly<Record<string, string>> = {
  '==': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
};

function compileTest(target: Expression, name: string, given: Arguments, isNegated: boolean): Evaluate {
  const wanted = TEST_ALIASES[name] ?? name;
  const test = Object.hasOwn(TESTS, wanted) ? TESTS[wanted] : undefined;
  if (test === undefined) throw new TemplateError(`the test "${name}" is not supported`);
  const value = compileExpression(target);
  const { positional } = compileArguments(given);
  return (scope) => test(value(scope), positional(scope)) !== isNegated;
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

/** Writes what it makes by `write`. */
export type Render = (scope: Scope, write: (text: string) => void) => void;

export function compileStatements(statements: readonly Statement[]): Render {
  const parts = statements.map(compileStatement);
  return (scope, write) => {
    for (const part of parts) part(scope, write);
  };
}

function compileStatement(statement: Statement): Render {
  switch (statement.kind) {
    case 'text':
      return (_scope, write) => write(statement.text);
    case 'output': {
      const value = compileExpression(statement.value);
      return (scope, write) => write(textOf(value(scope)));
    }
    case 'if': {
      const branches = statement.branches.map(
        ([condition, body]) => [compileExpression(condition), compileStatements(body)] as const,
      );
      const otherwise = compileStatements(statement.otherwise);
      return (scope, write) => {
        const taken = branches.find(([condition]) => isTrue(condition(scope)));
        (taken?.[1] ?? otherwise)(scope, write);
      };
    }
    case 'for':
      return compileLoop(statement);
    case 'set': {
      const value = compileExpression(statement.value);
      return (scope) => {
        const made = value(scope);
        const [first] = statement.targets;
        if (statement.targets.length === 1) assign(scope, first!, made);
        else iterate(made).forEach((part, at) => statement.targets[at] && assign(scope, statement.targets[at], part));
      };
    }
    case 'set_block': {
      const body = compileStatements(statement.body);
      return (scope) => assign(scope, { name: statement.name }, rendered(body, scope));
    }
    case 'with': {
      const bindings = statement.bindings.map(([name, value]) => [name, compileExpression(value)] as const);
      const body = compileStatements(statement.body);
      return (scope, write) => {
        const inside = inner(scope);
        for (const [name, value] of bindings) inside.names[name] = value(inside);
        body(inside, write);
      };
    }
  }
}

function assign(scope: Scope, { name, field }: SetTarget, value: unknown): void {
  if (field === undefined) {
    scope.names[name] = value;
    return;
  }
  const target = compileName(name)(scope);
  if (!(target instanceof Namespace)) throw new TemplateError(`"${name}" is no namespace, so nothing can be set in it`);
  target.fields.set(field, value);
}

function compileLoop(loop: Extract<Statement, { kind: 'for' }>): Render {
  const source = compileExpression(loop.source);
  const condition = loop.condition === undefined ? undefined : compileExpression(loop.condition);
  const body = compileStatements(loop.body);
  const otherwise = compileStatements(loop.otherwise);
  const bind = (scope: Scope, item: unknown) => {
    if (loop.targets.length === 1) scope.names[loop.targets[0]!] = item;
    else loop.targets.forEach((name, at) => (scope.names[name] = iterate(item)[at]));
  };
  return (scope, write) => {
    let items = iterate(source(scope));
    if (condition !== undefined) {
      const inside = inner(scope);
      items = items.filter((item) => {
        step(scope);
        bind(inside, item);
        return isTrue(condition(inside));
      });
    }
    if (items.length === 0) return otherwise(scope, write);
    items.forEach((item, at) => {
      step(scope);
      const inside = inner(scope);
      bind(inside, item);
      inside.names['loop'] = {
        index: at + 1,
        index0: at,
        revindex: items.length - at,
        revindex0: items.length - at - 1,
        first: at === 0,
        last: at === items.length - 1,
        length: items.length,
        previtem: items[at - 1] ?? null,
        nextitem: items[at + 1] ?? null,
      };
      body(inside, write);
    });
  };
}

/** What a part of a template makes, as one text. */
export function rendered(render: Render, scope: Scope): string {
  const parts: string[] = [];
  let length = 0;
  render(scope, (text) => {
    length = boundedLength(length + text.length);
    parts.push(text);
  });
  return bounded(parts.join(''));
}
