import { wilson } from '../statistics/proportions.js';
import type { Section } from './model.js';

/** A section that was published before it told all of today has the rest empty. */
export function inFull(section: Section): Section {
  const told = withIntervals(section) as Section;
  return {
    ...told,
    status: { ...told.status, is_held: told.status.is_held ?? false },
    cards: told.cards.map((card) => ({ ...card, history: card.history ?? [] })),
    days: told.days.map((day) => ({ ...day, is_preliminary: day.is_preliminary ?? false })),
    weeks: told.weeks ?? [],
    earlier_days: told.earlier_days ?? { previous_month: null, last_year: null },
    annotations: told.annotations ?? [],
    own_measures: told.own_measures ?? [],
    by_dimension: told.by_dimension ?? [],
    by_channel: told.by_channel ?? [],
    by_channel_region: told.by_channel_region ?? [],
    by_channel_segment: told.by_channel_segment ?? [],
    by_response_type: told.by_response_type ?? [],
    by_campaign_response_type: told.by_campaign_response_type ?? [],
    by_channel_response_type: told.by_channel_response_type ?? [],
    by_response_type_region: told.by_response_type_region ?? [],
    by_response_type_segment: told.by_response_type_segment ?? [],
    tables: told.tables ?? [],
    experiments: (told.experiments ?? []).map((one) => ({ ...one, channel: one.channel ?? '' })),
    costs: told.costs ?? null,
    anomalies: told.anomalies ?? [],
    forecasts: told.forecasts ?? [],
  };
}

/** Every rate, wherever it stands. */
function withIntervals(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withIntervals);
  if (typeof value !== 'object' || value === null) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withIntervals(each)]));
  if (!('numerator' in inner) || 'low' in inner) return inner;
  const { numerator, denominator } = inner as { numerator: number | null; denominator: number | null };
  const interval = numerator === null || denominator === null ? null : wilson({ numerator, denominator });
  return { ...inner, low: interval?.low ?? null, high: interval?.high ?? null };
}
