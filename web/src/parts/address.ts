import { useSearchParams } from 'wouter';

/** A filter that stands in the address, so that a page can be handed on as it is. */
export function useFilter(name: string): readonly [string | undefined, (value: string) => void] {
  const [parameters, setParameters] = useSearchParams();
  return [
    parameters.get(name) ?? undefined,
    (value) =>
      setParameters(
        (before) => {
          const after = new URLSearchParams(before);
          if (value === '') after.delete(name);
          else after.set(name, value);
          return after;
        },
        { replace: true },
      ),
  ];
}
