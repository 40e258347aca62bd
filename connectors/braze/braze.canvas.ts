import type { CanvasDayRow, CanvasElementRow } from './braze.schemas.js';
import { CANVAS_COUNTS } from './braze.schemas.js';
import { countsOf, daysOf, idOf, listOf, malformed, nameOf, RENAMED, type Element } from './braze.metrics.js';

// In the steps of a Canvas `influenced_opens` of push are all opens, and `opens` the direct ones
// (https://www.braze.com/docs/api/endpoints/export/canvas/get_canvas_analytics_summary, read 2026-11-24).
const PUSH = { influenced_opens: 'opens', opens: 'direct_opens' };

const renamedIn = (channel: string): Readonly<Record<string, string>> =>
  channel.endsWith('_push') ? { ...RENAMED[channel], ...PUSH } : (RENAMED[channel] ?? {});

/** Deleted steps too: without them the past would shrink when somebody edits the Canvas. */
export const BREAKDOWN = {
  include_variant_breakdown: true,
  include_step_breakdown: true,
  include_deleted_step_data: true,
};

/** Braze says it of a variant by no field, only by its name. */
export const isControlVariant = (name: string | null): boolean => /^control( group)?$/i.test(name ?? '');

/** The rows of one Canvas for the days in `[from, to)`. */
export function canvasRows(canvas: string, body: any, from: string, to: string): CanvasDayRow[] {
  return daysOf(body?.data?.stats, `Canvas ${canvas}`, from, to).flatMap(({ time, ...stats }) =>
    elementsOf(canvas, stats).map((row) => ({ time, ...row })),
  );
}

/** The rows of the summary of some days. */
export function summaryRows(canvas: string, body: any): CanvasElementRow[] {
  const { data } = body ?? {};
  if (typeof data !== 'object' || data === null) throw malformed(`Canvas ${canvas}`, 'has no "data"');
  return elementsOf(canvas, data);
}

/**
 * Entries and conversions are those of the variants; messages those of the steps. A step also has conversions, those after its
 * messages: they are part of the variants', so they are kept beside the columns and never added to them.
 */
function elementsOf(canvas: string, stats: Element): CanvasElementRow[] {
  const variants = Object.entries<Element>((stats['variant_stats'] ?? {}) as Record<string, Element>);
  // A Canvas without a breakdown still has its entries and conversions.
  const whole = variants.length === 0 && typeof stats['total_stats'] === 'object' ? [['', stats['total_stats']]] : [];
  const ofVariants = [...variants, ...(whole as [string, Element][])].map(([id, element]) =>
    rowOf(canvas, { variant_id: id, variant_name: nameOf(element['name']) }, element),
  );
  const ofSteps = Object.entries<Element>((stats['step_stats'] ?? {}) as Record<string, Element>).flatMap(
    ([id, element]) => {
      const step = { step_id: id, step_name: nameOf(element['name']) };
      const rows = Object.entries((element['messages'] ?? {}) as Record<string, unknown>).flatMap(
        ([channel, found]) => {
          const used = new Set<string>();
          const elements = listOf(found);
          return elements.map((message, position) => {
            const variation = idOf(message, position, used);
            const isOnly = elements.length === 1 && variation === '#1';
            return rowOf(canvas, { ...step, channel, variation_id: isOnly ? '' : variation }, message);
          });
        },
      );
      const own = Object.entries(element).filter(([key]) => key !== 'name' && key !== 'messages');
      const numbers = Object.fromEntries(own.map(([key, value]) => [`step_${key}`, value]));
      return own.length === 0 ? rows : [...rows, rowOf(canvas, step, numbers)];
    },
  );
  return [...ofVariants, ...ofSteps];
}

function rowOf(canvas: string, keys: Partial<CanvasElementRow>, element: Element): CanvasElementRow {
  return {
    canvas_id: canvas,
    variant_id: '',
    variant_name: null,
    is_control: isControlVariant(keys.variant_name ?? null),
    step_id: '',
    step_name: null,
    channel: '',
    variation_id: '',
    ...keys,
    ...countsOf(element, CANVAS_COUNTS, renamedIn(keys.channel ?? '')),
  };
}
