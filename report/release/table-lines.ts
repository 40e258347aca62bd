import type { TableLine } from '../section/model.js';
import { FINEST, isUnshown, type Breakdown, type Layout } from './breakdowns.js';
import { protectedBy, type Suppression } from './suppress/suppress.js';

/** The tables that may be asked for by name. The finest is one of them only where nothing is to be hidden. */
export function tableLines(suppression: Suppression, layout: Layout): readonly TableLine[] {
  const isProtected = protectionOf(suppression, layout);
  return Object.entries(layout.breakdowns)
    .filter(([table]) => table !== 'control' && (!isUnshown(table) || (table === FINEST && !isProtected(table))))
    .map(([table, dimensions]) => ({ table, dimensions, is_protected: isProtected(table) }));
}

export const protectionOf = (suppression: Suppression, layout: Layout): ((breakdown: Breakdown) => boolean) =>
  suppression.threshold < 2 ? () => false : protectedBy(suppression, layout);
