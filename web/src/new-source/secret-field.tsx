import { Labelled } from './labelled';
import type { Fault } from './schema';

const STORES = [
  ['env', 'an environment variable', 'SOURCE_API_KEY'],
  ['file', 'a file', 'secrets/api_key'],
  ['vault', 'HashiCorp Vault', 'secret/source#api_key'],
  ['aws', 'AWS Secrets Manager', 'source#api_key'],
  ['age', 'a file of age', 'secrets.age#api_key'],
] as const;

interface SecretFieldProps {
  readonly path: string;
  readonly name: string;
  readonly about?: string | undefined;
  readonly isRequired: boolean;
  readonly value: unknown;
  readonly change: (value: unknown) => void;
  readonly faults: readonly Fault[];
}

/** Where a secret lies. The secret itself is never asked for. */
export function SecretField({ path, name, about, isRequired, value, change, faults }: SecretFieldProps) {
  const [, kind = 'env', place = ''] = /^\$\{(\w+):(.*)\}$/s.exec(String(value ?? '')) ?? [];
  const set = (of: string, at: string) =>
    change(at.trim() === '' ? (of === 'env' ? undefined : `\${${of}:}`) : `\${${of}:${at.trim()}}`);
  const [, , example] = STORES.find(([one]) => one === kind) ?? STORES[0];
  return (
    <Labelled
      path={path}
      label={name}
      isRequired={isRequired}
      about={`${about === undefined ? '' : `${about.replace(/\.?$/, '.')} `}Where the secret lies: neither this page nor the file takes the secret itself.`}
      faults={faults}
    >
      {(attributes) => (
        <span className="joined">
          <select aria-label={`Where ${name} lies`} value={kind} onChange={(event) => set(event.target.value, place)}>
            {STORES.map(([of, label]) => (
              <option key={of} value={of}>
                {label}
              </option>
            ))}
          </select>
          <input
            {...attributes}
            value={place}
            placeholder={example}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => set(kind, event.target.value)}
          />
        </span>
      )}
    </Labelled>
  );
}
