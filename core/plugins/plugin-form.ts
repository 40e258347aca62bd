import type { DestinationPlugin, SourcePlugin } from '../sdk/index.js';

export type Plugin = SourcePlugin | DestinationPlugin;

/** Told by its form, so that a plugin with its own copy of the SDK or of zod does as well. */
export function looksLikePlugin(value: unknown): value is Plugin {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  return value.kind === 'source' || value.kind === 'destination';
}

const METHODS = { source: ['open'], destination: ['check', 'connect'] } as const;

/** What keeps a plugin from being used; an author who writes JavaScript has no compiler to say so. */
export function pluginFault(plugin: Plugin): { readonly message: string; readonly hint: string } | undefined {
  const { name, config, kind } = plugin as { name: unknown; config: unknown; kind: Plugin['kind'] };
  const define = kind === 'source' ? 'defineSource' : 'defineDestination';
  if (typeof name !== 'string' || !/^[a-z][a-z0-9_]*$/.test(name))
    return { message: 'its `name` is no name.', hint: 'Use small letters, digits and _, a letter first.' };
  if (!isZodObject(config))
    return {
      message: '`config` is no zod object.',
      hint: 'Give a `z.strictObject({ … })` of zod 4; `z.strictObject({})` for a plugin without options.',
    };
  const missing = METHODS[kind].filter((method) => typeof (plugin as any)[method] !== 'function');
  if (missing.length > 0)
    return { message: `it has no \`${missing.join('`, `')}\`.`, hint: `Make it with \`${define}\`.` };
  return undefined;
}

function isZodObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { safeParse, def } = value as { safeParse?: unknown; def?: { type?: unknown } };
  return typeof safeParse === 'function' && def?.type === 'object';
}
