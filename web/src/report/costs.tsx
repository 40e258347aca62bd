import { useState } from 'react';
import type { Section } from '../api/client';
import { Heads } from '../parts/heads';
import { Fact } from '../parts/fact';
import { countText } from '../parts/text';
import { measured, NOT_MEASURED } from './number-text';

type Costs = NonNullable<Section['costs']>;
type Line = Costs['total'];

/** An amount as the report has it, in digits of its own: a number of JavaScript would lose some. */
const amountText = (amount: string | null): string =>
  amount === null ? NOT_MEASURED : amount.replace(/^-/, '−').replaceAll(/\B(?=(\d{3})+(?!\d)(?=.*\.|$))/g, ',');

const returnText = (value: number | null): string => {
  if (value === null) return NOT_MEASURED;
  return `${value < 0 ? '−' : value > 0 ? '+' : '±'}${Math.abs(value * 100).toLocaleString('en-US', { maximumFractionDigits: 0 })} %`;
};

const SHOWN = 10;

/** What campaigns cost and brought, the dearest first; each quotient covers those campaigns that measure both of its sides. */
export function CostTable({ costs: { total, by_campaign } }: { readonly costs: Costs }) {
  const [isWhole, showAll] = useState(false);
  const shown = isWhole ? by_campaign : by_campaign.slice(0, SHOWN);
  return (
    <>
      <dl className="facts">
        <Fact name="Cost">{amountText(total.cost)}</Fact>
        <Fact name="Revenue">{amountText(total.revenue)}</Fact>
        <Fact name="Cost per response">{amountText(total.cost_per_response)}</Fact>
        <Fact name="Return on cost">{returnText(total.return_on_cost)}</Fact>
      </dl>
      <div className="scroll more" role="region" aria-label="Cost by campaign" tabIndex={0}>
        <table className="figures">
          <caption>Cost by campaign</caption>
          <Heads
            columns={[
              'Campaign',
              ...['Cost', 'Responded', 'Cost per response', 'Revenue', 'Return on cost'].map((number) => ({ number })),
            ]}
          />
          <tbody>
            {shown.map(({ source, campaign_id, name, ...line }) => (
              <tr key={`${source}:${campaign_id}`}>
                <th scope="row">{name}</th>
                <Cells line={line} />
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">All that have a cost</th>
              <Cells line={total} />
            </tr>
          </tfoot>
        </table>
      </div>
      {by_campaign.length > shown.length && (
        <p className="more">
          <button type="button" onClick={() => showAll(true)}>
            Show all {countText(by_campaign.length)} campaigns
          </button>
        </p>
      )}
    </>
  );
}

function Cells({ line: { cost, responded, cost_per_response, revenue, return_on_cost } }: { readonly line: Line }) {
  const texts = [
    amountText(cost),
    measured(responded),
    responded === 0 ? '–' : amountText(cost_per_response),
    amountText(revenue),
    returnText(return_on_cost),
  ];
  return texts.map((text, index) => (
    // Columns stay in their order.
    // oxlint-disable-next-line react/no-array-index-key
    <td key={index} className={text === NOT_MEASURED ? 'number none' : 'number'}>
      {text}
    </td>
  ));
}
