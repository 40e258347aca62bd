import { z } from 'zod';
import type { Release, ReportTable, Section } from '../../report/index.js';

/** The report's section as the API answers it; the compiler holds it against the model. */

const count = z.number().nullable();
const money = z.string().nullable();
const day = z.string();
/** Wilson's interval of 95 %; null where the value is over 1 or no rate. */
const INTERVAL = { low: z.number().nullable(), high: z.number().nullable() };
const rate = z.strictObject({ value: z.number(), numerator: z.number(), denominator: z.number(), ...INTERVAL });

const OWN = z.record(z.string(), z.union([z.number(), z.string(), rate, z.null()]));

const COUNTED = {
  targeted: count,
  sent: count,
  delivered: count,
  opened: count,
  opened_machine: count,
  clicked: count,
  bounced: count,
  unsubscribed: count,
  responded: count,
  cost: money,
  revenue: money,
  open_rate: rate.nullable(),
  response_rate: rate.nullable(),
};

/** `own`: absent where the configuration has no measures of its own. */
const FIGURES = { ...COUNTED, own: OWN.optional() };

const SUPPRESSIBLE = {
  ...FIGURES,
  suppressed: z.array(z.string()),
};

const READING = {
  data_as_of: z.string().nullable(),
  days_present: z.int(),
  days_expected: z.int(),
  missing_days: z.array(day),
};

const CHANGE = z.strictObject({
  month: z.string(),
  days: count,
  value: z.number(),
  numerator: count,
  denominator: count,
  ...INTERVAL,
  change: count,
});

const CARD = z.strictObject({
  key: z.string(),
  label: z.string(),
  unit: z.enum(['count', 'rate', 'amount', 'quotient']),
  value: count,
  numerator: count,
  denominator: count,
  ...INTERVAL,
  definition: z.string(),
  history: z.array(z.strictObject({ month: z.string(), value: count })),
  previous_month: CHANGE.nullable(),
  last_year: CHANGE.nullable(),
});

const ARM = z.strictObject({
  variant_id: z.string(),
  name: z.string(),
  is_control: z.boolean(),
  targeted: count,
  sent: count,
  responded: count,
  rate: rate.nullable(),
  lift: z.strictObject({ value: z.number(), low: z.number(), high: z.number() }).nullable(),
});

const EXPERIMENT = z.strictObject({
  source: z.string(),
  campaign_id: z.string(),
  name: z.string(),
  channel: z.string(),
  unit: z.enum(['targeted', 'sent']),
  arms: z.array(
    z.strictObject({
      variant_id: z.string(),
      name: z.string(),
      is_control: z.boolean(),
      members: z.number(),
      responded: z.number(),
      rate: rate.nullable(),
    }),
  ),
  sample_ratio: z
    .strictObject({ is_given: z.boolean(), chi_square: z.number(), p_value: z.number(), is_off: z.boolean() })
    .nullable(),
  comparisons: z.array(
    z.strictObject({
      variant_id: z.string(),
      base_variant_id: z.string(),
      difference: z.strictObject({ value: z.number(), low: z.number(), high: z.number() }),
      test: z.enum(['z', 'fisher']),
      p_value: z.number(),
      adjusted_p_value: z.number(),
      detectable: z.number(),
    }),
  ),
  verdict: z.enum(['sample_ratio_off', 'too_small', 'running', 'difference', 'no_difference']),
});

const COST = {
  cost: z.string(),
  revenue: money,
  responded: count,
  cost_per_response: money,
  return_on_cost: z.number().nullable(),
};

const FORECAST = z.strictObject({
  figure: z.enum(['sent', 'opened', 'responded']),
  so_far: z.number(),
  withheld: z.enum(['too_little_history', 'no_better_than_last_week']).nullable(),
  value: count,
  low: count,
  high: count,
  trials: z
    .strictObject({ count: z.int(), error: z.number(), naive_error: z.number(), coverage: z.number() })
    .nullable(),
});

const STATE = z.enum(['preliminary', 'final', 'restated']);

const CAUSES = z.array(
  z.strictObject({
    kind: z.enum(['run', 'definition', 'incomplete']),
    id: z.string(),
    connection: z.string().nullable(),
    sources: z.array(z.string()),
  }),
);

/** Without the figures. */
export const RELEASES = z.strictObject({
  releases: z.array(
    z.strictObject({
      month: z.string(),
      version: z.int(),
      state: STATE,
      published_at: z.string(),
      published_by: z.string(),
      moved: z.int(),
      hidden: z.int(),
      causes: CAUSES,
      checksum: z.string(),
    }) satisfies z.ZodType<Release>,
  ),
});

/** A link that was made. */
export const REPORT_LINK = z.strictObject({
  id: z.string(),
  month: z.string(),
  release: z.int().nullable(),
  filter: z.record(z.string(), z.string()),
  expires_at: z.string(),
  path: z.string(),
});

const RESTATEMENT = z.strictObject({
  moved: z.int(),
  moves: z.array(
    z.strictObject({
      breakdown: z.string(),
      at: z.record(z.string(), z.string()),
      name: z.string(),
      figure: z.string(),
      before: z.string().nullable(),
      after: z.string().nullable(),
    }),
  ),
  causes: CAUSES,
});

const EARLIER_DAYS = z.strictObject({
  month: z.string(),
  days: z.array(z.strictObject({ date: day, ...FIGURES })),
});

const RELEASE_MARK = z.strictObject({
  version: z.int(),
  state: STATE,
  published_at: z.string(),
  is_live: z.boolean(),
});

