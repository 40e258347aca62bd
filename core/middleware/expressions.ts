import { celEnv, isCelError, parse, plan } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import type { Computation, FieldType, PlannedColumn } from '../protocol/index.js';
import { ConnectorError } from '../sdk/errors.js';
import { columnNamed, type StreamRules } from './rules.js';

type Expr = NonNullable<ReturnType<typeof parse>['expr']>;

const LONGEST = 500;
const ENVIRONMENT = celEnv({ funcs: strings });

/** Values by which an expression is tried when it is planned: types do not change from record to record. */
const SAMPLES: Readonly<Record<FieldType, unknown>> = {
  string: 'a',
  integer: 1n,
  number: 1.5,
  decimal: 1.5,
  boolean: true,
  date: '2026-01-31',
  time: '10:00:00',
  timestamp: '2026-01-31T10:00:00.000Z',
  timestamptz: '2026-01-31T10:00:00.000Z',
  uuid: '00000000-0000-4000-8000-000000000000',
  json: '{}',
};

interface Wish {
  readonly text: string;
  /** Where it stands: `map.where`. */
  readonly way: string;
  /** What it is counted as; absent: by its own text. */
  readonly name?: string;
  /** The outcome where a column is null and the expression does not say what then. */
  readonly ofNull: boolean | null;
  readonly isCondition: boolean;
}

/**
 * Compiles an expression of CEL (https://cel.dev) over columns, once. It has neither loops nor calls to anything outside, and a
 * length that is limited, so that no record can make it run long.
 */
export function computation(columns: readonly PlannedColumn[], wish: Wish, rules: StreamRules): Computation {
  const { text, way, name = text, ofNull, isCondition } = wish;
  const refuse = (what: string, cause?: unknown): never => {
    throw new ConnectorError('config', `Stream "${rules.stream}": ${way} "${text.slice(0, LONGEST)}" ${what}.`, {
      stream: rules.stream,
      hint: 'It is an expression of CEL over columns, such as `sent > 0 && channel != "test"`: see docs/guides/rules.md.',
      cause,
    });
  };
  if (text.length > LONGEST) refuse(`is longer than ${LONGEST} characters`);
  const { expr, run } = compiled(text, (cause) => refuse(`cannot be read: ${(cause as Error).message}`, cause));
  const names = new Set<string>();
  if (expr !== undefined && !collectNames(expr, names)) refuse('has a loop or a structure, which rules have not');
  const inputs = [...names].map((column) => columnNamed(columns, column, way, rules));
  const samples = Object.fromEntries(inputs.map(({ target, sourceType }) => [target.name, SAMPLES[sourceType]]));
  const tried = run(Object.assign(Object.create(null), samples));
  if (isCelError(tried) && /unbound function|no matching overload/.test(tried.message))
    refuse(`does not fit: ${tried.message}`);
  if (isCondition && !isCelError(tried) && typeof tried !== 'boolean') refuse('is neither true nor false');
  const evaluate: Computation['evaluate'] = (values) => {
    const value = run(values);
    if (isCelError(value)) return inputs.some(({ target }) => values[target.name] === null) ? ofNull : undefined;
    return isPlain(value) ? value : undefined;
  };
  return {
    step: `${way}(${name})`,
    inputs,
    evaluate: (ofNull === true ? comparison(text, inputs) : undefined) ?? evaluate,
  };
}

type Run = (values: Readonly<Record<string, unknown>>) => unknown;

function compiled(
  text: string,
  refuse: (cause: unknown) => never,
): { readonly expr: Expr | undefined; readonly run: Run } {
  try {
    const parsed = parse(text);
    return { expr: parsed.expr, run: plan(ENVIRONMENT, parsed) as Run };
  } catch (error) {
    return refuse(error);
  }
}

const isPlain = (value: unknown): boolean =>
  value === null || ['string', 'bigint', 'number', 'boolean'].includes(typeof value);

/** The columns that are named; false where the expression has what rules may not have. */
function collectNames({ exprKind: { case: kind, value } }: Expr, names: Set<string>): boolean {
  const all = (parts: readonly (Expr | undefined)[]) =>
    parts.every((part) => part === undefined || collectNames(part, names));
  switch (kind) {
    case 'constExpr':
      return true;
    case 'identExpr':
      names.add(value.name);
      return true;
    case 'callExpr':
      return all([value.target, ...value.args]);
    case 'listExpr':
      return all(value.elements);
    default:
      return false;
  }
}

const COMPARED: Readonly<Record<string, (a: number | bigint, b: number | bigint) => boolean>> = {
  '<=': (a, b) => a <= b,
  '<': (a, b) => a < b,
  '>=': (a, b) => a >= b,
  '>': (a, b) => a > b,
};

/** Two numbers compared need no interpreter; a null passes, as everywhere in `expect`. Undefined for anything else. */
function comparison(text: string, inputs: readonly PlannedColumn[]): Computation['evaluate'] | undefined {
  const [, left, operator = '', right] = /^\s*(\w+)\s*(<=|<|>=|>)\s*(\w+)\s*$/.exec(text) ?? [];
  const isNumber = (name: string | undefined) =>
    inputs.some(({ target, sourceType }) => target.name === name && /^(integer|number|decimal)$/.test(sourceType));
  const compare = COMPARED[operator];
  if (left === undefined || right === undefined || compare === undefined || !isNumber(left) || !isNumber(right))
    return undefined;
  return (values) => {
    const [a, b] = [values[left], values[right]] as (number | bigint | null)[];
    return a === null || b === null || a === undefined || b === undefined || compare(a, b);
  };
}
