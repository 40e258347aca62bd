import type { MeasureName } from '#sdk';

/**
 * How the rows of one stream become rows of the marts. The configuration's classes satisfy these interfaces by their form;
 * nothing here depends on them.
 */
export interface FactDefinition {
  /** `CONNECTION.STREAM`; it is also the fact's name. */
  readonly from: string;
  readonly as: CanonicalColumns;
  /** Other streams of the connection: this stream's column to the column of their key. */
  readonly join: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly responses: Readonly<Record<string, ResponseDefinition>>;
  readonly dimensions: { readonly region?: DimensionDefinition; readonly segment?: DimensionDefinition };
}

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
  readonly map?: Readonly<Record<string, string>>;
  readonly default?: string;
}

export interface DimensionDefinition extends AttributeDefinition {
  /** Regular expression with one group. */
  readonly tag?: string;
}

export interface DateDefinition {
  readonly column?: string;
  readonly const?: string;
}

export interface FlagDefinition {
  readonly column?: string;
  readonly where?: Where;
}

export interface MeasureDefinition {
  readonly sum?: string;
  readonly count?: true;
  readonly where?: Where;
}

export interface ResponseDefinition {
  readonly from?: string;
  readonly count?: true;
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

export interface FactInput {
  readonly fact: FactDefinition;
  /** Raw schema of the fact's connection. */
  readonly schema: string;
  /** Name of that connection's source. */
  readonly source: string;
  readonly timeZone: string;
}

/** A fact with its names taken apart. Its SQL is made when the marts are built, since it depends on the columns' types. */
export interface CompiledFact extends FactInput {
  readonly name: string;
  readonly connection: string;
  readonly stream: string;
}
