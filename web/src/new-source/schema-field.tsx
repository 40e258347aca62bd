import { useState } from 'react';
import { sentence } from '../parts/text';
import { Labelled } from './labelled';
import { Marked } from './marked';
import { SecretField } from './secret-field';
import { idOf, keysOf, variantName, variantsOf, type Fault, type Schema, type Values } from './schema';

interface FieldProps {
  readonly schema: Schema;
  /** As the host names it in a fault: `config.files[0].path`. */
  readonly path: string;
  readonly name: string;
  readonly isRequired: boolean;
  readonly value: unknown;
  readonly change: (value: unknown) => void;
  readonly faults: readonly Fault[];
}

interface KeysProps {
  readonly schema: Schema;
  readonly path: string;
  readonly value: unknown;
  readonly change: (value: Values) => void;
  readonly faults: readonly Fault[];
}

/** The keys of an object: those that are needed first, the others behind a fold. */
export function SchemaKeys({ schema, path, value, change, faults }: KeysProps) {
  const values = (value ?? {}) as Values;
  const keys = keysOf(schema);
  const optional = keys.filter(({ isRequired }) => !isRequired);
  const fieldOf = ({ name, schema: of, isRequired }: (typeof keys)[number]) => (
    <SchemaField
      key={name}
      schema={of}
      path={`${path}.${name}`}
      name={name}
      isRequired={isRequired}
      value={values[name]}
      change={(next) => change({ ...values, [name]: next })}
      faults={faults}
    />
  );
  const isFaulty = optional.some(({ name }) => faults.some((fault) => fault.path.startsWith(`${path}.${name}`)));
  return (
    <div className="fields">
      {keys.filter(({ isRequired }) => isRequired).map(fieldOf)}
      {optional.length > 0 && (
        // Where no key alone is needed, several together are: they are not hidden.
        <details open={isFaulty || optional.length === keys.length || undefined}>
          <summary>
            {optional.length} more {optional.length === 1 ? 'setting' : 'settings'}
            <span className="unseen"> of {path}</span>
          </summary>
          <div className="fields">{optional.map(fieldOf)}</div>
        </details>
      )}
    </div>
  );
}

