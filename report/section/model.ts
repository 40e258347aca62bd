/**
 * The section of the monthly report as data: what the page shows is exactly this. Every count may be null, which means
 * "not measured" and never zero. Money is text with two decimals, so that no digit is lost.
 */
export interface Section {
  readonly schema: 'tributary.report_section/1';
  readonly heading: 'Real-time Campaign Performance Overview';
  readonly project: { readonly name: string; readonly time_zone: string };
  readonly month: MonthSpan;
  readonly generated_at: string;
  readonly status: Status;
  readonly sources: readonly SourceState[];
  /** Zones in which the days of this month are told; more than one is a mix. */
  readonly time_zones: readonly string[];
  readonly totals: Figures;
  readonly cards: readonly Card[];
  /** Every day up to the last that is shown; a day without data has nulls. */
  readonly days: readonly DayFigures[];
  /** The days by weeks, which begin on Mondays; the first and the last end with the month. */
  readonly weeks: readonly WeekFigures[];
  /** The days that the trend is set against. */
  readonly earlier_days: {
    readonly previous_month: EarlierDays | null;
    readonly last_year: EarlierDays | null;
  };
  /** What is to be marked on the trend. */
  readonly annotations: readonly Annotation[];
  readonly by_campaign: readonly CampaignFigures[];
  /** The bars of the chart: the largest campaigns, and the others as one. */
  readonly largest_campaigns: readonly BarFigures[];
  readonly by_region: readonly RegionFigures[];
  readonly by_segment: readonly SegmentFigures[];
  readonly by_region_segment: readonly RegionSegmentFigures[];
  readonly by_channel_region: readonly ChannelRegionFigures[];
  readonly by_channel_segment: readonly ChannelSegmentFigures[];
  /** The tables that may be asked for by name, and what they are broken down by. */
  readonly tables: readonly TableLine[];
  /** What is hidden by region and segment; null where nothing is to be hidden. */
  readonly suppression: {
    /** The least count above zero that is shown. */
    readonly threshold: number;
    /** Figures that are hidden in the tables of the release. */
    readonly hidden: number;
    /** True: this copy shows them all the same, for those who may see them. */
    readonly is_lifted: boolean;
  } | null;
  readonly by_source: readonly SourceFigures[];
  readonly by_channel: readonly ChannelFigures[];
  /** All types, also those that overlap and are no part of "responded". */
  readonly by_response_type: readonly ResponseTypeFigures[];
  readonly control_groups: readonly ControlComparison[];
  /** Campaigns with several arms, and whether these differ. */
  readonly experiments: readonly Experiment[];
  /** Null where no campaign's cost is known. */
  readonly costs: Costs | null;
  /** Days that are far from what their weekday had before. */
  readonly anomalies: readonly Anomaly[];
  /** Of a month that runs: where it will end. */
  readonly forecasts: readonly Forecast[];
  /** Of a release: what moved since the version before, and why; null for the first one, and for figures as they stand now. */
  readonly restatement: Restatement | null;
  /** The versions of the month up to this one, newest first; empty for figures as they stand now. */
  readonly releases: readonly ReleaseLine[];
  readonly notes: readonly Note[];
}

/** Which release of the month is shown. */
export interface ReleaseMark {
  readonly version: number;
  readonly state: 'preliminary' | 'final' | 'restated';
  readonly published_at: string;
  /** False: the page is the release, as it was published. True: the totals are newer than it. */
  readonly is_live: boolean;
}

export interface ReleaseLine extends Omit<ReleaseMark, 'is_live'> {
  /** Rows that differ from those of the version before. */
  readonly moved: number;
}

export interface Restatement {
  readonly moved: number;
  /** The first hundred of them. Values are decimal text, null where not measured. */
  readonly moves: readonly {
    readonly breakdown: string;
    readonly at: Readonly<Record<string, string>>;
    readonly name: string;
    readonly figure: string;
    readonly before: string | null;
    readonly after: string | null;
  }[];
  readonly causes: readonly {
    readonly kind: 'run' | 'definition' | 'incomplete';
    /** The run, the fact whose definition changed, or why the month was published although days are missing. */
    readonly id: string;
    readonly connection: string | null;
    /** Files and windows that the run read, or what is missing. */
    readonly sources: readonly string[];
  }[];
}

export interface MonthSpan {
  /** `YYYY-MM`. */
  readonly id: string;
  readonly first_day: string;
  readonly last_day: string;
  /** The last day that is shown: of a month that has not ended, the newest with data. */
  readonly through_day: string;
  readonly has_ended: boolean;
}

export interface Status {
  readonly state: 'preliminary' | 'final' | 'restated';
  /** Null where the month was never released. */
  readonly release: ReleaseMark | null;
  /** The time has come, and days are missing: it is final when they are there, or somebody publishes it so. */
  readonly is_held: boolean;
  /** From when on the month counts as final. */
  readonly final_from: string;
  /** When the last complete reading of its oldest source began; null where one of them was never read to its end. */
  readonly data_as_of: string | null;
  readonly days_present: number;
  readonly days_expected: number;
  readonly missing_days: readonly string[];
}

