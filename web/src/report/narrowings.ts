/** What the figures can be narrowed to. `days` stands as `from` and `to` in the address. */
export const NARROWINGS = ['campaign', 'region', 'segment', 'channel', 'type', 'days'] as const;
/** A dimension of the installation's own stands by its name, such as `own.plan_type`. */
export type Narrowing = (typeof NARROWINGS)[number] | `own.${string}`;

export const isOwn = (name: string): name is `own.${string}` => /^own\.[a-z][a-z0-9_]*$/.test(name);
