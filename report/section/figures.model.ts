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
  /** Measures of the user's own by name, as `own_measures` says; absent where there are none. */
  readonly own?: Readonly<Record<string, OwnFigure>>;
}

/** A count, an amount as text with two decimals, or a ratio; null: not measured. */
export type OwnFigure = number | string | Rate | null;

export interface OwnMeasureLine {
  readonly name: string;
  readonly title: string;
  readonly unit: string | null;
  /** `percent` and `quotient` are ratios: the value is the numerator by the denominator, each of the campaigns that measure both. */
  readonly kind: 'count' | 'amount' | 'percent' | 'quotient';
  readonly definition: string;
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
  readonly suppressed?: readonly string[];
}

export type FigureName = Exclude<keyof Figures, 'own'>;

/** Figures of which some may not be shown, since they or what follows from them are small counts of people. */
export interface Suppressible extends Figures {
  /** Null above since they are hidden, not since nobody measured them; measures of the user's own too. */
  readonly suppressed: readonly string[];
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

/** What the month is by a dimension of the user's own. */
export interface DimensionFigures {
  readonly dimension: string;
  readonly title: string;
  readonly definition: string | null;
  readonly rows: readonly OwnDimensionFigures[];
}

export interface OwnDimensionFigures extends Suppressible {
  /** Empty: not broken down by it. */
  readonly value: string;
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

/** Responses of one type in one place. What no source broke down has the empty text. */
export interface TypeInChannel {
  readonly response_type: string;
  readonly channel: string;
  readonly responded: number | null;
}

export interface TypeInCampaign {
  readonly response_type: string;
  readonly source: string;
  readonly campaign_id: string;
  readonly responded: number | null;
}

export interface TypeInRegion {
  readonly response_type: string;
  readonly region: string;
  readonly responded: number | null;
  /** `responded` where it is null since it is hidden, not since it is not measured. */
  readonly suppressed: readonly string[];
}

export interface TypeInSegment {
  readonly response_type: string;
  readonly segment: string;
  readonly responded: number | null;
  readonly suppressed: readonly string[];
}

export interface SourceFigures extends Figures {
  readonly source: string;
}

export type CardKey = 'sent' | 'delivered' | 'opened' | 'responded' | 'open_rate' | 'response_rate';

/** `amount` has two decimals; `quotient` is a ratio that is no percentage. */
export type CardUnit = 'count' | 'rate' | 'amount' | 'quotient';

export interface Card {
  /** Of a card of the user's own the name of the measure. */
  readonly key: CardKey | (string & {});
  readonly label: string;
  readonly unit: CardUnit;
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
