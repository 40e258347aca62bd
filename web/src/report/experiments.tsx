import type { Section } from '../api/client';
import { countText } from '../parts/text';
import { Heads } from '../parts/heads';
import { NOT_MEASURED, percentText, signedPoints } from './number-text';

type Experiment = Section['experiments'][number];

const VERDICTS: Readonly<Record<Experiment['verdict'], string>> = {
  sample_ratio_off: 'Members were not shared out as meant, so nothing is compared.',
  too_small: 'There is not enough data for a verdict.',
  running: 'The month is not over: a look on the way decides nothing.',
  difference: 'There is a difference.',
  no_difference: 'No difference was found; a smaller one than “could be seen” may be there.',
};

const pText = (p: number): string => (p < 0.001 ? '< 0.001' : p.toFixed(3));

/** Variants of one campaign beside each other, with what may be concluded from them. */
export function Experiments({ experiments }: { readonly experiments: Section['experiments'] }) {
  const listed = (some: Section['experiments']) =>
    some.map((experiment) => (
      <One key={`${experiment.source}:${experiment.campaign_id}:${experiment.channel}`} experiment={experiment} />
    ));
  const compared = experiments.filter(({ comparisons }) => comparisons.length > 0);
  const others = experiments.filter(({ comparisons }) => comparisons.length === 0);
  return (
    <>
      {listed(compared)}
      {others.length > 0 && (
        <details className="more">
          <summary>
            {countText(others.length)}{' '}
            {others.length === 1 ? 'campaign whose variants are' : 'campaigns whose variants are'} not compared
          </summary>
          {listed(others)}
        </details>
      )}
    </>
  );
}

function One({ experiment }: { readonly experiment: Experiment }) {
  const { unit, arms, sample_ratio, comparisons, verdict } = experiment;
  const name = experiment.channel === '' ? experiment.name : `${experiment.name}, ${experiment.channel}`;
  const isCompared = comparisons.length > 0;
  const named = (id: string) => arms.find(({ variant_id }) => variant_id === id)?.name ?? id;
  // Then the name alone tells nothing.
  const isTwice = (text: string) => arms.filter((arm) => arm.name === text).length > 1;
  return (
    <div className="more experiment">
      <h3>{name}</h3>
      <p className="small">
        <strong>{VERDICTS[verdict]}</strong>{' '}
        {sample_ratio !== null && (
          <span className="muted">
            Shares as {sample_ratio.is_given ? 'configured' : 'equal parts'}: p {pText(sample_ratio.p_value)}.
          </span>
        )}
      </p>
      <div className="scroll" role="region" aria-label={`Variants of ${name}`} tabIndex={0}>
        <table className="figures">
          <caption className="unseen">Variants of {name}</caption>
          <Heads
            columns={[
              'Variant',
              ...[
                unit === 'sent' ? 'Sent' : 'Chosen',
                'Responded',
                'Rate',
                ...(isCompared ? ['Difference, with its 95 % interval', 'p, adjusted', 'Could be seen'] : []),
              ].map((number) => ({ number })),
            ]}
          />
          <tbody>
            {arms.map(({ variant_id, name: arm, is_control, members, responded, rate }) => {
              const found = comparisons.find((one) => one.variant_id === variant_id);
              return (
                <tr key={variant_id}>
                  <th scope="row">
                    {arm}
                    {isTwice(arm) && <span className="small muted"> {variant_id}</span>}
                    {is_control && <span className="muted"> (control group)</span>}
                  </th>
                  <td className="number">{countText(members)}</td>
                  <td className="number">{countText(responded)}</td>
                  <td className="number">
                    {rate === null ? <span className="none">{NOT_MEASURED}</span> : percentText(rate)}
                  </td>
                  {!isCompared ? null : found === undefined ? (
                    <td className="number none" colSpan={3}>
                      –
                    </td>
                  ) : (
                    <>
                      <td className="number">
                        {signedPoints(found.difference.value)} ({signedPoints(found.difference.low)} to{' '}
                        {signedPoints(found.difference.high)}) against {named(found.base_variant_id)}
                      </td>
                      <td className="number">{pText(found.adjusted_p_value)}</td>
                      <td className="number">{(found.detectable * 100).toFixed(2)}</td>
                    </>
                  )}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </div>
  );
}
