/** What a file gives of a map; an entry that is not valid is undefined: it was reported where it was read. */
export function entries<T>(map: Readonly<Record<string, T>> | undefined): [string, T][] {
  return Object.entries(map ?? {}).filter(([, value]) => value !== undefined);
}

export function namesOf(map: Readonly<Record<string, unknown>> | undefined): readonly string[] | undefined {
  return map === undefined ? undefined : Object.keys(map);
}
