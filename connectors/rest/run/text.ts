import { ConnectorError } from '#sdk';
import type { HttpClock } from '#sdk/http';
import { MistypedError, TemplateError } from '../template/lexer.js';
import { holds, plain, templateOf, type Context, type LiteralType, type Template } from '../template/template.js';
import { setKey, textOf } from '../template/values.js';
import { faultOf, metered } from '../template/work.js';
import type { Component } from '../manifest/text.js';
import { byClock } from '../time/clock.js';

/** What the texts of one component are evaluated with. */
export interface Surroundings {
  readonly config: Component;
  readonly parameters: Component;
  /** What tells them the time, and no name that they see; without it what tells it to whoever evaluates them. */
  readonly clock?: HttpClock;
}

/** The names that a text sees. */
const seen = ({ config, parameters }: Surroundings, context: Context): Context => ({ config, parameters, ...context });

/** Evaluates a text, and says of which component it is when it fails: a template's own message names no place. */
function evaluated<T>(source: string, { clock }: Surroundings, work: () => T): T {
  try {
    return clock === undefined ? work() : byClock(clock, work);
  } catch (thrown) {
    const error = faultOf(thrown);
    if (!(error instanceof TemplateError)) throw error;
    throw new ConnectorError('config', `The template "${source.slice(0, 200)}" fails: ${error.message}`, {
      hint: 'Correct it; `| default(…)` gives a value where the API sends none.',
    });
  }
}

/** A text of a component: evaluated to a value, as the reference does with an "interpolated string". */
export class Text {
  readonly #template: Template;
  readonly #around: Surroundings;
  #constant: { readonly value: unknown } | undefined;

  constructor(source: string, around: Surroundings) {
    this.#template = templateOf(source);
    this.#around = around;
  }

  get source(): string {
    return this.#template.source;
  }

  get isDynamic(): boolean {
    return this.#template.isDynamic;
  }

  /** Names beside `config` and `parameters` that it needs. */
  get needs(): readonly string[] {
    return [...this.#template.names].filter((name) => name !== 'config' && name !== 'parameters');
  }

  value(context: Context = {}, types?: readonly LiteralType[]): unknown {
    if (this.#constant !== undefined) return this.#constant.value;
    return evaluated(this.source, this.#around, () => {
      const value = plain(this.#template.strict(seen(this.#around, context), types));
      if (!this.#template.isDynamic) this.#constant = { value };
      return value;
    });
  }

  /** As it goes into an address, a header or a name. */
  text(context: Context = {}): string {
    return evaluated(this.source, this.#around, () => {
      const value = this.#template.strict(seen(this.#around, context));
      return typeof value === 'string' ? value : metered(() => textOf(value));
    });
  }
}

/** A text that says whether something holds. */
export class Condition {
  readonly #template: Template;
  readonly #around: Surroundings;

  constructor(source: string, around: Surroundings) {
    this.#template = templateOf(source);
    this.#around = around;
  }

  get source(): string {
    return this.#template.source;
  }

  holds(context: Context): boolean {
    return evaluated(this.source, this.#around, () => holds(this.#template, seen(this.#around, context)));
  }

  /** `mistyped` says what counts where something is asked of a value that its kind cannot do. */
  holdsOr(context: Context, mistyped: (fault: string) => boolean): boolean {
    return evaluated(this.source, this.#around, () => {
      try {
        return holds(this.#template, seen(this.#around, context));
      } catch (error) {
        if (error instanceof MistypedError) return mistyped(error.message);
        throw error;
      }
    });
  }
}

type Input = (context: Context) => unknown;

/** A value of a request's options: texts are evaluated, also inside of lists and mappings; what renders to nothing is left out. */
export function nestedInput(value: unknown, around: Surroundings): Input {
  if (typeof value === 'string') {
    const template = templateOf(value);
    return (context) => evaluated(value, around, () => plain(template.value(seen(around, context), null)));
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => nestedInput(item, around));
    return (context) => items.map((item) => item(context));
  }
  if (typeof value !== 'object' || value === null) return () => value;
  const entries = Object.entries(value).map(
    ([key, part]) => [nestedInput(key, around), nestedInput(part, around)] as const,
  );
  return (context) => {
    const made: Record<string, unknown> = {};
    for (const [key, part] of entries) {
      const found = part(context);
      if (found !== null) setKey(made, textOf(key(context)), found);
    }
    return made;
  };
}

/** Fields of a query, a form or headers: each value a text, or a list where it may be one. What renders to nothing is left out. */
export function flatInput(
  fields: Readonly<Record<string, unknown>>,
  around: Surroundings,
  types?: readonly LiteralType[],
): (context: Context) => Record<string, unknown> {
  const entries = Object.entries(fields).map(([key, value]) => {
    const name = templateOf(key);
    const template = typeof value === 'string' ? templateOf(value) : undefined;
    return { key, name, value, template };
  });
  return (context) => {
    const all = seen(around, context);
    const made: Record<string, unknown> = {};
    for (const { key, name, value, template } of entries) {
      const found =
        template === undefined
          ? value
          : evaluated(template.source, around, () => plain(template.value(all, null, types)));
      if (found !== null && found !== undefined)
        setKey(made, name.isDynamic ? evaluated(key, around, () => textOf(name.value(all, ''))) : key, found);
    }
    return made;
  };
}
