import type { Section } from '../api/client';
import { measured } from './number-text';

export function ResponseTypes({ rows }: { readonly rows: Section['by_response_type'] }) {
  return (
    <div className="scroll more" role="region" aria-label="Responses by type" tabIndex={0}>
      <table className="figures">
        <caption>Responses by type</caption>
        <thead>
          <tr>
            <th scope="col">Response type</th>
            <th scope="col" className="number">
              Responses
            </th>
            <th scope="col">Counts as responded</th>
          </tr>
        </thead>
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
