import { sentence, words } from './text';

interface ChoiceProps {
  readonly id: string;
  readonly label: string;
  readonly value: string | undefined;
  readonly change: (value: string) => void;
  readonly values: readonly string[];
  /** What a value is called, where it is not its own name. */
  readonly nameOf?: (value: string) => string;
  /** What it says where nothing is chosen; false: something always is. */
  readonly all?: string | false;
}

/** One of some values, or all of them. A value that the address has and the list has not is still told. */
export function Choice({ id, label, value, change, values, nameOf, all = 'All' }: ChoiceProps) {
  const known = value === undefined || values.includes(value) ? values : [value, ...values];
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value ?? ''} onChange={(event) => change(event.target.value)}>
        {all !== false && <option value="">{all}</option>}
        {known.map((one) => (
          <option key={one} value={one}>
            {nameOf === undefined ? sentence(words(one)) : nameOf(one)}
          </option>
        ))}
      </select>
    </div>
  );
}
