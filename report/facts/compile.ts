import { columnOf, ConnectorError, type DirtyMark } from '#sdk';
import type { CompiledFact, FactInput } from './fact.js';

export function compileFacts(inputs: readonly FactInput[]): readonly CompiledFact[] {
  const seen = new Set<string>();
  return inputs.map((input) => {
    const { from } = input.fact;
    const [connection, stream, ...rest] = from.split('.');
    if (connection === undefined || stream === undefined || rest.length > 0)
      throw new ConnectorError('config', `Fact "${from}" does not name a stream.`, {
        hint: 'Write `from: CONNECTION.STREAM`.',
      });
    if (seen.has(from))
      throw new ConnectorError('config', `Two facts are made from "${from}".`, { hint: 'Put both into one fact.' });
    seen.add(from);
    return { ...input, name: from, connection, stream };
  });
}

/** What a changed row of a stream makes stale: in its own facts, and in those that look values up in it. */
export function marksFor(facts: readonly CompiledFact[], connection: string, stream: string): readonly DirtyMark[] {
  return facts
    .filter((fact) => fact.connection === connection)
    .flatMap((fact) => {
      const marks: DirtyMark[] = [];
      if (fact.stream === stream) marks.push({ fact: fact.name, day: dayMark(fact), campaign: campaignMark(fact) });
      if (fact.fact.join[stream] !== undefined)
        marks.push({ fact: fact.name, day: null, campaign: joinedCampaignMark(fact, stream) });
      return marks;
    });
}

function dayMark({ fact, timeZone }: CompiledFact): DirtyMark['day'] {
  const { column, const: day } = fact.as.date;
  if (day !== undefined) return { value: day };
  return column === undefined || columnOf(column).join !== undefined ? null : { column, timeZone };
}

function campaignMark({ fact }: CompiledFact): DirtyMark['campaign'] {
  const { column, const: campaign } = fact.as.campaign_id;
  if (campaign !== undefined) return { value: campaign };
  return column === undefined || columnOf(column).join !== undefined ? null : { column };
}

/**
 * A row looked up touches one campaign where it is found by the campaign's id. Where the id is itself looked up, a new row
 * also takes rows away from "(unknown)", so all campaigns are stale.
 */
function joinedCampaignMark({ fact }: CompiledFact, stream: string): DirtyMark['campaign'] {
  const { column, const: campaign } = fact.as.campaign_id;
  if (campaign !== undefined) return { value: campaign };
  const key = column === undefined ? undefined : fact.join[stream]?.[column];
  return key === undefined ? null : { column: key };
}
