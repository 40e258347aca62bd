import { dayText } from './calendar.js';
import type { Canvas, Step } from './canvases.js';
import type { Campaign, Element } from './campaigns.js';
import { observerOf, type Observation, type Observer } from './observation.js';
import { renderMetrics } from './series.js';
import type { BrazeWorld } from './world.js';

export interface Breakdown {
  readonly variants: boolean;
  readonly steps: boolean;
  readonly removedSteps: boolean;
}

type Stats = Record<string, unknown>;

/** In the steps of a canvas push opens have other names: `influenced_opens` are all of them. */
const stepMetrics = (channel: Element['channel'], seen: Observation): Stats => {
  const metrics = renderMetrics[channel](seen.sent, seen.parts);
  if (channel !== 'ios_push' && channel !== 'android_push') return metrics;
  const { direct_opens: opens, total_opens: influenced_opens, ...rest } = metrics;
  return { ...rest, opens, influenced_opens };
};

const conversionStats = (campaign: Campaign, seen: Observation): Stats => {
  const stats: Stats = { revenue: ((seen.conversions[0] ?? 0) * campaign.centsPerConversion) / 100 };
  seen.conversions.forEach((count, order) => {
    const name = order === 0 ? 'conversions' : `conversions${order}`;
    stats[name] = count;
    stats[`${name}_by_entry_time`] = seen.conversionsBySendTime[order];
  });
  return stats;
};

/** Adds up numbers, of whatever depth; names stay. */
export const addUp = (left: Stats, right: Stats): Stats => {
  const sum: Stats = { ...left };
  for (const [name, value] of Object.entries(right)) {
    const there = sum[name];
    if (typeof value === 'number')
      sum[name] = Math.round(((there as number | undefined) ?? 0) * 100 + value * 100) / 100;
    else if (Array.isArray(value))
      sum[name] = value.map((each, order) => addUp(((there as Stats[]) ?? [])[order] ?? {}, each as Stats));
    else if (typeof value === 'object' && value !== null) sum[name] = addUp((there as Stats) ?? {}, value as Stats);
    else sum[name] = value;
  }
  return sum;
};

/** The days `[from, to]` of a canvas, none before its first entry and none of the future. */
export const canvasDays = (
  world: BrazeWorld,
  canvas: Canvas,
  [from, to]: readonly [number, number],
  observedAt: number,
  breakdown: Breakdown,
): Stats[] => {
  const today = world.calendar.dayOf(observedAt);
  const observer: Observer = { activity: world.activity, arrival: world.arrival, observedAt, today };
  const { entry } = canvas;
  const variants = entry.elements.map((element) => ({ element, seenOn: observerOf(observer, entry, element) }));
  const steps = canvas.steps
    .filter(({ isRemoved }) => breakdown.removedSteps || !isRemoved)
    .map((step) => ({
      step,
      messages: step.messages.elements.map((element) => observerOf(observer, step.messages, element)),
    }));
  const stepStats = (step: Step, seen: readonly Observation[]): Stats => ({
    name: step.name,
    // The conversions after its messages, which are part of those of the variants.
    ...conversionStats(step.messages, seen[0]),
    messages: { [step.channel]: seen.map((each) => stepMetrics(step.channel, each)) },
  });
  const days: Stats[] = [];
  for (let day = Math.max(from, entry.firstDay); day <= Math.min(to, today) && !canvas.isDraft; day += 1) {
    const ofVariants = variants.map(({ element, seenOn }) => {
      const seen = seenOn(day);
      return [element.id, { name: element.name, entries: seen.sent, ...conversionStats(entry, seen) }] as const;
    });
    const total = ofVariants.map(([, stats]) => stats as Stats).reduce(addUp, {});
    delete total.name;
    days.push({
      time: dayText(day),
      total_stats: total,
      ...(breakdown.variants ? { variant_stats: Object.fromEntries(ofVariants) } : {}),
      ...(breakdown.steps
        ? {
            step_stats: Object.fromEntries(
              steps.map(({ step, messages }) => [
                step.id,
                stepStats(
                  step,
                  messages.map((seenOn) => seenOn(day)),
                ),
              ]),
            ),
          }
        : {}),
    });
  }
  return days;
};
