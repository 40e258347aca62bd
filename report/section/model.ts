import type {
  BarFigures,
  CampaignFigures,
  Card,
  ChannelFigures,
  ChannelRegionFigures,
  ChannelSegmentFigures,
  DayFigures,
  DimensionFigures,
  EarlierDays,
  Figures,
  OwnMeasureLine,
  RegionFigures,
  RegionSegmentFigures,
  ResponseTypeFigures,
  SegmentFigures,
  SourceFigures,
  TypeInCampaign,
  TypeInChannel,
  TypeInRegion,
  TypeInSegment,
  WeekFigures,
} from './figures.model.js';
import type { Anomaly, ControlComparison, Costs, Experiment, Forecast } from './findings.model.js';

export type * from './figures.model.js';
export type * from './findings.model.js';

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
  /** Measures of the user's own, whose figures stand under `own` wherever there are figures. */
  readonly own_measures: readonly OwnMeasureLine[];
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
  /** By each of the user's own dimensions, in the order of the configuration. */
  readonly by_dimension: readonly DimensionFigures[];
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
  readonly by_campaign_response_type: readonly TypeInCampaign[];
  readonly by_channel_response_type: readonly TypeInChannel[];
  readonly by_response_type_region: readonly TypeInRegion[];
  readonly by_response_type_segment: readonly TypeInSegment[];
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

export interface Note {
  readonly title: string;
  readonly text: string;
}