/** One key, in the form that its schema asks for. */
export function SchemaField(props: FieldProps) {
  const { schema, path, name, value, change, isRequired, faults } = props;
  const { type, description } = schema;
  if (schema.secret === true) return <SecretField {...props} about={description} />;
  // What may be left out as a whole, and wants keys of its own otherwise, is asked for only once somebody wants it.
  const variants = variantsOf(schema) ?? (!isRequired && wantsKeys(schema) ? [schema] : undefined);
  if (variants !== undefined) return <VariantField {...props} variants={variants} />;
  if (schema.const !== undefined) return null;
  if (type === 'array' && schema.items !== undefined)
    return isPlain(schema.items) ? <LinesField {...props} /> : <ListField {...props} item={schema.items} />;
  if (schema.properties !== undefined)
    return (
      <Group name={name} about={description} path={path} faults={faults}>
        <SchemaKeys schema={schema} path={path} value={value} change={change} faults={faults} />
      </Group>
    );
  if (typeof schema.additionalProperties === 'object') return <MapField {...props} of={schema.additionalProperties} />;
  return (
    <Labelled path={path} label={name} isRequired={isRequired} about={description} faults={faults}>
      {(attributes) =>
        schema.enum !== undefined || type === 'boolean' ? (
          <select
            {...attributes}
            value={value === undefined ? '' : String(value)}
            onChange={({ target }) =>
              change(type === 'boolean' && target.value !== '' ? target.value === 'true' : target.value)
            }
          >
            <option value="">{schema.default === undefined ? 'Not set' : `${String(schema.default)} (default)`}</option>
            {(schema.enum ?? ['true', 'false']).map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        ) : type === 'integer' || type === 'number' ? (
          <input
            {...attributes}
            type="number"
            step={type === 'integer' ? 1 : 'any'}
            placeholder={defaultText(schema)}
            value={typeof value === 'number' ? value : ''}
            onChange={({ target }) => change(target.value === '' ? undefined : Number(target.value))}
          />
        ) : (
          <input
            {...attributes}
            type={schema.format === 'date' ? 'date' : 'text'}
            placeholder={defaultText(schema)}
            autoComplete="off"
            spellCheck={false}
            value={typeof value === 'string' ? value : ''}
            onChange={({ target }) => change(target.value)}
          />
        )
      }
    </Labelled>
  );
}

const wantsKeys = (schema: Schema): boolean =>
  schema.properties !== undefined && keysOf(schema).some((key) => key.isRequired);

const isPlain = ({ type, properties, secret }: Schema): boolean =>
  type === 'string' && properties === undefined && secret !== true;

const defaultText = ({ default: given }: Schema): string | undefined =>
  typeof given === 'string' || typeof given === 'number' ? `${given} (default)` : undefined;

interface GroupProps {
  readonly name: string;
  readonly about: string | undefined;
  readonly path: string;
  readonly faults: readonly Fault[];
  readonly children: React.ReactNode;
}

function Group({ name, about, path, faults, children }: GroupProps) {
  const fault = faults.find((one) => one.path === path);
  return (
    <fieldset className="group">
      <legend>
        <code>{name}</code>
      </legend>
      {about !== undefined && (
        <p className="hint">
          <Marked text={about} />
        </p>
      )}
      {fault !== undefined && <p className="fault">{fault.message}</p>}
      {children}
    </fieldset>
  );
}

/** One of several forms, which can be changed. */
function VariantField({ variants, ...props }: FieldProps & { readonly variants: readonly Schema[] }) {
  const { path, name, change, schema, isRequired, faults } = props;
  const [chosen, choose] = useState(isRequired ? 0 : -1);
  const variant = variants[chosen];
  const isObject = variant?.properties !== undefined;
  return (
    <Group name={name} about={schema.description} path={isObject ? path : ''} faults={faults}>
      <div className="fields">
        <div className="field">
          <label htmlFor={`${idOf(path)}-form`}>Form of {name}</label>
          <select
            id={`${idOf(path)}-form`}
            value={chosen}
            onChange={({ target }) => {
              const next = Number(target.value);
              choose(next);
              change(variants[next]?.const);
            }}
          >
            {!isRequired && (
              <option value={-1}>
                {schema.default === undefined ? 'Not set' : `${JSON.stringify(schema.default)} (default)`}
              </option>
            )}
            {variants.map((one, index) => (
              // Forms have no names of their own, and stay in their order.
              // oxlint-disable-next-line react/no-array-index-key
              <option key={index} value={index}>
                {sentence(variantName(one, variants))}
              </option>
            ))}
          </select>
        </div>
        {variant !== undefined &&
          (isObject ? (
            <SchemaKeys schema={variant} path={path} value={props.value} change={change} faults={faults} />
          ) : (
            <SchemaField {...props} key={chosen} schema={variant} isRequired />
          ))}
      </div>
    </Group>
  );
}

/** Texts, one a line. */
function LinesField({ schema, path, name, isRequired, value, change, faults }: FieldProps) {
  const lines = Array.isArray(value) ? (value as string[]) : [];
  const about = [schema.description, 'One a line.']
    .filter((one) => one !== undefined)
    .join('. ')
    .replace('..', '.');
  return (
    <Labelled path={path} label={name} isRequired={isRequired} about={about} faults={faults}>
      {(attributes) => (
        <textarea
          {...attributes}
          rows={3}
          spellCheck={false}
          value={lines.join('\n')}
          onChange={({ target }) => change(target.value === '' ? undefined : target.value.split('\n'))}
        />
      )}
    </Labelled>
  );
}

/** Entries with settings of their own. */
function ListField({
  schema,
  item,
  path,
  name,
  isRequired,
  value,
  change,
  faults,
}: FieldProps & { readonly item: Schema }) {
  const entries = Array.isArray(value) ? (value as unknown[]) : isRequired ? [undefined] : [];
  const put = (index: number, entry: unknown) => change(entries.map((one, at) => (at === index ? entry : one)));
  return (
    <Group name={name} about={schema.description} path={path} faults={faults}>
      {entries.map((entry, index) => (
        // An entry has no name of its own; what is removed is removed at its place.
        // oxlint-disable-next-line react/no-array-index-key
        <div className="entry" key={index}>
          <SchemaField
            schema={{ ...item, description: '' }}
            path={`${path}[${index}]`}
            name={`${name} ${index + 1}`}
            isRequired
            value={entry}
            change={(next) => put(index, next)}
            faults={faults}
          />
          {entries.length > (isRequired ? 1 : 0) && (
            <button type="button" onClick={() => change(entries.filter((_, at) => at !== index))}>
              Remove {name} {index + 1}
            </button>
          )}
        </div>
      ))}
      <p className="next">
        <button type="button" onClick={() => change([...entries, undefined])}>
          Add to {name}
        </button>
      </p>
    </Group>
  );
}

/** Values by names that are given here. */
function MapField({ schema, of, path, name, value, change, faults }: FieldProps & { readonly of: Schema }) {
  const [names, setNames] = useState(() => Object.keys((value ?? {}) as Values));
  const values = (value ?? {}) as Values;
  const rename = (index: number, to: string) => {
    const next = names.map((one, at) => (at === index ? to : one));
    setNames(next);
    change(Object.fromEntries(next.map((one, at) => [one, values[names[at]!]])));
  };
  return (
    <Group name={name} about={schema.description} path={path} faults={faults}>
      {names.map((one, index) => (
        // The name is what is being written.
        // oxlint-disable-next-line react/no-array-index-key
        <div className="entry" key={index}>
          <div className="field">
            <label htmlFor={`${idOf(path)}-name-${index}`}>
              Name {index + 1} in {name}
            </label>
            <input
              id={`${idOf(path)}-name-${index}`}
              value={one}
              autoComplete="off"
              spellCheck={false}
              onChange={({ target }) => rename(index, target.value)}
            />
          </div>
          <SchemaField
            schema={of}
            path={`${path}.${one}`}
            name={one === '' ? `value ${index + 1}` : one}
            isRequired
            value={values[one]}
            change={(next) => change({ ...values, [one]: next })}
            faults={faults}
          />
        </div>
      ))}
      <p className="next">
        <button type="button" disabled={names.includes('')} onClick={() => setNames([...names, ''])}>
          Add to {name}
        </button>
      </p>
    </Group>
  );
}
