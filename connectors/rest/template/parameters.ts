import { TemplateError } from './lexer.js';
import { charge, LETTERS, workOn, workToMake, type Effort } from './work.js';

/** Puts what a call gives, positions first and then names, in the order of the parameters. */
export type Arrange = (given: readonly unknown[]) => readonly unknown[];

interface Parameter {
  readonly name: string;
  readonly isRequired: boolean;
  readonly byPosition: boolean;
  readonly byName: boolean;
}

/**
 * What a filter, a test, a method or a function takes, written as Python does: names in their order, `?` after one that may be left
 * out, `/` after those that have no name, `*` before those that have no position, `*args` for any further positions and `**kwargs`
 * for any further names. What is given is bound to them here and nowhere else: anything that does not fit is an error, so nothing that
 * a template gives is dropped.
 */
export class Parameters {
  readonly #all: readonly Parameter[];
  readonly #takesAnyPositions: boolean;
  readonly #takesAnyNames: boolean;
  readonly #shown: string;
  /** By positions and names; they are written in templates, so there are few. */
  readonly #known = new Map<number | string, Arrange>();

  constructor(written: string) {
    const words = written.split(' ').filter((word) => word !== '');
    const onlyPositions = words.indexOf('/');
    const onlyNames = words.findIndex((word) => /^\*\w*$/.test(word));
    this.#all = words.flatMap((word, at) =>
      /^\w+\??$/.test(word)
        ? [
            {
              name: word.replace('?', ''),
              isRequired: !word.endsWith('?'),
              byPosition: onlyNames < 0 || at < onlyNames,
              byName: at > onlyPositions,
            },
          ]
        : [],
    );
    this.#takesAnyPositions = words.some((word) => /^\*\w/.test(word));
    this.#takesAnyNames = words.some((word) => word.startsWith('**'));
    this.#shown = words.length === 0 ? 'nothing' : `(${words.join(', ')})`;
  }

  /** How a call with this many positions and with these names is bound; a `TemplateError` where it cannot be. */
  arrange(what: string, positions: number, names: readonly string[]): Arrange {
    const shape = names.length === 0 ? positions : `${positions} ${names.join(' ')}`;
    const known = this.#known.get(shape);
    if (known !== undefined) return known;
    const made = this.#arrange(what, positions, names);
    this.#known.set(shape, made);
    return made;
  }

  #arrange(what: string, positions: number, names: readonly string[]): Arrange {
    const wrong = (fault: string) => new TemplateError(`${what} ${fault}; it takes ${this.#shown}`);
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice !== undefined) throw wrong(`is given "${twice}" twice`);
    const byPosition = this.#all.filter((one) => one.byPosition);
    if (positions > byPosition.length && !this.#takesAnyPositions)
      throw wrong(`is given ${positions} ${positions === 1 ? 'argument' : 'arguments'} by position`);
    const places = this.#all.map((one) => ({
      at: one.byPosition ? byPosition.indexOf(one) : Infinity,
      named: one.byName ? names.indexOf(one.name) : -1,
    }));
    const free = names.filter((_, at) => places.every(({ named }) => named !== at));
    if (free.length > 0 && !this.#takesAnyNames) throw wrong(`has no parameter "${free[0]}"`);
    const from = places.map(({ at, named }, index) => {
      const { name, isRequired } = this.#all[index]!;
      if (at < positions && named >= 0) throw wrong(`is given "${name}" by position and by name`);
      if (at >= positions && named < 0 && isRequired) throw wrong(`needs "${name}"`);
      return at < positions ? at : named < 0 ? -1 : positions + named;
    });
    const count = byPosition.length;
    if (!this.#takesAnyPositions && !this.#takesAnyNames && names.length === 0) return (given) => given;
    return (given) => {
      const bound = from.map((at) => (at < 0 ? undefined : given[at]));
      if (this.#takesAnyPositions) bound.push(given.slice(count, Math.max(count, positions)));
      if (this.#takesAnyNames) bound.push(free.map((name) => [name, given[positions + names.indexOf(name)]]));
      return bound;
    };
  }
}

/** Names with their values, as `**kwargs` hands them on. */
export type Named = readonly (readonly [string, unknown])[];

/** The code of a filter, test, method or function behind its parameters; one that is left out is undefined. */
export interface Taking<Value, Made = unknown> {
  readonly parameters: Parameters;
  readonly apply: (value: Value, ...bound: any[]) => Made;
  /** Work that a call takes for eight characters that it is given; 0 where it looks into nothing. */
  readonly letters: number;
}

const NOTHING = new Parameters('');

/** Work of a call as such. */
const CALL = 16;

/**
 * An entry of a table: what is taken beside the value itself, and what is done with it. The effort says what a call costs. What takes
 * more, because it goes deeper or over and over, charges that itself.
 */
export function taking<Value, Bound extends unknown[], Made>(
  parameters: string,
  apply: (value: Value, ...bound: Bound) => Made,
  effort: Effort = 'thorough',
): Taking<Value, Made> {
  return {
    parameters: parameters === '' ? NOTHING : new Parameters(parameters),
    apply: apply as Taking<Value, Made>['apply'],
    letters: LETTERS[effort],
  };
}

/** Calls what is taken, and charges that by the sizes of what it is given and of what it makes: nothing is called by another way. */
export function perform<Value, Made>(taken: Taking<Value, Made>, value: Value, bound: readonly unknown[]): Made {
  const { letters } = taken;
  let work = CALL + workOn(value, letters);
  for (let at = 0; at < bound.length; at += 1)
    if (letters > 0 || typeof bound[at] === 'string') work += workOn(bound[at], LETTERS.quick);
  charge(work);
  const made = bound.length === 0 ? taken.apply(value) : taken.apply(value, ...bound);
  if (letters > 0) charge(workToMake(made));
  return made;
}

/** Something that a template can call. */
export class Callable {
  readonly name: string;
  readonly parameters: Parameters;
  readonly call: (...bound: readonly unknown[]) => unknown;
  constructor(name: string, parameters: Parameters, call: (...bound: readonly unknown[]) => unknown) {
    this.name = name;
    this.parameters = parameters;
    this.call = call;
  }
}
