import { TemplateError, type Token } from './lexer.js';
import type { Arguments, Expression } from './syntax.js';
import { Float, wholeNumber } from './values.js';

/** The tokens of a template, read from left to right. */
export class Tokens {
  readonly #all: readonly Token[];
  #at = 0;
  constructor(all: readonly Token[]) {
    this.#all = all;
  }
  get peek(): Token {
    return this.#all[this.#at]!;
  }
  next(): Token {
    const token = this.peek;
    if (token.kind !== 'end') this.#at += 1;
    return token;
  }
  is(operator: string): boolean {
    return this.peek.kind === 'operator' && this.peek.text === operator;
  }
  isWord(word: string): boolean {
    return this.peek.kind === 'name' && this.peek.text === word;
  }
  accept(operator: string): boolean {
    if (!this.is(operator)) return false;
    this.#at += 1;
    return true;
  }
  acceptWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.#at += 1;
    return true;
  }
  expect(operator: string): void {
    if (!this.accept(operator)) throw unexpected(this.peek, `"${operator}"`);
  }
  expectWord(word: string): void {
    if (!this.acceptWord(word)) throw unexpected(this.peek, `"${word}"`);
  }
  expectName(): string {
    if (this.peek.kind !== 'name') throw unexpected(this.peek, 'a name');
    return this.next().text;
  }
  expectClose(): void {
    if (this.peek.kind !== 'close') throw unexpected(this.peek, 'the end of the tag');
    this.#at += 1;
  }
}

const unexpected = (token: Token, wanted: string) =>
  new TemplateError(
    `${token.kind === 'close' ? 'the end of the tag' : `"${token.text}"`} stands where ${wanted} is due`,
    token.offset,
  );

/** One expression; with `isTuple` commas make a tuple, without `hasChoice` an `if` is left to the caller. */
export function parseExpression(tokens: Tokens, isTuple: boolean, hasChoice = true): Expression {
  const one = () => (hasChoice ? choice(tokens) : or(tokens));
  const first = one();
  if (!isTuple || !tokens.is(',')) return first;
  const items = [first];
  while (tokens.accept(',')) {
    if (tokens.peek.kind === 'close') break;
    items.push(one());
  }
  return { kind: 'tuple', items };
}

function choice(tokens: Tokens): Expression {
  let result = or(tokens);
  while (tokens.acceptWord('if')) {
    const condition = or(tokens);
    result = tokens.acceptWord('else')
      ? { kind: 'choice', condition, yes: result, no: choice(tokens) }
      : { kind: 'choice', condition, yes: result };
  }
  return result;
}

function or(tokens: Tokens): Expression {
  let left = and(tokens);
  while (tokens.acceptWord('or')) left = { kind: 'or', left, right: and(tokens) };
  return left;
}

function and(tokens: Tokens): Expression {
  let left = not(tokens);
  while (tokens.acceptWord('and')) left = { kind: 'and', left, right: not(tokens) };
  return left;
}

function not(tokens: Tokens): Expression {
  return tokens.acceptWord('not') ? { kind: 'unary', operator: 'not', operand: not(tokens) } : compare(tokens);
}

const COMPARISONS = ['==', '!=', '<=', '>=', '<', '>'];

function compare(tokens: Tokens): Expression {
  const first = level(tokens, 0);
  const rest: [string, Expression][] = [];
  for (;;) {
    const operator = COMPARISONS.find((candidate) => tokens.accept(candidate));
    if (operator !== undefined) rest.push([operator, level(tokens, 0)]);
    else if (tokens.acceptWord('in')) rest.push(['in', level(tokens, 0)]);
    else if (tokens.isWord('not')) {
      tokens.next();
      tokens.expectWord('in');
      rest.push(['not in', level(tokens, 0)]);
    } else return rest.length === 0 ? first : { kind: 'compare', first, rest };
  }
}

/** Binary operators, those that bind loosest first. */
const LEVELS = [['+', '-'], ['~'], ['*', '//', '/', '%'], ['**']];

function level(tokens: Tokens, depth: number): Expression {
  const operators = LEVELS[depth];
  if (operators === undefined) return unary(tokens, true);
  let left = level(tokens, depth + 1);
  for (;;) {
    const operator = operators.find((candidate) => tokens.accept(candidate));
    if (operator === undefined) return left;
    left = { kind: 'binary', operator, left, right: level(tokens, depth + 1) };
  }
}

function unary(tokens: Tokens, withFilters: boolean): Expression {
  let node: Expression;
  if (tokens.accept('-')) node = { kind: 'unary', operator: '-', operand: unary(tokens, false) };
  else if (tokens.accept('+')) node = { kind: 'unary', operator: '+', operand: unary(tokens, false) };
  else node = primary(tokens);
  node = postfix(tokens, node);
  return withFilters ? filters(tokens, node) : node;
}

const CONSTANTS = new Map<string, unknown>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
]);

