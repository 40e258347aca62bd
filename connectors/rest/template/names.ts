import type { Expression, Statement } from './syntax.js';

/** The names that a template reads and does not set itself. */
export function namesOf(statements: readonly Statement[]): ReadonlySet<string> {
  const free = new Set<string>();
  inStatements(statements, new Set(), free);
  return free;
}

function inStatements(statements: readonly Statement[], outer: ReadonlySet<string>, free: Set<string>): void {
  const known = new Set(outer);
  const look = (node: Expression, names: ReadonlySet<string> = known) => inExpression(node, names, free);
  for (const statement of statements)
    switch (statement.kind) {
      case 'text':
        break;
      case 'output':
        look(statement.value);
        break;
      case 'if':
        for (const [condition, body] of statement.branches) {
          look(condition);
          inStatements(body, known, free);
          // Jinja's branches share the scope around them.
          for (const one of body) if (one.kind === 'set') for (const { name } of one.targets) known.add(name);
        }
        inStatements(statement.otherwise, known, free);
        for (const one of statement.otherwise)
          if (one.kind === 'set') for (const { name } of one.targets) known.add(name);
        break;
      case 'for': {
        look(statement.source);
        const inside = new Set([...known, ...statement.targets, 'loop']);
        if (statement.condition !== undefined) look(statement.condition, inside);
        inStatements(statement.body, inside, free);
        inStatements(statement.otherwise, known, free);
        break;
      }
      case 'set':
        look(statement.value);
        for (const { name, field } of statement.targets) {
          if (field !== undefined && !known.has(name)) free.add(name);
          known.add(name);
        }
        break;
      case 'set_block':
        inStatements(statement.body, known, free);
        known.add(statement.name);
        break;
      case 'with': {
        for (const [, value] of statement.bindings) look(value);
        inStatements(statement.body, new Set([...known, ...statement.bindings.map(([name]) => name)]), free);
      }
    }
}

function inExpression(node: Expression, known: ReadonlySet<string>, free: Set<string>): void {
  const look = (part: Expression | undefined) => part && inExpression(part, known, free);
  switch (node.kind) {
    case 'constant':
      return;
    case 'name':
      if (!known.has(node.name)) free.add(node.name);
      return;
    case 'list':
    case 'tuple':
      node.items.forEach(look);
      return;
    case 'dict':
      node.entries.forEach((pair) => pair.forEach(look));
      return;
    case 'attribute':
      look(node.target);
      return;
    case 'item':
      look(node.target);
      look(node.key);
      return;
    case 'slice':
      [node.target, node.from, node.to, node.step].forEach(look);
      return;
    case 'call':
    case 'filter':
    case 'test':
      look(node.target);
      node.arguments.positional.forEach(look);
      node.arguments.named.forEach(([, value]) => look(value));
      return;
    case 'unary':
      look(node.operand);
      return;
    case 'and':
    case 'or':
    case 'binary':
      look(node.left);
      look(node.right);
      return;
    case 'compare':
      look(node.first);
      node.rest.forEach(([, value]) => look(value));
      return;
    case 'choice':
      [node.condition, node.yes, node.no].forEach(look);
  }
}
