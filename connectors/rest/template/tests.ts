import { TemplateError } from './lexer.js';
import { binary } from './operators.js';
import { Callable, taking, type Taking } from './parameters.js';
import { isLower, isUpper } from './python-text.js';
import {
  contains,
  demand,
  equals,
  Float,
  isDict,
  isNumber,
  isTrue,
  Mapping,
  order,
  textOf,
  Undefined,
} from './values.js';

type Test = Taking<unknown, boolean>;

const remainder = binary('%');
const rest = (value: unknown, by: unknown): unknown => {
  demand(value);
  if (!isNumber(value)) throw new TemplateError('only a number is divisible by another');
  return remainder(value, by);
};

/** What charges the work itself, or looks at nothing but the kind. */
const asking = (answer: (value: unknown) => boolean): Test => taking('', answer, 'flat');
const comparing = (answer: (value: unknown, other: unknown) => boolean): Test => taking('other /', answer, 'flat');

const isText = (value: unknown): value is string => typeof value === 'string';
const isMissing = (value: unknown): boolean => value === undefined || value instanceof Undefined;
const isMapping = (value: unknown): boolean => isDict(value) || value instanceof Mapping;
const equal = comparing(equals);
const less = comparing((value, other) => order(value, other) < 0);
const greater = comparing((value, other) => order(value, other) > 0);

/** Tests by their names, with the parameters that Jinja gives them. */
export const TESTS: Readonly<Record<string, Test>> = {
  defined: asking((value) => !isMissing(value)),
  undefined: asking(isMissing),
  none: asking((value) => value === null),
  boolean: asking((value) => typeof value === 'boolean'),
  true: asking((value) => value === true),
  false: asking((value) => value === false),
  integer: asking((value) => typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))),
  float: asking((value) => value instanceof Float || (typeof value === 'number' && !Number.isInteger(value))),
  number: asking(isNumber),
  string: asking(isText),
  mapping: asking(isMapping),
  sequence: asking((value) => isText(value) || Array.isArray(value) || isMapping(value) || isMissing(value)),
  iterable: asking((value) => isText(value) || Array.isArray(value) || isMapping(value) || isMissing(value)),
  callable: asking((value) => value instanceof Callable || isMissing(value)),
  // Nothing is marked as HTML here.
  escaped: asking(() => false),
  odd: asking((value) => equals(rest(value, 2), 1)),
  even: asking((value) => equals(rest(value, 2), 0)),
  divisibleby: taking('num', (value: unknown, by) => equals(rest(value, by), 0)),
  lower: taking('', (value: unknown) => isLower(textOf(value))),
  upper: taking('', (value: unknown) => isUpper(textOf(value))),
  in: taking('seq', (value: unknown, container) => contains(container, value), 'flat'),
  sameas: taking(
    'other',
    (value: unknown, other) => (typeof value === 'string' ? equals(value, other) : value === other),
    'flat',
  ),
  eq: equal,
  equalto: equal,
  ne: comparing((value, other) => !equals(value, other)),
  lt: less,
  lessthan: less,
  le: comparing((value, other) => order(value, other) <= 0),
  gt: greater,
  greaterthan: greater,
  ge: comparing((value, other) => order(value, other) >= 0),
};

const ALIASES = new Map([
  ['==', 'eq'],
  ['!=', 'ne'],
  ['<', 'lt'],
  ['<=', 'le'],
  ['>', 'gt'],
  ['>=', 'ge'],
]);

/** A test by its name or sign, if there is one. */
export function findTest(name: string): Test | undefined {
  const wanted = ALIASES.get(name) ?? name;
  return Object.hasOwn(TESTS, wanted) ? TESTS[wanted] : undefined;
}

export function testOf(name: string): Test {
  const test = findTest(name);
  if (test === undefined) throw new TemplateError(`the test "${name}" is not supported`);
  return test;
}

/** How an error names it. */
export const testName = (name: string): string => `the test "${name}"`;

/** What holds where no test is named. */
export const TRUTH: Test = asking(isTrue);
