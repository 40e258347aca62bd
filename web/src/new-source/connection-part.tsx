import { Labelled } from './labelled';
import type { ConnectionFields, ScheduleKind } from './connection';
import type { Fault } from './schema';

interface ConnectionPartProps {
  readonly fields: ConnectionFields;
  readonly change: (fields: ConnectionFields) => void;
  readonly destinations: readonly string[];
  readonly faults: readonly Fault[];
}

const SCHEDULES: readonly (readonly [ScheduleKind, string])[] = [
  ['every', 'at intervals'],
  ['cron', 'at times of the day'],
  ['none', 'only when somebody asks for it'],
];

/** What the connection is called, where it leads and when it runs. */
export function ConnectionPart({ fields, change, destinations, faults }: ConnectionPartProps) {
  const text = (
    key: 'name' | 'schema' | 'every' | 'cron' | 'timezone',
    path: string,
    label: string,
    about: string,
    isRequired = true,
  ) => (
    <Labelled path={`connection.${path}`} label={label} about={about} isRequired={isRequired} faults={faults}>
      {(attributes) => (
        <input
          {...attributes}
          value={fields[key]}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => change({ ...fields, [key]: target.value })}
        />
      )}
    </Labelled>
  );
  return (
    <div className="fields">
      {text('name', 'name', 'name of the connection', 'Small letters, digits and `_`.')}
      <Labelled path="connection.destination" label="destination" about="Where the data go." isRequired faults={faults}>
        {(attributes) => (
          <select
            {...attributes}
            value={fields.destination}
            onChange={({ target }) => change({ ...fields, destination: target.value })}
          >
            {destinations.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        )}
      </Labelled>
      {text(
        'schema',
        'schema',
        'schema',
        `Where its tables lie in the destination. Empty: \`raw_${fields.name}\`.`,
        false,
      )}
      <Labelled path="connection.schedule" label="schedule" about="When it runs by itself." faults={faults}>
        {(attributes) => (
          <select
            {...attributes}
            value={fields.kind}
            onChange={({ target }) => change({ ...fields, kind: target.value as ScheduleKind })}
          >
            {SCHEDULES.map(([kind, label]) => (
              <option key={kind} value={kind}>
                {label}
              </option>
            ))}
          </select>
        )}
      </Labelled>
      {fields.kind === 'every' && text('every', 'schedule.every', 'every', 'Such as `6h` or `1d`.')}
      {fields.kind === 'cron' && (
        <>
          {text(
            'cron',
            'schedule.cron',
            'cron',
            'Minute, hour, day of the month, month, day of the week: `15 5 * * *` is 05:15 each day.',
          )}
          {text(
            'timezone',
            'schedule.timezone',
            'timezone',
            'Such as `America/Chicago`. Empty: that of the project.',
            false,
          )}
        </>
      )}
    </div>
  );
}
