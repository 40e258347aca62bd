import type { TableLine } from '../section/model.js';
import { BREAKDOWNS, type Breakdown } from './breakdowns.js';
import { protectedBy, type Suppression } from './suppress/suppress.js';

/** The tables that may be asked for by name. The finest is one of them only where nothing is to be hidden. */
export function tableLines(suppression: Suppression): readonly TableLine[] {
  const isProtected = protectionOf(suppression);
  return (Object.keys(BREAKDOWNS) as Breakdown[])
    .filter((table) => table !== 'control' && !(table === 'campaign_region_segment' && isProtected(table)))
    .map((table) => ({ table, dimensions: BREAKDOWNS[table], is_protected: isProtected(table) }));
}

export const protectionOf = ({ threshold, dimensions }: Suppression): ((breakdown: Breakdown) => boolean) =>
  threshold < 2 ? () => false : protectedBy(dimensions);
