import type { MeasureName } from '#sdk';
import type { OwnFigures } from './own.js';

/**
 * How the rows of one or several streams become rows of the marts. The configuration's classes satisfy these interfaces by
 * their form; nothing here depends on them.
 */
export interface FactDefinition extends PartDefinition {
  /** Absent: `from`. */
  readonly name?: string;
  readonly as: CanonicalColumns;
  readonly join: Joins;
  readonly dimensions: Dimensions;
  /** Other streams that tell of the same messages. */
  readonly also?: readonly PartDefinition[];
  readonly origin?: Origin;
  /** `month`: the rows say of no day more than its month. */
  readonly grain?: 'day' | 'month';
  /** Rows of other days stand in no mart. */
  readonly days?: DaySpan;
}

export type Origin = 'synced' | 'legacy';

/** First and last day, both included. */
export interface DaySpan {
  readonly from?: string;
  readonly to?: string;
}

/** One stream of a fact. What `also` leaves out is as in the fact, but for measures and responses. */
export interface PartDefinition {
  /** `CONNECTION.STREAM`. */
  readonly from: string;
  readonly as?: Partial<CanonicalColumns>;
  /** Other streams, by name or `CONNECTION.NAME`: this stream's column to the column of their key. */
  readonly join?: Joins;
  /** Only these rows. */
  readonly where?: Where;
  readonly responses: Readonly<Record<string, ResponseDefinition>>;
  /** Measures of the user's own, by name. */
  readonly measures?: Readonly<Record<string, MeasureDefinition>>;
  readonly dimensions?: Dimensions;
}

export type Joins = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** `region`, `segment` and the user's own. */
export type Dimensions = Readonly<Record<string, AttributeDefinition>>;

export type Scalar = string | number | boolean;

/** A column's value must be one of `values`, or, negated, none of them; a missing value is none of them. */
export interface ConditionDefinition {
  readonly values: readonly Scalar[];
  readonly isNegated: boolean;
}

export type Where = Readonly<Record<string, ConditionDefinition>>;

/** A column is one of the stream, or `STREAM.COLUMN` of a joined one. */
export interface AttributeDefinition {
  readonly column?: string;
  readonly const?: string;
  /** Regular expression with one group: of a list of tags or a text it takes out the value. */
  readonly tag?: string;
  readonly map?: Readonly<Record<string, string>>;
  readonly default?: string;
}

export interface DateDefinition {
  readonly column?: string;
  readonly const?: string;
  /** The zone in which a time without one is written. Absent: that of the fact. */
  readonly time_zone?: string;
  /** A row without a day is none. */
  readonly optional?: true;
}

export interface FlagDefinition {
  readonly column?: string;
  readonly where?: Where;
}

export interface MeasureDefinition {
  /** Columns, added and subtracted row by row. */
  readonly sum?: string;
  readonly count?: true;
  /** Counts each combination of these columns once. */
  readonly distinct?: readonly string[];
  /** Other measures, added and subtracted in the mart. */
  readonly derive?: string;
  readonly where?: Where;
  /** What stands for a missing value. */
  readonly default?: number;
  readonly multiply?: number;
}

export interface ResponseDefinition {
  readonly from?: string;
  readonly count?: true;
  readonly distinct?: readonly string[];
  readonly where?: Where;
  readonly primary: boolean;
  readonly basis: 'event_day' | 'send_day';
}

export type CanonicalColumns = Readonly<Partial<Record<MeasureName, MeasureDefinition>>> & {
  readonly date: DateDefinition;
  readonly campaign_id: AttributeDefinition;
  readonly source?: AttributeDefinition;
  readonly campaign_name?: AttributeDefinition;
  readonly channel?: AttributeDefinition;
  readonly variant_id?: AttributeDefinition;
  readonly variant_name?: AttributeDefinition;
  readonly is_control?: FlagDefinition;
};

/** What names are written as: the standard one to the others that stand for it. */
export type Standard = Readonly<Record<string, readonly string[]>>;

export interface Standards {
  readonly regions?: Standard;
  readonly segments?: Standard;
  /** Beside those that every installation knows. */
  readonly channels?: readonly string[];
}

/** Of a campaign that several facts have, the first one counts; `measures` are also types of responses, absent: all. */
export interface AuthorityDefinition {
  readonly facts: readonly string[];
  readonly measures?: readonly string[];
}

/** In these days, this id of this source is that campaign: so it keeps its name and id over systems and history. */
export interface CrosswalkEntry extends DaySpan {
  readonly campaign: string;
  readonly name?: string;
  readonly source: string;
  readonly campaign_id: string;
}

export interface FactInput {
  readonly fact: FactDefinition;
  /** Raw schema of the fact's connection. */
  readonly schema: string;
  /** Raw schemas of all connections, for streams of others. */
  readonly schemas?: Readonly<Record<string, string>>;
  /** Name of that connection's source. */
  readonly source: string;
  readonly timeZone: string;
  readonly standards?: Standards;
  readonly authority?: readonly AuthorityDefinition[];
  readonly crosswalk?: readonly CrosswalkEntry[];
  /** Those of the whole report, whether this fact maps them or not. */
  readonly own?: OwnFigures;
}

/** A stream, and how this fact calls it: by its name, or with the connection where that is another one. */
export interface StreamRef {
  readonly name: string;
  readonly connection: string;
  readonly stream: string;
}

export interface FactPart extends StreamRef {
  readonly as: CanonicalColumns;
  readonly where: Where;
  readonly joins: readonly (StreamRef & { readonly on: Readonly<Record<string, string>> })[];
  readonly responses: Readonly<Record<string, ResponseDefinition>>;
  readonly measures: Readonly<Record<string, MeasureDefinition>>;
  readonly dimensions: Dimensions;
}

/** A fact with its names taken apart. Its SQL is made when the marts are built, since it depends on the columns' types. */
export interface CompiledFact extends FactInput {
  readonly name: string;
  readonly connection: string;
  readonly stream: string;
  /** The first is the fact's own stream. */
  readonly parts: readonly FactPart[];
  /** Facts that count instead of this one where they have a campaign. */
  readonly yields: readonly {
    readonly fact: string;
    readonly measures: readonly string[] | undefined;
    /** Its measures and types of responses that are 0 wherever it has any row. */
    readonly filled: ReadonlySet<string>;
    readonly streams: readonly Pick<StreamRef, 'connection' | 'stream'>[];
  }[];
}

export const schemaOf = (fact: CompiledFact, connection: string): string =>
  connection === fact.connection ? fact.schema : (fact.schemas?.[connection] ?? `raw_${connection}`);

/** The streams of a fact, each once. */
export function streamsOf({ parts }: CompiledFact): readonly StreamRef[] {
  const all = parts.flatMap((part) => [part, ...part.joins]);
  return [...new Map(all.map(({ name, connection, stream }) => [name, { name, connection, stream }])).values()];
}
