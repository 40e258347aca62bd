import type { EngineEvent } from '../protocol/index.js';
import { whoAmI } from './account.js';
import type { Installation } from './installation.js';

export type TableAdopted = Extract<EngineEvent, { type: 'table_adopted' }>;

/** Tells the audit log whose run has taken a table over, and what it did to it. */
export async function noteAdoptions(
  { store }: Installation,
  of: { readonly connection: string; readonly run: string; readonly trigger: string },
  adoptions: readonly TableAdopted[],
): Promise<void> {
  if (adoptions.length === 0) return;
  const { audit } = await store();
  for (const { stream, table, rows, added, kept, index } of adoptions)
    await audit.append({
      actor: whoAmI(),
      action: 'table.adopt',
      object: `${of.connection}.${stream}`,
      outcome: 'allowed',
      detail: { run: of.run, trigger: of.trigger, table, rows, added, kept, index: index ?? null },
    });
}