export interface SourceState {
  readonly source: string;
  readonly data_as_of: string | null;
  readonly days_present: number;
  readonly days_expected: number;
  readonly missing_days: readonly string[];
}

/** A share with what it was computed from: the counts are exact, and what is printed is rounded from them. */
export interface Rate {
  /** Not rounded. */
  readonly value: number;
  readonly numerator: number;
  readonly denominator: number;
  /** Wilson's interval of 95 %; null where the value is over 1, as of a day that is answered later. */
  readonly low: number | null;
  readonly high: number | null;
}

export interface Figures {
  readonly targeted: number | null;
  readonly sent: number | null;
  readonly delivered: number | null;
  readonly opened: number | null;
  readonly opened_machine: number | null;
  readonly clicked: number | null;
  readonly bounced: number | null;
  readonly unsubscribed: number | null;
  readonly responded: number | null;
  readonly cost: string | null;
  readonly revenue: string | null;
  readonly open_rate: Rate | null;
  readonly response_rate: Rate | null;
}

export interface DayFigures extends Figures {
  readonly date: string;
  /** Late opens and responses may still come. */
  readonly is_preliminary: boolean;
}

export interface WeekFigures extends Figures {
  /** As of ISO 8601, such as `2026-W10`. */
  readonly week: string;
  /** Within the month. */
  readonly first_day: string;
  readonly last_day: string;
}

/** Every day of that month; the n-th is set against the n-th of this one. */
export interface EarlierDays {
  readonly month: string;
  readonly days: readonly (Figures & { readonly date: string })[];
}

export interface Annotation {
  readonly date: string;
  /** `send`: the first messages of a campaign. `definition`: figures mean something else from this day on. */
  readonly kind: 'send' | 'definition';
  readonly text: string;
}

export interface TableLine {
  readonly table: string;
  readonly dimensions: readonly string[];
  /** Small counts are hidden in it. */
  readonly is_protected: boolean;
}

export interface CampaignFigures extends Figures {
  readonly source: string;
  readonly campaign_id: string;
  readonly name: string;
}

export interface BarFigures {
  readonly label: string;
  readonly sent: number | null;
  readonly opened: number | null;
  readonly responded: number | null;
  readonly response_rate: Rate | null;
  /** Null since they are hidden. */
  readonly suppressed?: readonly FigureName[];
}

export type FigureName = keyof Figures;

/** Figures of which some may not be shown, since they or what follows from them are small counts of people. */
export interface Suppressible extends Figures {
  /** Null above since they are hidden, not since nobody measured them. */
  readonly suppressed: readonly FigureName[];
}

export interface RegionFigures extends Suppressible {
  /** Empty: not broken down by region. */
  readonly region: string;
}

export interface SegmentFigures extends Suppressible {
  /** Of members; empty: not broken down by segment. */
  readonly segment: string;
}

export interface RegionSegmentFigures extends Suppressible {
  readonly region: string;
  readonly segment: string;
}

export interface ChannelRegionFigures extends Suppressible {
  readonly channel: string;
  readonly region: string;
}

export interface ChannelSegmentFigures extends Suppressible {
  readonly channel: string;
  readonly segment: string;
}

export interface ChannelFigures extends Figures {
  /** Empty: not broken down by channel. */
  readonly channel: string;
}

export interface ResponseTypeFigures {
  readonly response_type: string;
  readonly is_primary: boolean;
  readonly responded: number | null;
}

export interface SourceFigures extends Figures {
  readonly source: string;
}

export type CardKey = 'sent' | 'delivered' | 'opened' | 'responded' | 'open_rate' | 'response_rate';

export interface Card {
  readonly key: CardKey;
  readonly label: string;
  readonly unit: 'count' | 'rate';
  readonly value: number | null;
  readonly numerator: number | null;
  readonly denominator: number | null;
  /** Of a rate, as in `Rate`. */
  readonly low: number | null;
  readonly high: number | null;
  readonly definition: string;
  /** The month and the twelve before it, oldest first; whole months, null where not measured. */
  readonly history: readonly { readonly month: string; readonly value: number | null }[];
  readonly previous_month: Change | null;
  readonly last_year: Change | null;
}

/** Null in a card where either month does not measure it. */
export interface Change {
  readonly month: string;
  /** Days of that month that are compared, where this one has not ended. */
  readonly days: number | null;
  readonly value: number;
  /** What a rate of that month was computed from. */
  readonly numerator: number | null;
  readonly denominator: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Of a count the relative change, null against zero; of a rate the difference, as a share. Not rounded. */
  readonly change: number | null;
}

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

export interface Experiment {
  readonly source: string;
  readonly campaign_id: string;
  readonly name: string;
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
  /** By Holm, for all comparisons of the campaign. */
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

export interface Note {
  readonly title: string;
  readonly text: string;
}