export const REPORT_TABLE = z.strictObject({
  schema: z.literal('tributary.report_table/1'),
  month: z.string(),
  table: z.string(),
  dimensions: z.array(z.string()),
  is_protected: z.boolean(),
  release: RELEASE_MARK.nullable(),
  rows: z.array(z.strictObject({ at: z.record(z.string(), z.string()), name: z.string(), ...SUPPRESSIBLE })),
  rows_found: z.int(),
}) satisfies z.ZodType<ReportTable>;

export const REPORT_SECTION = z.strictObject({
  schema: z.literal('tributary.report_section/1'),
  heading: z.literal('Real-time Campaign Performance Overview'),
  project: z.strictObject({ name: z.string(), time_zone: z.string() }),
  month: z.strictObject({
    id: z.string(),
    first_day: day,
    last_day: day,
    through_day: day,
    has_ended: z.boolean(),
  }),
  generated_at: z.string(),
  status: z.strictObject({
    state: STATE,
    release: RELEASE_MARK.nullable(),
    is_held: z.boolean(),
    final_from: z.string(),
    ...READING,
  }),
  sources: z.array(z.strictObject({ source: z.string(), ...READING })),
  time_zones: z.array(z.string()),
  totals: z.strictObject(FIGURES),
  own_measures: z.array(
    z.strictObject({
      name: z.string(),
      title: z.string(),
      unit: z.string().nullable(),
      kind: z.enum(['count', 'amount', 'percent', 'quotient']),
      definition: z.string(),
    }),
  ),
  cards: z.array(CARD),
  days: z.array(z.strictObject({ date: day, ...FIGURES, is_preliminary: z.boolean() })),
  weeks: z.array(z.strictObject({ week: z.string(), first_day: day, last_day: day, ...FIGURES })),
  earlier_days: z.strictObject({ previous_month: EARLIER_DAYS.nullable(), last_year: EARLIER_DAYS.nullable() }),
  annotations: z.array(z.strictObject({ date: day, kind: z.enum(['send', 'definition']), text: z.string() })),
  by_campaign: z.array(z.strictObject({ source: z.string(), campaign_id: z.string(), name: z.string(), ...FIGURES })),
  largest_campaigns: z.array(
    z.strictObject({
      label: z.string(),
      sent: count,
      opened: count,
      responded: count,
      response_rate: rate.nullable(),
    }),
  ),
  by_region: z.array(z.strictObject({ region: z.string(), ...SUPPRESSIBLE })),
  by_segment: z.array(z.strictObject({ segment: z.string(), ...SUPPRESSIBLE })),
  by_region_segment: z.array(z.strictObject({ region: z.string(), segment: z.string(), ...SUPPRESSIBLE })),
  by_dimension: z.array(
    z.strictObject({
      dimension: z.string(),
      title: z.string(),
      definition: z.string().nullable(),
      rows: z.array(z.strictObject({ value: z.string(), ...SUPPRESSIBLE })),
    }),
  ),
  by_channel_region: z.array(z.strictObject({ channel: z.string(), region: z.string(), ...SUPPRESSIBLE })),
  by_channel_segment: z.array(z.strictObject({ channel: z.string(), segment: z.string(), ...SUPPRESSIBLE })),
  tables: z.array(z.strictObject({ table: z.string(), dimensions: z.array(z.string()), is_protected: z.boolean() })),
  suppression: z.strictObject({ threshold: z.int(), hidden: z.int(), is_lifted: z.boolean() }).nullable(),
  by_channel: z.array(z.strictObject({ channel: z.string(), ...FIGURES })),
  by_response_type: z.array(z.strictObject({ response_type: z.string(), is_primary: z.boolean(), responded: count })),
  by_campaign_response_type: z.array(
    z.strictObject({ response_type: z.string(), source: z.string(), campaign_id: z.string(), responded: count }),
  ),
  by_channel_response_type: z.array(
    z.strictObject({ response_type: z.string(), channel: z.string(), responded: count }),
  ),
  by_response_type_region: z.array(
    z.strictObject({
      response_type: z.string(),
      region: z.string(),
      responded: count,
      suppressed: z.array(z.string()),
    }),
  ),
  by_response_type_segment: z.array(
    z.strictObject({
      response_type: z.string(),
      segment: z.string(),
      responded: count,
      suppressed: z.array(z.string()),
    }),
  ),
  by_source: z.array(z.strictObject({ source: z.string(), ...FIGURES })),
  control_groups: z.array(
    z.strictObject({
      source: z.string(),
      campaign_id: z.string(),
      name: z.string(),
      control: rate.nullable(),
      arms: z.array(ARM),
    }),
  ),
  experiments: z.array(EXPERIMENT),
  costs: z
    .strictObject({
      total: z.strictObject(COST),
      by_campaign: z.array(z.strictObject({ source: z.string(), campaign_id: z.string(), name: z.string(), ...COST })),
    })
    .nullable(),
  anomalies: z.array(
    z.strictObject({
      date: day,
      figure: z.enum(['sent', 'opened', 'responded']),
      value: z.number(),
      usual: z.number(),
      weeks: z.int(),
    }),
  ),
  forecasts: z.array(FORECAST),
  restatement: RESTATEMENT.nullable(),
  releases: z.array(z.strictObject({ version: z.int(), state: STATE, published_at: z.string(), moved: z.int() })),
  notes: z.array(z.strictObject({ title: z.string(), text: z.string() })),
}) satisfies z.ZodType<Section>;
