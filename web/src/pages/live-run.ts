import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { listen } from '../api/event-stream';

/** How far a stream of a run under way is. */
export interface LiveStream {
  readonly state: string;
  readonly rows: number;
  readonly bytes: number;
  readonly total?: number | undefined;
}

interface Told {
  readonly data: {
    readonly stream?: string;
    readonly state?: string;
    readonly ledger?: Readonly<Record<string, number>>;
    readonly streams?: Readonly<
      Record<string, { readonly rows: number; readonly bytes: number; readonly total_bytes?: number }>
    >;
  };
}

const NOTHING: LiveStream = { state: 'reading', rows: 0, bytes: 0 };
type EventType = 'stream_started' | 'progress' | 'checkpoint_committed' | 'stream_ended';
const TYPES: readonly string[] = [
  'stream_started',
  'progress',
  'checkpoint_committed',
  'stream_ended',
] satisfies EventType[];

/** Listens to a run while it goes on; what it has told is kept by stream. */
export function useLiveRun(id: string, isOn: boolean): ReadonlyMap<string, LiveStream> {
  const [streams, setStreams] = useState<ReadonlyMap<string, LiveStream>>(new Map());
  const client = useQueryClient();
  useEffect(() => {
    if (!isOn) return undefined;
    const leaving = new AbortController();
    void listen(`/api/runs/${encodeURIComponent(id)}/stream`, leaving.signal, ({ type, data: text }) => {
      if (type === 'ended') void client.invalidateQueries();
      if (!TYPES.includes(type)) return;
      const { data } = JSON.parse(text) as Told;
      setStreams((before) => after(before, type as EventType, data));
      if (type === 'checkpoint_committed' || type === 'stream_ended')
        void client.invalidateQueries({ queryKey: ['run', id] });
    });
    return () => leaving.abort();
  }, [id, isOn, client]);
  return streams;
}

function after(
  before: ReadonlyMap<string, LiveStream>,
  type: EventType,
  { stream, state, ledger, streams = {} }: Told['data'],
): ReadonlyMap<string, LiveStream> {
  const next = new Map(before);
  for (const [name, { rows, bytes, total_bytes }] of Object.entries(streams))
    next.set(name, { ...(next.get(name) ?? NOTHING), rows, bytes, total: total_bytes });
  if (stream === undefined) return next;
  const known = next.get(stream) ?? NOTHING;
  if (type === 'stream_started') next.set(stream, { ...known, state: 'reading' });
  if (type === 'stream_ended')
    next.set(stream, { ...known, state: state ?? known.state, rows: ledger?.['staged'] ?? known.rows });
  return next;
}
