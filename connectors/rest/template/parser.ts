import { parseExpression, Tokens } from './expression-parser.js';
import { TemplateError, tokensOf } from './lexer.js';
import type { SetTarget, Statement } from './syntax.js';

/** Parses a template into what it does. Tags beyond if, for, set, with and raw are refused by name. */
export function parseStatements(source: string): readonly Statement[] {
  const tokens = new Tokens(tokensOf(source));
  const { statements, ending } = block(tokens, []);
  if (ending !== undefined) throw new TemplateError(`"${ending}" stands alone`, tokens.peek.offset);
  return statements;
}

interface Block {
  readonly statements: readonly Statement[];
  /** The tag that ended it, which is consumed up to its name. */
  readonly ending: string | undefined;
}

function block(tokens: Tokens, endings: readonly string[]): Block {
  const statements: Statement[] = [];
  for (;;) {
    const token = tokens.next();
    if (token.kind === 'end') {
      if (endings.length > 0) throw new TemplateError(`"${endings.at(-1)}" is missing`, token.offset);
      return { statements, ending: undefined };
    }
    if (token.kind === 'data') {
      statements.push({ kind: 'text', text: token.text });
      continue;
    }
    if (token.text === '{{') {
      const value = parseExpression(tokens, true);
      tokens.expectClose();
      statements.push({ kind: 'output', value });
      continue;
    }
    const tag = tokens.expectName();
    if (endings.includes(tag)) return { statements, ending: tag };
    statements.push(statement(tag, tokens, token.offset));
  }
}

function statement(tag: string, tokens: Tokens, offset: number): Statement {
  switch (tag) {
    case 'if':
      return ifStatement(tokens);
    case 'for':
      return forStatement(tokens);
    case 'set':
      return setStatement(tokens);
    case 'with':
      return withStatement(tokens);
    default:
      throw new TemplateError(`the tag "${tag}" is not supported`, offset);
  }
}

function ifStatement(tokens: Tokens): Statement {
  const branches: [ReturnType<typeof parseExpression>, readonly Statement[]][] = [];
  let otherwise: readonly Statement[] = [];
  let condition = parseExpression(tokens, true);
  tokens.expectClose();
  for (;;) {
    const { statements, ending } = block(tokens, ['elif', 'else', 'endif']);
    branches.push([condition, statements]);
    if (ending === 'elif') {
      condition = parseExpression(tokens, true);
      tokens.expectClose();
      continue;
    }
    tokens.expectClose();
    if (ending === 'else') {
      otherwise = block(tokens, ['endif']).statements;
      tokens.expectClose();
    }
    return { kind: 'if', branches, otherwise };
  }
}

function forStatement(tokens: Tokens): Statement {
  const isBracketed = tokens.accept('(');
  const targets = [tokens.expectName()];
  while (tokens.accept(',')) targets.push(tokens.expectName());
  if (isBracketed) tokens.expect(')');
  tokens.expectWord('in');
  const source = parseExpression(tokens, true, false);
  const condition = tokens.acceptWord('if') ? parseExpression(tokens, false) : undefined;
  tokens.expectClose();
  const { statements: body, ending } = block(tokens, ['else', 'endfor']);
  tokens.expectClose();
  let otherwise: readonly Statement[] = [];
  if (ending === 'else') {
    otherwise = block(tokens, ['endfor']).statements;
    tokens.expectClose();
  }
  return { kind: 'for', targets, source, ...(condition === undefined ? {} : { condition }), body, otherwise };
}

function setStatement(tokens: Tokens): Statement {
  const targets: SetTarget[] = [target(tokens)];
  while (tokens.accept(',')) targets.push(target(tokens));
  if (tokens.accept('=')) {
    const value = parseExpression(tokens, true);
    tokens.expectClose();
    return { kind: 'set', targets, value };
  }
  tokens.expectClose();
  const { statements: body } = block(tokens, ['endset']);
  tokens.expectClose();
  return { kind: 'set_block', name: targets[0]!.name, body };
}

function target(tokens: Tokens): SetTarget {
  const name = tokens.expectName();
  return tokens.accept('.') ? { name, field: tokens.expectName() } : { name };
}

function withStatement(tokens: Tokens): Statement {
  const bindings: [string, ReturnType<typeof parseExpression>][] = [];
  while (tokens.peek.kind === 'name') {
    const name = tokens.expectName();
    tokens.expect('=');
    bindings.push([name, parseExpression(tokens, false)]);
    if (!tokens.accept(',')) break;
  }
  tokens.expectClose();
  const { statements: body } = block(tokens, ['endwith']);
  tokens.expectClose();
  return { kind: 'with', bindings, body };
}
