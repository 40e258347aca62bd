import type { Activity } from './activity.js';
import type { Arrival } from './arrival.js';
import type { Calendar } from './calendar.js';
import type { Canvas } from './canvases.js';
import { truthCells, type TruthCell, type TruthFilter } from './truth.js';

type Messages = Omit<TruthCell, 'campaign_id' | 'variation_id' | 'variation_name' | `conversions${string}` | 'revenue'>;

/** What is true of one message of a step on one day. Null is "not measured". */
export interface StepCell extends Messages {
  canvas_id: string;
  step_id: string;
  step_name: string;
  /** Its place among the messages of the step, and how many there are. */
  message: number;
  messages: number;
}

/** What is true of one variant on one day. */
export interface VariantCell {
  canvas_id: string;
  date: string;
  variant_id: string;
  variant_name: string;
  is_control: boolean;
  entries: number;
  revenue: number;
  conversions: number | null;
  conversions1: number | null;
  conversions2: number | null;
  conversions3: number | null;
  conversions_by_entry_time: number | null;
  conversions1_by_entry_time: number | null;
  conversions2_by_entry_time: number | null;
  conversions3_by_entry_time: number | null;
}

export interface CanvasTruth {
  readonly variants: readonly VariantCell[];
  /** Removed steps too: what they have sent was sent. */
  readonly steps: readonly StepCell[];
}

/** What belongs to variants, and to no message. */
const ofVariants = /^(campaign_id|variation_|revenue|conversions)/;

const variantCell = (canvas: Canvas, cell: TruthCell): VariantCell => ({
  canvas_id: canvas.id,
  date: cell.date,
  variant_id: cell.variation_id,
  variant_name: cell.variation_name,
  is_control: cell.is_control,
  entries: cell.sent ?? cell.enrolled ?? 0,
  revenue: cell.revenue,
  conversions: cell.conversions,
  conversions1: cell.conversions1,
  conversions2: cell.conversions2,
  conversions3: cell.conversions3,
  conversions_by_entry_time: cell.conversions_by_send_time,
  conversions1_by_entry_time: cell.conversions1_by_send_time,
  conversions2_by_entry_time: cell.conversions2_by_send_time,
  conversions3_by_entry_time: cell.conversions3_by_send_time,
});

/** The cells of one canvas: every day from its first entry to the day of the instant, zero days too. */
export const canvasTruth = (
  activity: Activity,
  arrival: Arrival,
  calendar: Calendar,
  canvas: Canvas,
  observedAt: number,
  filter: TruthFilter,
): CanvasTruth => {
  const cellsOf = (campaign: Canvas['entry']) => truthCells(activity, arrival, calendar, campaign, observedAt, filter);
  return {
    variants: cellsOf(canvas.entry).map((cell) => variantCell(canvas, cell)),
    steps: canvas.steps.flatMap((step) => {
      const ids = step.messages.elements.map(({ id }) => id);
      return cellsOf(step.messages).map((cell): StepCell => {
        const measured = Object.fromEntries(Object.entries(cell).filter(([name]) => !ofVariants.test(name)));
        return {
          ...(measured as unknown as Messages),
          // Canvases do not tell whom a step has reached.
          unique_recipients: null as unknown as number,
          canvas_id: canvas.id,
          step_id: step.id,
          step_name: step.name,
          message: ids.indexOf(cell.variation_id),
          messages: ids.length,
        };
      });
    }),
  };
};
