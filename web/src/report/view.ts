import { useSearchParams } from 'wouter';
import { isOwn, NARROWINGS, type Narrowing } from './narrowings';
import { tableOf } from './tables';

/** All that an address may narrow to. */
const narrowingsIn = (parameters: URLSearchParams): readonly Narrowing[] => [
  ...NARROWINGS,
  ...[...new Set(parameters.keys())].filter(isOwn),
];

export const isPair = (one: Narrowing, other: Narrowing): boolean => tableOf(one, other) !== undefined;

export type Grain = 'month' | 'week' | 'day';

/** All that the address says of the page, so that it can be handed on as it is. */
export interface View {
  readonly narrowed: ReadonlyMap<Narrowing, string>;
  readonly grain: Grain;
  /** The month that is drawn beside this one. */
  readonly beside: string | undefined;
  readonly rate: 'response_rate' | 'open_rate';
  readonly release: number | undefined;
  /** What the chosen part is broken down by. */
  readonly by: string | undefined;
  /** Lines of the graph that are not drawn. */
  readonly without: ReadonlySet<string>;
}

const GRAINS: readonly Grain[] = ['month', 'week', 'day'];
const DAYS = /^\d{4}-\d\d-\d\d\.\.\d{4}-\d\d-\d\d$/;

export function viewOf(parameters: URLSearchParams): View {
  const narrowed = new Map<Narrowing, string>();
  for (const name of narrowingsIn(parameters)) {
    const value = parameters.get(name);
    const isKnown = value !== null && (name !== 'days' || DAYS.test(value));
    if (isKnown && [...narrowed.keys()].every((other) => isPair(name, other)) && narrowed.size < 2)
      narrowed.set(name, value);
  }
  const release = Number(parameters.get('release'));
  return {
    narrowed,
    grain: GRAINS.find((grain) => grain === parameters.get('grain')) ?? 'day',
    beside: parameters.get('beside') ?? undefined,
    rate: parameters.get('rate') === 'open_rate' ? 'open_rate' : 'response_rate',
    release: Number.isInteger(release) && release > 0 ? release : undefined,
    by: parameters.get('by') ?? undefined,
    without: new Set((parameters.get('without') ?? '').split(',').filter((name) => name !== '')),
  };
}

/** With one more narrowing, or with another; what it cannot be combined with goes. An empty value takes it away. */
export function narrowedTo(parameters: URLSearchParams, name: Narrowing, value: string): URLSearchParams {
  const after = new URLSearchParams(parameters);
  const { narrowed } = viewOf(parameters);
  const others = [...narrowed.keys()].filter((other) => other !== name && (value === '' || isPair(name, other)));
  for (const one of narrowingsIn(parameters)) if (one === name || !others.slice(0, 1).includes(one)) after.delete(one);
  if (value !== '') after.set(name, value);
  return after;
}

export function useView() {
  const [parameters, setParameters] = useSearchParams();
  return {
    view: viewOf(parameters),
    narrow: (name: Narrowing, value: string) => setParameters((before) => narrowedTo(before, name, value)),
    set: (changes: Readonly<Record<string, string>>) =>
      setParameters(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [name, value] of Object.entries(changes)) {
            if (value === '') after.delete(name);
            else after.set(name, value);
          }
          return after;
        },
        { replace: true },
      ),
    /** Narrows to several at once, which have a table together; to none where they are chosen already. */
    cross: (pair: Readonly<Partial<Record<Narrowing, string>>>) =>
      setParameters((before) => {
        const { narrowed } = viewOf(before);
        const wanted = Object.entries(pair) as [Narrowing, string][];
        const isChosen =
          wanted.length === narrowed.size && wanted.every(([name, value]) => narrowed.get(name) === value);
        const after = new URLSearchParams(before);
        for (const name of narrowingsIn(before)) after.delete(name);
        if (!isChosen) for (const [name, value] of wanted) after.set(name, value);
        return after;
      }),
    clear: () =>
      setParameters((before) => {
        const after = new URLSearchParams(before);
        for (const name of narrowingsIn(before)) after.delete(name);
        return after;
      }),
  };
}
