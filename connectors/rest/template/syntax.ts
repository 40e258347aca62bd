/** The tree of an expression. */
export type Expression =
  | { readonly kind: 'constant'; readonly value: unknown }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'list' | 'tuple'; readonly items: readonly Expression[] }
  | { readonly kind: 'dict'; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly kind: 'attribute'; readonly target: Expression; readonly name: string }
  | { readonly kind: 'item'; readonly target: Expression; readonly key: Expression }
  | {
      readonly kind: 'slice';
      readonly target: Expression;
      readonly from?: Expression;
      readonly to?: Expression;
      readonly step?: Expression;
    }
  | { readonly kind: 'call'; readonly target: Expression; readonly arguments: Arguments }
  | { readonly kind: 'filter'; readonly target: Expression; readonly name: string; readonly arguments: Arguments }
  | {
      readonly kind: 'test';
      readonly target: Expression;
      readonly name: string;
      readonly arguments: Arguments;
      readonly isNegated: boolean;
    }
  | { readonly kind: 'unary'; readonly operator: 'not' | '-' | '+'; readonly operand: Expression }
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: 'compare';
      readonly first: Expression;
      readonly rest: readonly (readonly [string, Expression])[];
    }
  | {
      readonly kind: 'choice';
      readonly condition: Expression;
      readonly yes: Expression;
      readonly no?: Expression;
    };

export interface Arguments {
  readonly positional: readonly Expression[];
  readonly named: readonly (readonly [string, Expression])[];
}

/** What a template does, in order. */
export type Statement =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'output'; readonly value: Expression }
  | {
      readonly kind: 'if';
      readonly branches: readonly (readonly [Expression, readonly Statement[]])[];
      readonly otherwise: readonly Statement[];
    }
  | {
      readonly kind: 'for';
      readonly targets: readonly string[];
      readonly source: Expression;
      readonly condition?: Expression;
      readonly body: readonly Statement[];
      readonly otherwise: readonly Statement[];
    }
  | { readonly kind: 'set'; readonly targets: readonly SetTarget[]; readonly value: Expression }
  | { readonly kind: 'set_block'; readonly name: string; readonly body: readonly Statement[] }
  | {
      readonly kind: 'with';
      readonly bindings: readonly (readonly [string, Expression])[];
      readonly body: readonly Statement[];
    };

/** A name, or a field of a `namespace`. */
export interface SetTarget {
  readonly name: string;
  readonly field?: string;
}

/** How many expressions and statements a part of a tree holds. */
export function nodesOf(part: unknown): number {
  if (typeof part !== 'object' || part === null) return 0;
  let count = 'kind' in part ? 1 : 0;
  for (const one of Object.values(part)) count += nodesOf(one);
  return count;
}
