import type { Rate } from './figures.model.js';

/** What follows from the figures: comparisons of arms, costs, unusual days and forecasts. */

/** The arms of one campaign beside its control group. */
export interface ControlComparison {
  readonly source: string;
  readonly campaign_id: string;
  readonly name: string;
  /** Responded of those targeted in the whole control group, which each arm is compared with. */
  readonly control: Rate | null;
  readonly arms: readonly ControlArm[];
}

export interface ControlArm {
  readonly variant_id: string;
  readonly name: string;
  readonly is_control: boolean;
  readonly targeted: number | null;
  readonly sent: number | null;
  readonly responded: number | null;
  /** Responded of those targeted. */
  readonly rate: Rate | null;
  /** Difference to the control group's rate, with a 95 % interval; null for the control group itself. */
  readonly lift: { readonly value: number; readonly low: number; readonly high: number } | null;
}

/** A test of a campaign: of one that sends in several channels each has its own. */
export interface Experiment {
  readonly source: string;
  readonly campaign_id: string;
  readonly name: string;
  /** The channel, or several with commas, of a campaign with several tests; empty where it has one. */
  readonly channel: string;
  /** What members are counted by: those who were chosen, or, where that is not measured, messages sent. */
  readonly unit: 'targeted' | 'sent';
  /** A control group first. */
  readonly arms: readonly ExperimentArm[];
  /** Whether members were shared out as meant; null where that is not known of two arms. */
  readonly sample_ratio: {
    /** The shares are configured; else they are to be equal. */
    readonly is_given: boolean;
    readonly chi_square: number;
    readonly p_value: number;
    /** Then nothing is compared. */
    readonly is_off: boolean;
  } | null;
  readonly comparisons: readonly ExperimentComparison[];
  /** `running`: the month is not over, and a look on the way decides nothing. `too_small`: too few members or responses. */
  readonly verdict: 'sample_ratio_off' | 'too_small' | 'running' | 'difference' | 'no_difference';
}

export interface ExperimentArm {
  readonly variant_id: string;
  readonly name: string;
  readonly is_control: boolean;
  readonly members: number;
  readonly responded: number;
  readonly rate: Rate | null;
}

export interface ExperimentComparison {
  readonly variant_id: string;
  readonly base_variant_id: string;
  /** Of the two rates, with Newcombe's interval of 95 %. */
  readonly difference: { readonly value: number; readonly low: number; readonly high: number };
  /** The pooled z test, or Fisher's where few are expected. */
  readonly test: 'z' | 'fisher';
  readonly p_value: number;
  /** By Holm, for all comparisons of the test. */
  readonly adjusted_p_value: number;
  /** The difference that so many members would show in four of five cases. */
  readonly detectable: number;
}

export interface CostLine {
  readonly cost: string;
  readonly revenue: string | null;
  readonly responded: number | null;
  readonly cost_per_response: string | null;
  /** (revenue − cost) ÷ cost. */
  readonly return_on_cost: number | null;
}

export interface Costs {
  readonly total: CostLine;
  readonly by_campaign: readonly (CostLine & {
    readonly source: string;
    readonly campaign_id: string;
    readonly name: string;
  })[];
}

export interface Anomaly {
  readonly date: string;
  readonly figure: 'sent' | 'opened' | 'responded';
  readonly value: number;
  /** The median of this weekday in so many weeks before. */
  readonly usual: number;
  readonly weeks: number;
}

/** Of a figure's total at the end of the month. */
export interface Forecast {
  readonly figure: Anomaly['figure'];
  readonly so_far: number;
  /** Why none is shown; null: one is. */
  readonly withheld: 'too_little_history' | 'no_better_than_last_week' | null;
  readonly value: number | null;
  /** 95 %. */
  readonly low: number | null;
  readonly high: number | null;
  /** On the weeks before: mean errors of the forecast and of last week's days again, and how often the interval held. */
  readonly trials: {
    readonly count: number;
    readonly error: number;
    readonly naive_error: number;
    readonly coverage: number;
  } | null;
}
