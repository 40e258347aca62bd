import type { ReactNode } from 'react';
import { faultAt, idOf, type Fault } from './schema';
import { Marked } from './marked';

interface LabelledProps {
  readonly path: string;
  readonly label: string;
  readonly isRequired?: boolean | undefined;
  readonly about?: string | undefined;
  readonly faults: readonly Fault[];
  /** The field itself, with these attributes. */
  readonly children: (attributes: FieldAttributes) => ReactNode;
}

export interface FieldAttributes {
  readonly id: string;
  readonly required?: boolean;
  readonly 'aria-invalid'?: true;
  readonly 'aria-describedby'?: string;
}

/** A field with its name, what it means, and what is wrong with it. */
export function Labelled({ path, label, isRequired = false, about, faults, children }: LabelledProps) {
  const id = idOf(path);
  const fault = faultAt(faults, path);
  const told = [...(about === undefined ? [] : [`${id}-about`]), ...(fault === undefined ? [] : [`${id}-fault`])].join(
    ' ',
  );
  return (
    <div className="field">
      <label htmlFor={id}>
        <code>{label}</code>
        {isRequired && ' (needed)'}
      </label>
      {children({
        id,
        ...(isRequired ? { required: true } : {}),
        ...(fault === undefined ? {} : { 'aria-invalid': true }),
        ...(told === '' ? {} : { 'aria-describedby': told }),
      })}
      {about !== undefined && (
        <span className="hint" id={`${id}-about`}>
          <Marked text={about} />
        </span>
      )}
      {fault !== undefined && (
        <span className="fault" id={`${id}-fault`}>
          {fault}
        </span>
      )}
    </div>
  );
}
