import type { Section } from '../api/client';
import { Heads } from '../parts/heads';
import { measured, NOT_MEASURED, percentText, signedPoints } from './number-text';

/** Arms of campaigns with a control group, each beside it. */
export function ControlGroups({ groups }: { readonly groups: Section['control_groups'] }) {
  // Without members chosen there is neither a rate of them nor a lift.
  const hasLift = groups.some(({ arms }) => arms.some(({ targeted }) => targeted !== null));
  const numbers = hasLift
    ? ['Chosen', 'Sent', 'Responded', 'Rate of chosen', 'Lift, with its 95 % interval']
    : ['Sent', 'Responded'];
  return groups.map(({ source, campaign_id, name, arms }) => (
    <div
      key={`${source}:${campaign_id}`}
      className="scroll more"
      role="region"
      aria-label={`Arms of ${name}`}
      tabIndex={0}
    >
      <table className="figures">
        <caption>{name}</caption>
        <Heads columns={['Arm', ...numbers.map((number) => ({ number }))]} />
        <tbody>
          {arms.map(({ variant_id, name: arm, is_control, targeted, sent, responded, rate, lift }) => (
            <tr key={variant_id}>
              <th scope="row">
                {arm}
                {is_control && <span className="muted"> (control group)</span>}
              </th>
              {hasLift && <td className="number">{measured(targeted)}</td>}
              <td className="number">{measured(sent)}</td>
              <td className="number">{measured(responded)}</td>
              {hasLift && (
                <>
                  <td className="number">
                    {rate === null ? <span className="none">{NOT_MEASURED}</span> : percentText(rate)}
                  </td>
                  <td className="number">
                    {lift === null ? (
                      <span className="none">–</span>
                    ) : (
                      `${signedPoints(lift.value)} (${signedPoints(lift.low)} to ${signedPoints(lift.high)})`
                    )}
                  </td>
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  ));
}
