import { TemplateError } from './lexer.js';
import { along, LIST_FILTERS, listed } from './list-filters.js';
import { perform, taking, type Named, type Taking } from './parameters.js';
import { testName, testOf, TRUTH } from './tests.js';
import { TEXT_FILTERS } from './text-filters.js';
import { VALUE_FILTERS } from './value-filters.js';
import { isTrue, textOf } from './values.js';

/** A filter; one that goes over a list with another filter or a test says which of its own arguments names it. */
export interface Filter extends Taking<unknown> {
  readonly passesOn?: {
    readonly to: 'filter' | 'test';
    readonly at: number;
    /** What is applied where none is named. */
    readonly otherwise: Taking<unknown>;
  };
}

/** Something applied to each element, with what is given beyond its name. */
function applied(
  taken: Taking<unknown>,
  what: string,
  positional: readonly unknown[],
  named: Named,
): (value: unknown) => unknown {
  const arrange = taken.parameters.arrange(
    what,
    positional.length,
    named.map(([name]) => name),
  );
  const bound = arrange([...positional, ...named.map(([, value]) => value)]);
  return (value) => perform(taken, value, bound);
}

/** What is false has no elements to go through, whatever it is. */
const elements = (value: unknown): readonly unknown[] => (isTrue(value) ? listed(value) : []);

const tested = (name: unknown, rest: readonly unknown[], named: Named): ((value: unknown) => unknown) =>
  name === undefined
    ? applied(TRUTH, 'a test that has no name', rest, named)
    : applied(testOf(textOf(name)), testName(textOf(name)), rest, named);

const selecting = (wanted: boolean): Filter => ({
  ...taking('test? / *args **kwargs', (value: unknown, name, rest: unknown[], named: Named) => {
    const holds = tested(name, rest, named);
    return elements(value).filter((item) => holds(item) === wanted);
  }),
  passesOn: { to: 'test', at: 0, otherwise: TRUTH },
});

const selectingBy = (wanted: boolean): Filter => ({
  ...taking('attribute test? / *args **kwargs', (value: unknown, path, name, rest: unknown[], named: Named) => {
    const [read, holds] = [along(path), tested(name, rest, named)];
    return elements(value).filter((item) => holds(read(item)) === wanted);
  }),
  passesOn: { to: 'test', at: 1, otherwise: TRUTH },
});

const reading = taking('* attribute default?', (value: unknown, path, otherwise = null) =>
  elements(value).map(along(path, otherwise)),
);

const map: Filter = {
  ...taking('filter? / *args **kwargs', (value: unknown, name, rest: unknown[], named: Named) => {
    if (name === undefined) return applied(reading, filterName('map'), rest, named)(value);
    const wanted = textOf(name);
    return elements(value).map(applied(filterOf(wanted), filterName(wanted), rest, named));
  }),
  passesOn: { to: 'filter', at: 0, otherwise: reading },
};

const FILTERS: Readonly<Record<string, Filter>> = {
  ...TEXT_FILTERS,
  ...VALUE_FILTERS,
  ...LIST_FILTERS,
  map,
  select: selecting(true),
  reject: selecting(false),
  selectattr: selectingBy(true),
  rejectattr: selectingBy(false),
};

const ALIASES = new Map([
  ['d', 'default'],
  ['e', 'escape'],
  ['count', 'length'],
]);

/** A filter by its name, if there is one. */
export function findFilter(name: string): Filter | undefined {
  const wanted = ALIASES.get(name) ?? name;
  return Object.hasOwn(FILTERS, wanted) ? FILTERS[wanted] : undefined;
}

export function filterOf(name: string): Filter {
  const filter = findFilter(name);
  if (filter === undefined) throw new TemplateError(`the filter "${name}" is not supported`);
  return filter;
}

/** How an error names it. */
export const filterName = (name: string): string => `the filter "${name}"`;
