import { columnOf, ConnectorError, MEASURES, type DirtyMark } from '#sdk';
import type {
  AuthorityDefinition,
  CanonicalColumns,
  CompiledFact,
  FactInput,
  FactPart,
  MeasureDefinition,
  PartDefinition,
  ResponseDefinition,
  StreamRef,
} from './fact.js';

/** In the order in which they are built: a fact stands behind those that count instead of it. */
export function compileFacts(inputs: readonly FactInput[]): readonly CompiledFact[] {
  const seen = new Set<string>();
  const facts = inputs.map((input) => {
    const { fact } = input;
    const name = fact.name ?? fact.from;
    const { connection, stream } = refOf(fact.from, undefined);
    if (seen.has(name))
      throw new ConnectorError('config', `Two facts are named "${name}".`, {
        hint: 'Put both into one fact, or give one a `name`.',
      });
    seen.add(name);
    const own = { ...fact, as: fact.as };
    const parts = [own, ...(fact.also ?? [])].map((part) => partOf(own, part, connection));
    return { ...input, name, connection, stream, parts };
  });
  const others = new Map(facts.map(({ name, parts }) => [name, { filled: filledIn(parts), streams: parts }] as const));
  return inOrder(
    facts.map((fact) => ({
      ...fact,
      yields: yieldsOf(fact.name, fact.authority ?? []).map((one) => ({
        ...one,
        ...(others.get(one.fact) ?? { filled: new Set<string>(), streams: [] }),
      })),
    })),
  );
}

function refOf(from: string, own: string | undefined): StreamRef {
  const [first, second, ...rest] = from.split('.');
  if (second === undefined && own !== undefined) return { name: from, connection: own, stream: from };
  if (first === undefined || second === undefined || rest.length > 0)
    throw new ConnectorError('config', `Fact "${from}" does not name a stream.`, {
      hint: 'Write `from: CONNECTION.STREAM`.',
    });
  return { name: first === own ? second : from, connection: first, stream: second };
}

const MEASURE_NAMES: ReadonlySet<string> = new Set(MEASURES);

/** A part takes from the fact where and when its rows stand, and never what they measure. */
function partOf(fact: PartDefinition & { readonly as: CanonicalColumns }, part: PartDefinition, own: string): FactPart {
  const shared = Object.fromEntries(Object.entries(fact.as).filter(([name]) => !MEASURE_NAMES.has(name)));
  const given = Object.fromEntries(Object.entries(part.as ?? {}).filter(([, value]) => value !== undefined));
  const joins = Object.entries(part.join ?? fact.join ?? {});
  return {
    ...refOf(part.from, own),
    as: { ...shared, ...given } as CanonicalColumns,
    where: part.where ?? (part === fact ? {} : (fact.where ?? {})),
    joins: joins.map(([name, on]) => ({ ...refOf(name, own), name, on })),
    responses: part.responses ?? {},
    measures: part.measures ?? {},
    dimensions: { ...fact.dimensions, ...part.dimensions },
  };
}

/** Whatever counts rows is 0 in one that it does not count, of another stream or left out by `where`. */
const filledIn = (parts: readonly FactPart[]): ReadonlySet<string> =>
  new Set(
    parts
      .flatMap(({ as, measures, responses }) => [
        ...MEASURES.map((name) => [name, as[name]] as const),
        ...Object.entries(measures),
        ...Object.entries(responses),
      ])
      .filter(([, definition]) => definition !== undefined && isZeroElsewhere(definition))
      .map(([name]) => name),
  );

const isZeroElsewhere = ({
  count,
  distinct,
  where,
  default: missing,
}: MeasureDefinition & Partial<ResponseDefinition>) =>
  count === true || distinct !== undefined || where !== undefined || missing === 0;

function yieldsOf(name: string, authority: readonly AuthorityDefinition[]) {
  return authority.flatMap(({ facts, measures }) =>
    facts.slice(0, Math.max(facts.indexOf(name), 0)).map((fact) => ({ fact, measures })),
  );
}

function inOrder(facts: readonly CompiledFact[]): readonly CompiledFact[] {
  const ordered: CompiledFact[] = [];
  const waiting = new Set(facts);
  while (waiting.size > 0) {
    const next = [...waiting].find(({ yields }) =>
      yields.every(({ fact }) => ![...waiting].some(({ name }) => name === fact)),
    );
    if (next === undefined)
      throw new ConnectorError(
        'config',
        `The facts ${[...waiting].map(({ name }) => `"${name}"`).join(', ')} each count instead of another of them.`,
        { hint: 'Name them in the same order everywhere in `report.authority`.' },
      );
    waiting.delete(next);
    ordered.push(next);
  }
  return ordered;
}

/** What a changed row of a stream makes stale: in its own facts, and in those that look values up in it. */
export function marksFor(facts: readonly CompiledFact[], connection: string, stream: string): readonly DirtyMark[] {
  const marks = facts.flatMap((fact) =>
    fact.parts.flatMap((part) => [
      ...(part.connection === connection && part.stream === stream
        ? [{ fact: fact.name, day: dayMark(fact, part), campaign: campaignMark(part) }]
        : []),
      ...part.joins
        .filter((join) => join.connection === connection && join.stream === stream)
        .map(({ name }) => ({ fact: fact.name, day: null, campaign: joinedCampaignMark(part, name) })),
    ]),
  );
  return [...new Map(marks.map((mark) => [JSON.stringify(mark), mark])).values()];
}

function dayMark({ timeZone }: CompiledFact, { as }: FactPart): DirtyMark['day'] {
  const { column, const: day, time_zone: writtenIn } = as.date;
  if (day !== undefined) return { value: day };
  if (column === undefined || columnOf(column).join !== undefined) return null;
  return { column, timeZone, ...(writtenIn === undefined ? {} : { writtenIn }) };
}

function campaignMark({ as }: FactPart): DirtyMark['campaign'] {
  const { column, const: campaign } = as.campaign_id;
  if (campaign !== undefined) return { value: campaign };
  return column === undefined || columnOf(column).join !== undefined ? null : { column };
}

/**
 * A row looked up touches one campaign where it is found by the campaign's id. Where the id is itself looked up, a new row
 * also takes rows away from "(unknown)", so all campaigns are stale.
 */
function joinedCampaignMark({ as, joins }: FactPart, name: string): DirtyMark['campaign'] {
  const { column, const: campaign } = as.campaign_id;
  if (campaign !== undefined) return { value: campaign };
  const key = column === undefined ? undefined : joins.find((join) => join.name === name)?.on[column];
  return key === undefined ? null : { column: key };
}
