import { compileExpression, compileName, inner, type Scope } from './compile.js';
import { TemplateError } from './lexer.js';
import { nodesOf, type SetTarget, type Statement } from './syntax.js';
import { bounded, boundedLength, isTrue, iterate, Namespace, textOf } from './values.js';
import { charge, STEP } from './work.js';

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
        else {
          const parts = iterate(made).slice(0, statement.targets.length);
          parts.forEach((part, at) => assign(scope, statement.targets[at]!, part));
        }
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
  const nodes = nodesOf(loop.body);
  const nodesBefore = nodesOf(loop.condition);
  const bind = (scope: Scope, item: unknown) => {
    if (loop.targets.length === 1) scope.names[loop.targets[0]!] = item;
    else loop.targets.forEach((name, at) => (scope.names[name] = iterate(item)[at]));
  };
  return (scope, write) => {
    let items = iterate(source(scope));
    if (condition !== undefined) {
      const inside = inner(scope);
      items = items.filter((item) => {
        turn(inside, nodesBefore);
        bind(inside, item);
        return isTrue(condition(inside));
      });
    }
    if (items.length === 0) return otherwise(scope, write);
    items.forEach((item, at) => {
      const inside = inner(scope);
      turn(inside, nodes);
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

/** Work of a node of the tree, to which comes the way to its names through the scopes around it. */
const NODE = 3;

/** Counts one turn of a loop: a step, or more where what it does in it is long. */
const turn = ({ depth }: Scope, nodes: number): void => charge(Math.max(STEP, nodes * (NODE + depth)));

/** What a part of a template makes, as one text. */
export function rendered(render: Render, scope: Scope): string {
  const parts: string[] = [];
  let length = 0;
  render(scope, (text) => {
    length = boundedLength(length + text.length);
    parts.push(text);
  });
  charge(length >> 3);
  return bounded(parts.join(''));
}
