import { memo } from 'react';
import type { Section } from '../api/client';
import { Choice } from '../parts/choice';
import type { Dimension } from './dimensions';
import { spanOf } from './points';
import { useView } from './view';

interface FiltersProps {
  readonly section: Section;
  readonly dimensions: readonly Dimension[];
}

/** Each choice stands in the address. What has no table together takes each other's place. */
export function Filters({ section, dimensions }: FiltersProps) {
  const { view, narrow, clear } = useView();
  return (
    <>
      {dimensions.map((dimension) => (
        <DimensionChoice
          key={dimension.key}
          dimension={dimension}
          value={view.narrowed.get(dimension.key)}
          change={(id) => narrow(dimension.key, id)}
        />
      ))}
      <Days section={section} />
      {view.narrowed.size > 0 && (
        <button type="button" onClick={clear}>
          Show all
        </button>
      )}
    </>
  );
}

interface DimensionChoiceProps {
  readonly dimension: Dimension;
  readonly value: string | undefined;
  readonly change: (id: string) => void;
}

/** Of thousands of campaigns the list is not made again while another choice changes. */
const DimensionChoice = memo(
  ({ dimension: { key, label, rows }, value, change }: DimensionChoiceProps) => {
    const names = new Map(rows.map((row) => [row.id, row.label]));
    return (
      <Choice
        id={`filter-${key}`}
        label={label}
        value={value}
        change={change}
        values={rows.map(({ id }) => id).filter((id) => id !== '')}
        nameOf={(id) => names.get(id) ?? id}
      />
    );
  },
  (before, after) => before.dimension === after.dimension && before.value === after.value,
);

function Days({ section: { month } }: { readonly section: Section }) {
  const { view, narrow } = useView();
  const span = view.narrowed.get('days');
  const [from, to] = span === undefined ? ['', ''] : spanOf(span);
  const change = (first: string, last: string) => {
    if (first === '' && last === '') narrow('days', '');
    else {
      const [one, other] = [first || month.first_day, last || month.through_day];
      narrow('days', one <= other ? `${one}..${other}` : `${other}..${one}`);
    }
  };
  const day = (id: string, label: string, value: string, changed: (value: string) => void) => (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="date"
        min={month.first_day}
        max={month.last_day}
        value={value}
        onChange={(event) => changed(event.target.value)}
      />
    </div>
  );
  return (
    <>
      {day('from', 'First day', from, (value) => change(value, to))}
      {day('to', 'Last day', to, (value) => change(from, value))}
    </>
  );
}
