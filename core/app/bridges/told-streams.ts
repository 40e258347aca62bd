import type { StreamRequest } from '../../engine/index.js';
import { planColumns } from '../../middleware/index.js';
import type { Field, SourceStream, SyncMode } from '../../protocol/index.js';

type Streams = Readonly<Record<string, SourceStream>>;

/** Who a person is does not leave without a rule that says how, and rules belong to a connection of ours. */
export const isLeftOut = ({ personal }: Field) => personal === true;

/** The streams without those whose key is left out, since a record without its key is none; `note` hears of these. */
export function tellable(streams: Streams, note: (text: string) => void): Streams {
  return Object.fromEntries(
    Object.entries(streams).filter(([name, { catalog }]) => {
      const left = catalog.fields.filter((field) => isLeftOut(field) && catalog.primaryKey.includes(field.name));
      if (left.length > 0)
        note(
          `stream ${name}: it is not on offer, since "${left.map((field) => field.name).join('", "')}" of its key tells who a ` +
            'person is. Let a connection of ours load it, with a rule of `protect`.',
        );
      return left.length === 0;
    }),
  );
}

/** How a stream is read to be told. `isUnchosen`: a field that nobody wants. */
export function toldRequest(
  name: string,
  sync: SyncMode | undefined,
  stream: SourceStream | undefined,
  isUnchosen: (field: string) => boolean = () => false,
): StreamRequest {
  // In parts it would be told without an end, since each part ends with a state.
  const isWhole = stream?.kind === 'stateful' && sync === 'full_refresh';
  const hasKey = stream === undefined || stream.catalog.primaryKey.length > 0 || stream.kind === 'files';
  return {
    name,
    sync,
    write: isWhole ? 'overwrite' : hasKey ? 'merge' : 'append',
    lookback: hasKey || stream?.kind === 'stateful' ? undefined : '0d',
    onSchemaChange: 'evolve',
    planColumns: (fields, key) => {
      const left = fields.filter((field) => isLeftOut(field) || (isUnchosen(field.name) && !key.includes(field.name)));
      const protect = Object.fromEntries(left.map((field) => [field.name, 'drop' as const]));
      return planColumns(fields, { stream: name, map: [], expect: [], protect }, key);
    },
    marks: [],
  };
}

/** Records are told at least once, and whoever takes them knows. */
export const repeatable = (streams: Streams): Streams =>
  Object.fromEntries(
    Object.entries(streams).map(([name, stream]) => [
      name,
      stream.kind === 'stateful' ? { ...stream, mayRepeat: true } : stream,
    ]),
  );
