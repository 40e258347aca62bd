import { ConnectorError } from '#sdk';
import type { CompiledFact, FactPart, MeasureDefinition, ResponseDefinition } from './fact.js';

/** One type of response on one basis, over all streams of a fact that have it. */
export interface ResponseColumn {
  readonly column: string;
  readonly type: string;
  readonly basis: ResponseDefinition['basis'];
  readonly primary: boolean;
  readonly of: (part: FactPart) => MeasureDefinition | undefined;
}

export function responsesOf(fact: CompiledFact): readonly ResponseColumn[] {
  const found = new Map<string, Omit<ResponseColumn, 'of'>>();
  for (const { responses } of fact.parts)
    for (const [type, { basis, primary }] of Object.entries(responses)) {
      const known = found.get(`${type} ${basis}`);
      if (known === undefined)
        found.set(`${type} ${basis}`, { column: `response_${found.size}`, type, basis, primary });
      else if (known.primary !== primary) refuse(fact, type, 'is primary in one of its streams and not in another');
    }
  const columns = [...found.values()];
  for (const { type } of columns)
    if (columns.filter((each) => each.type === type && each.primary).length > 1)
      refuse(fact, type, 'is primary on both days, so that each response would be counted twice');
  return columns.map((each) => ({
    ...each,
    of: ({ responses }) => {
      const definition = responses[each.type];
      return definition === undefined || definition.basis !== each.basis ? undefined : measureOf(definition);
    },
  }));
}

const measureOf = ({ from, count, distinct, where }: ResponseDefinition): MeasureDefinition => ({
  ...(from === undefined ? {} : { sum: from }),
  ...(count === undefined ? {} : { count }),
  ...(distinct === undefined ? {} : { distinct }),
  ...(where === undefined ? {} : { where }),
});

function refuse({ name, connection }: CompiledFact, type: string, what: string): never {
  throw new ConnectorError('config', `Fact "${name}": the response "${type}" ${what}.`, {
    connection,
    hint: 'Give `primary: true` to one basis of a type, and the same in each stream.',
  });
}