function primary(tokens: Tokens): Expression {
  const token = tokens.next();
  switch (token.kind) {
    case 'name':
      return CONSTANTS.has(token.text)
        ? { kind: 'constant', value: CONSTANTS.get(token.text) }
        : { kind: 'name', name: token.text };
    case 'string': {
      let text = token.text;
      while (tokens.peek.kind === 'string') text += tokens.next().text;
      return { kind: 'constant', value: text };
    }
    case 'integer': {
      const value = wholeNumber(token.text);
      if (value === undefined) throw new TemplateError('a number has too many digits', token.offset);
      return { kind: 'constant', value };
    }
    case 'float':
      return { kind: 'constant', value: Float.of(Number(token.text)) };
    case 'operator':
      if (token.text === '(') return group(tokens);
      if (token.text === '[') return { kind: 'list', items: listed(tokens, ']') };
      if (token.text === '{') return dict(tokens);
  }
  throw unexpected(token, 'a value');
}

function group(tokens: Tokens): Expression {
  if (tokens.accept(')')) return { kind: 'tuple', items: [] };
  const first = choice(tokens);
  if (!tokens.is(',')) {
    tokens.expect(')');
    return first;
  }
  const items = [first];
  while (tokens.accept(',') && !tokens.is(')')) items.push(choice(tokens));
  tokens.expect(')');
  return { kind: 'tuple', items };
}

function listed(tokens: Tokens, end: string): Expression[] {
  const items: Expression[] = [];
  while (!tokens.accept(end)) {
    items.push(choice(tokens));
    if (!tokens.accept(',')) {
      tokens.expect(end);
      break;
    }
  }
  return items;
}

function dict(tokens: Tokens): Expression {
  const entries: [Expression, Expression][] = [];
  while (!tokens.accept('}')) {
    const key = choice(tokens);
    tokens.expect(':');
    entries.push([key, choice(tokens)]);
    if (!tokens.accept(',')) {
      tokens.expect('}');
      break;
    }
  }
  return { kind: 'dict', entries };
}

function postfix(tokens: Tokens, start: Expression): Expression {
  let node = start;
  for (;;) {
    if (tokens.accept('.')) {
      const token = tokens.next();
      if (token.kind === 'name') node = { kind: 'attribute', target: node, name: token.text };
      else if (token.kind === 'integer')
        node = { kind: 'item', target: node, key: { kind: 'constant', value: Number(token.text) } };
      else throw unexpected(token, 'a name');
    } else if (tokens.accept('[')) node = subscript(tokens, node);
    else if (tokens.accept('(')) node = { kind: 'call', target: node, arguments: callArguments(tokens) };
    else return node;
  }
}

function subscript(tokens: Tokens, target: Expression): Expression {
  const from = tokens.is(':') ? undefined : choice(tokens);
  if (!tokens.accept(':')) {
    tokens.expect(']');
    return { kind: 'item', target, key: from! };
  }
  const to = tokens.is(':') || tokens.is(']') ? undefined : choice(tokens);
  const step = tokens.accept(':') && !tokens.is(']') ? choice(tokens) : undefined;
  tokens.expect(']');
  return {
    kind: 'slice',
    target,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(step === undefined ? {} : { step }),
  };
}

function callArguments(tokens: Tokens): Arguments {
  const positional: Expression[] = [];
  const named: [string, Expression][] = [];
  while (!tokens.accept(')')) {
    const value = choice(tokens);
    if (value.kind === 'name' && tokens.accept('=')) named.push([value.name, choice(tokens)]);
    else positional.push(value);
    if (!tokens.accept(',')) {
      tokens.expect(')');
      break;
    }
  }
  return { positional, named };
}

const NO_ARGUMENTS: Arguments = { positional: [], named: [] };

function filters(tokens: Tokens, start: Expression): Expression {
  let node = start;
  for (;;) {
    if (tokens.accept('|')) {
      const name = tokens.expectName();
      node = {
        kind: 'filter',
        target: node,
        name,
        arguments: tokens.accept('(') ? callArguments(tokens) : NO_ARGUMENTS,
      };
    } else if (tokens.acceptWord('is')) {
      const isNegated = tokens.acceptWord('not');
      const name = tokens.expectName();
      node = { kind: 'test', target: node, name, arguments: testArguments(tokens), isNegated };
    } else if (tokens.accept('(')) node = { kind: 'call', target: node, arguments: callArguments(tokens) };
    else return node;
  }
}

const AFTER_A_TEST = new Set(['else', 'or', 'and', 'is', 'if', 'in', 'not']);

/** `is divisibleby(3)` or `is divisibleby 3`. */
function testArguments(tokens: Tokens): Arguments {
  if (tokens.accept('(')) return callArguments(tokens);
  const { kind, text } = tokens.peek;
  const hasOne =
    (kind === 'name' && !AFTER_A_TEST.has(text)) ||
    kind === 'string' ||
    kind === 'integer' ||
    kind === 'float' ||
    (kind === 'operator' && (text === '[' || text === '{'));
  if (!hasOne) return NO_ARGUMENTS;
  return { positional: [postfix(tokens, primary(tokens))], named: [] };
}
