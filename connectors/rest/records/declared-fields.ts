import { FORMAT, FROM } from '../manifest/short-fields.js';
import { isComponent, type Component } from '../manifest/text.js';
import { setKey } from '../template/values.js';
import type { DateTime } from '../time/date-time.js';
import { parseMoment } from '../time/format.js';
import { isPattern, valueAlong, valuesAlong } from './path.js';

type Change = (record: Record<string, unknown>) => void;

/** What the fields of a short form say of records, beside the types. */
export interface DeclaredFields {
  readonly names: readonly string[];
  /** Puts what lies deeper under the names of its fields; what a record does not have it then has not under the name either. */
  readonly lift: Change | undefined;
  /** Writes days and instants as columns take them, from the formats of the API; one that does not fit stays as it came. */
  readonly readTimes: Change;
}

export function declaredFields(stream: Component): DeclaredFields {
  const loader = stream['schema_loader'];
  const schema = isComponent(loader) ? loader['schema'] : undefined;
  const properties = isComponent(schema) && isComponent(schema['properties']) ? schema['properties'] : {};
  const fields = Object.entries(properties) as [string, Component][];
  const deep = fields.flatMap(([name, field]) => (isPath(field[FROM]) ? [{ name, path: field[FROM] }] : []));
  const times = fields.flatMap(([name, { [FORMAT]: format, format: kind }]) =>
    typeof format === 'string' ? [{ name, format, isDay: kind === 'date' }] : [],
  );
  return {
    names: fields.map(([name]) => name),
    lift:
      deep.length === 0
        ? undefined
        : (record) => {
            // All are taken before one is put, so that a field may have the name of what another is taken from.
            const found = deep.map(({ name, path }) => [name, valueAt(record, path)] as const);
            for (const [name, value] of found) {
              if (value === undefined) delete record[name];
              else setKey(record, name, value);
            }
          },
    readTimes(record) {
      for (const { name, format, isDay } of times) {
        const value = record[name];
        if (typeof value !== 'string' && typeof value !== 'number') continue;
        const moment = parseMoment(value, format);
        if (moment !== undefined) record[name] = isDay ? moment.date.text() : instantText(moment);
      }
    },
  };
}

const isPath = (value: unknown): value is readonly string[] => Array.isArray(value);

function valueAt(record: Record<string, unknown>, path: readonly string[]): unknown {
  if (!path.some(isPattern)) return valueAlong(record, path);
  const found = valuesAlong(record, path);
  return found.length === 0 ? undefined : found;
}

const instantText = (moment: DateTime): string => moment.text('T').replace(/\+00:00$/, 'Z');
