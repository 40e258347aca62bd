import type { CostLine, Experiment, Section } from '../section/model.js';
import { differenceOf, rounded } from './rounding.js';
import type { SectionTable } from './section-tables.js';
import { none, shownCount, shownRate, text, type Points, type Shown } from './shown.js';
import { countText, signedText } from './text.js';

/** What follows from the figures, as tables of every form: arms of campaigns beside each other, and where a month will end. */

const VERDICTS: Readonly<Record<Experiment['verdict'], string>> = {
  sample_ratio_off: 'members were not shared out as meant, so nothing is compared',
  too_small: 'not enough data for a verdict',
  running: 'the month is not over',
  difference: 'there is a difference',
  no_difference: 'no difference was found',
};

const pText = (p: number): string => (p < 0.001 ? '< 0.001' : p.toFixed(3));

/** Undefined where no campaign had several arms. */
export function experimentTable({ experiments }: Section): SectionTable | undefined {
  if (experiments.length === 0) return undefined;
  return {
    id: 'experiment',
    title: 'Variants compared',
    caption: 'Arms of campaigns, each beside those before it',
    columns: [
      { key: 'campaign', label: 'Campaign and arm', kind: 'text' },
      { key: 'members', label: 'Members', kind: 'count' },
      { key: 'responded', label: 'Responded', kind: 'count' },
      { key: 'rate', label: 'Rate', kind: 'rate' },
      { key: 'difference', label: 'Difference in points (95 % interval)', kind: 'lift' },
      { key: 'p', label: 'p, adjusted', kind: 'count' },
      { key: 'verdict', label: 'Verdict', kind: 'text' },
    ],
    rows: experiments.flatMap(armRows),
  };
}

function armRows({ name, channel, arms, comparisons, verdict }: Experiment): readonly (readonly Shown[])[] {
  const nameOf = (id: string) => arms.find(({ variant_id }) => variant_id === id)?.name ?? id;
  return arms.flatMap((arm) => {
    const head = text(channel === '' ? name : `${name}, ${channel}`, arm.name || arm.variant_id);
    const counts = [shownCount(arm.members), shownCount(arm.responded), shownRate(arm.rate)];
    const own = comparisons.filter(({ variant_id }) => variant_id === arm.variant_id);
    if (own.length === 0)
      return [[head, ...counts, none('not_applicable'), none('not_applicable'), text(VERDICTS[verdict])]];
    return own.map(({ base_variant_id, difference, adjusted_p_value }) => {
      const base = arms.find(({ variant_id }) => variant_id === base_variant_id)?.rate ?? null;
      const value =
        arm.rate === null || base === null
          ? hundredths(difference.value)
          : { value: difference.value, text: signedText(rounded(differenceOf(arm.rate, base), 4), 2) };
      return [
        head,
        ...counts,
        { is: 'lift', difference: value, low: hundredths(difference.low), high: hundredths(difference.high) } as const,
        text(pText(adjusted_p_value)),
        text(VERDICTS[verdict], `against ${nameOf(base_variant_id)}`),
      ];
    });
  });
}

const hundredths = (value: number): Points => ({ value, text: signedText(BigInt(Math.round(value * 10_000)), 2) });

const WITHHELD = {
  too_little_history: 'none: too little history',
  no_better_than_last_week: 'none: no better than last week’s days again',
} as const;

/** Undefined of a month that is over. */
export function forecastTable({ forecasts }: Section): SectionTable | undefined {
  if (forecasts.length === 0) return undefined;
  const whole = (value: number | null) => shownCount(value === null ? null : Math.round(value));
  return {
    id: 'forecast',
    title: 'By the end of the month',
    caption: 'Forecasts of the month, with their 95 % intervals',
    columns: [
      { key: 'figure', label: 'Figure', kind: 'text' },
      { key: 'so_far', label: 'So far', kind: 'count' },
      { key: 'value', label: 'Forecast', kind: 'count' },
      { key: 'low', label: 'From', kind: 'count' },
      { key: 'high', label: 'To', kind: 'count' },
      { key: 'trials', label: 'How it did before', kind: 'text' },
    ],
    rows: forecasts.map(({ figure, so_far, withheld, value, low, high, trials }) => [
      text(figure),
      shownCount(so_far),
      ...(value === null
        ? [none('no_figure'), none('no_figure'), none('no_figure')]
        : [whole(value), whole(low), whole(high)]),
      text(
        withheld !== null
          ? WITHHELD[withheld]
          : trials === null
            ? ''
            : `held in ${Math.round(trials.coverage * 100)} % of ${countText(trials.count)} trials`,
      ),
    ]),
  };
}

/** Undefined where no campaign has a cost. */
export function costTable({ costs }: Section): SectionTable | undefined {
  if (costs === null) return undefined;
  return {
    id: 'cost',
    title: 'Cost and return',
    caption: 'Cost by campaign; return on cost is revenue less cost, as a share of the cost',
    columns: [
      { key: 'campaign', label: 'Campaign', kind: 'text' },
      { key: 'cost', label: 'Cost', kind: 'money' },
      { key: 'responded', label: 'Responded', kind: 'count' },
      { key: 'cost_per_response', label: 'Cost per response', kind: 'money' },
      { key: 'revenue', label: 'Revenue', kind: 'money' },
      { key: 'return_on_cost', label: 'Return on cost', kind: 'count' },
    ],
    rows: costs.by_campaign.map(({ name, ...line }) => [text(name), ...costCells(line)]),
    total: [text('All that have a cost'), ...costCells(costs.total)],
  };
}

function costCells({ cost, responded, cost_per_response, revenue, return_on_cost }: CostLine): readonly Shown[] {
  const money = (amount: string | null): Shown => (amount === null ? none('not_measured') : { is: 'money', amount });
  return [
    money(cost),
    shownCount(responded),
    responded === 0 ? none('nothing_sent') : money(cost_per_response),
    money(revenue),
    return_on_cost === null ? none('not_measured') : { is: 'change', value: return_on_cost },
  ];
}
