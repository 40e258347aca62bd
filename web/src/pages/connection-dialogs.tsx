import { useState } from 'react';
import { answerOf, api } from '../api/client';
import { AskDialog } from '../parts/dialog';
import { Preview, TypedName } from '../parts/preview';
import { countText } from '../parts/text';
import { resetPreviewQuery } from '../api/queries';
import { useQuery } from '@tanstack/react-query';

interface DialogProps {
  readonly name: string;
  readonly close: () => void;
}

export function RunDialog({ name, close }: DialogProps) {
  // One key for one click, however often the network makes the browser send it.
  const [key] = useState(() => crypto.randomUUID());
  const ask = () =>
    answerOf(
      api.POST('/api/connections/{name}/runs', {
        params: { path: { name }, header: { 'idempotency-key': key } as never },
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
      }),
    );
  return (
    <AskDialog title={`Run ${name} now?`} verb="Run now" does={ask} close={close}>
      <p>It goes on from its bookmarks, as soon as a worker is free. What is there already is not doubled.</p>
    </AskDialog>
  );
}

export function PauseDialog({ name, close }: DialogProps) {
  const [reason, setReason] = useState('');
  const ask = () =>
    answerOf(
      api.POST('/api/connections/{name}/pause', {
        params: { path: { name } },
        body: reason === '' ? {} : { reason },
      }),
    );
  return (
    <AskDialog title={`Pause ${name}?`} verb="Pause" does={ask} close={close}>
      <p>Its schedule rests until somebody resumes it. A run that is under way goes on.</p>
      <div className="fields">
        <div className="field">
          <label htmlFor="reason">Why, for who looks at it next (may be empty)</label>
          <input id="reason" value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
        </div>
      </div>
    </AskDialog>
  );
}

const DAY_MS = 86_400_000;

export function BackfillDialog({ name, close, asked }: DialogProps & { readonly asked: (id: string) => void }) {
  const [key] = useState(() => crypto.randomUUID());
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [typed, setTyped] = useState('');
  const hasDays = from !== '' && to !== '' && from <= to;
  const days = hasDays ? Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1 : 0;
  const ask = async () => {
    const { id } = await answerOf(
      api.POST('/api/connections/{name}/backfill', {
        params: { path: { name } },
        headers: { 'Idempotency-Key': key },
        body: { from, to },
      }),
    );
    asked(id);
  };
  return (
    <AskDialog
      title={`Read days of ${name} again`}
      verb="Ask for the backfill"
      does={ask}
      close={close}
      isReady={hasDays && typed === name}
    >
      <div className="fields">
        <div className="field">
          <label htmlFor="from">First day</label>
          <input id="from" type="date" required value={from} onChange={(event) => setFrom(event.target.value)} />
        </div>
        <div className="field">
          <label htmlFor="to">Last day</label>
          <input id="to" type="date" required value={to} min={from} onChange={(event) => setTo(event.target.value)} />
        </div>
        <div className="notice" role="status">
          {hasDays ? (
            <>
              <strong>
                What it would do: {days} {days === 1 ? 'day is' : 'days are'} read again,
              </strong>{' '}
              from {from} to {to}, in parts that workers take side by side. Rows with a key are updated where they
              differ and left alone where not; bookmarks stay, and the schedule goes on. Nothing is done before you ask
              for it.
            </>
          ) : (
            'Choose a first and a last day to see what it would do.'
          )}
        </div>
        <TypedName name={name} typed={typed} type={setTyped} />
      </div>
    </AskDialog>
  );
}

/** Forgets where the streams go on. What is in the tables stays, and is not doubled where there is a key. */
export function ResetDialog({
  name,
  stream,
  close,
  done,
}: DialogProps & { readonly stream?: string | undefined; readonly done: () => void }) {
  const [typed, setTyped] = useState('');
  const preview = useQuery(resetPreviewQuery(name, stream));
  const wanted = stream ?? name;
  const ask = async () => {
    await answerOf(
      api.POST('/api/connections/{name}/reset', {
        params: { path: { name } },
        body: stream === undefined ? {} : { stream },
        headers: { 'Content-Type': 'application/json' },
      }),
    );
    done();
  };
  return (
    <AskDialog
      title={stream === undefined ? `Reset all of ${name}` : `Reset ${stream} of ${name}`}
      verb="Forget the bookmarks"
      does={ask}
      close={close}
      isReady={typed === wanted && (preview.data?.streams.length ?? 0) > 0}
    >
      <div className="fields">
        <Preview query={preview}>
          {({ streams }) =>
            streams.length === 0 ? (
              <p>There is no bookmark: the next run reads everything as it is.</p>
            ) : (
              <>
                <p>
                  <strong>What it would do:</strong> the next run reads these again from the start. Rows with a key are
                  updated where they differ; a run that is under way can commit nothing any more.
                </p>
                <ul className="listed">
                  {streams.map(({ stream: one, frontier, files }) => (
                    <li key={one}>
                      {one}:{' '}
                      {frontier === null
                        ? `${countText(files)} ${files === 1 ? 'file is' : 'files are'} read again`
                        : `was read up to ${frontier}`}
                    </li>
                  ))}
                </ul>
              </>
            )
          }
        </Preview>
        <TypedName name={wanted} typed={typed} type={setTyped} />
      </div>
    </AskDialog>
  );
}
