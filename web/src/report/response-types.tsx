import type { Section } from '../api/client';
import { measured } from './number-text';
import { Heads } from '../parts/heads';

export function ResponseTypes({ rows }: { readonly rows: Section['by_response_type'] }) {
  return (
    <div className="scroll more" role="region" aria-label="Responses by type" tabIndex={0}>
      <table className="figures">
        <caption>Responses by type</caption>
        <Heads columns={['Response type', { number: 'Responses' }, 'Counts as responded']} />
        <tbody>
          {rows.map(({ response_type, responded, is_primary }) => (
            <tr key={response_type}>
              <th scope="row">{response_type}</th>
              <td className="number">{measured(responded)}</td>
              <td>{is_primary ? 'yes' : 'no'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
