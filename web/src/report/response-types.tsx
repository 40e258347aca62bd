import type { Section } from '../api/client';
import { nameOf } from './dimensions';
import { measured } from './number-text';
import { Heads } from '../parts/heads';

type Typed = Section['by_response_type_region'][number] | Section['by_response_type_segment'][number];

/** Each type, and each type by region and by member segment. */
export function ResponseTypes({ section }: { readonly section: Section }) {
  const { by_response_type, by_response_type_region, by_response_type_segment } = section;
  return (
    <>
      <Scrolled label="Responses by type">
        <Heads columns={['Response type', { number: 'Responses' }, 'Counts as responded']} />
        <tbody>
          {by_response_type.map(({ response_type, responded, is_primary }) => (
            <tr key={`${response_type} ${is_primary}`}>
              <th scope="row">{response_type}</th>
              <td className="number">{measured(responded)}</td>
              <td>{is_primary ? 'yes' : 'no'}</td>
            </tr>
          ))}
        </tbody>
      </Scrolled>
      <ByPlace section={section} by="region" rows={by_response_type_region} placeOf={({ region }) => region} />
      <ByPlace section={section} by="segment" rows={by_response_type_segment} placeOf={({ segment }) => segment} />
    </>
  );
}

function ByPlace<T extends Typed>({
  section,
  by,
  rows,
  placeOf,
}: {
  readonly section: Section;
  readonly by: 'region' | 'segment';
  readonly rows: readonly T[];
  readonly placeOf: (row: T) => string;
}) {
  const types = [...new Set(section.by_response_type.map(({ response_type }) => response_type))];
  const places =
    by === 'region' ? section.by_region.map(({ region }) => region) : section.by_segment.map(({ segment }) => segment);
  if (types.length < 2 || places.length < 2 || rows.length === 0) return null;
  const told = (place: string, type: string) => {
    const row = rows.find((one) => placeOf(one) === place && one.response_type === type);
    return row !== undefined && row.suppressed.length > 0 ? 'hidden' : measured(row?.responded ?? null);
  };
  return (
    <Scrolled label={by === 'region' ? 'Responses by type and region' : 'Responses by type and member segment'}>
      <Heads columns={[by === 'region' ? 'Region' : 'Member segment', ...types.map((type) => ({ number: type }))]} />
      <tbody>
        {places.map((place) => (
          <tr key={place}>
            <th scope="row">{nameOf(place, by)}</th>
            {types.map((type) => (
              <td key={type} className="number">
                {told(place, type)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </Scrolled>
  );
}

function Scrolled({ label, children }: { readonly label: string; readonly children: React.ReactNode }) {
  return (
    <div className="scroll more" role="region" aria-label={label} tabIndex={0}>
      <table className="figures">
        <caption>{label}</caption>
        {children}
      </table>
    </div>
  );
}
