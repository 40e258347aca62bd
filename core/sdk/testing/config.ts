import { z } from 'zod';
import type { Trial } from './source-contract.js';

/** The configuration is accepted, a misspelt key is not, and every key says what it is. False: no use in going on. */
export function checkConfig({ plugin, config, report }: Trial): boolean {
  const parsed = plugin.config.safeParse(config);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    report('configuration', `the case's own is refused: ${faults.join('; ')}`);
    return false;
  }
  if (plugin.config.safeParse({ ...config, not_a_key_of_yours: true }).success)
    report('configuration', 'an unknown key is accepted; make it a z.strictObject');
  for (const [key, { description }] of Object.entries(propertiesOf(plugin.config)))
    if (description === undefined || description === '')
      report('configuration', `key "${key}" has no description; add .describe('…')`);
  return true;
}

interface Property {
  readonly description?: string;
  readonly secret?: boolean;
}

function propertiesOf(config: z.ZodObject): Readonly<Record<string, Property>> {
  const schema = z.toJSONSchema(config, { io: 'input', unrepresentable: 'any' });
  return (schema.properties ?? {}) as Readonly<Record<string, Property>>;
}

/** The keys at the top of the configuration that are marked secret. */
export function secretKeysOf(config: z.ZodObject): readonly string[] {
  return Object.entries(propertiesOf(config)).flatMap(([key, { secret }]) => (secret === true ? [key] : []));
}
