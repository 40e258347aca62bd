import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { answerOf, api, type Backfill } from '../api/client';
import { backfillQuery } from '../api/queries';
import { Page, Part } from '../layout/page';
import { Badge } from '../parts/badge';
import { Failed, Loaded } from '../parts/loaded';
import { useMay } from '../parts/permitted';
import { Heads } from '../parts/heads';

const JSON_BODY = { 'Content-Type': 'application/json' };

export function BackfillPage({ id }: { readonly id: string }) {
  const backfill = useQuery(backfillQuery(id));
  return (
    <Page
      title={backfill.data === undefined ? 'Backfill' : `Backfill of ${backfill.data.connection}`}
      crumbs={<Link href="/requests">Requests</Link>}
      about={backfill.data === undefined ? undefined : `Days ${backfill.data.from} to ${backfill.data.to}, read again.`}
      mark={backfill.data === undefined ? undefined : <Badge state={backfill.data.state} />}
    >
      <Loaded query={backfill}>{(data) => <Parts backfill={data} />}</Loaded>
    </Page>
  );
}

function Parts({ backfill }: { readonly backfill: Backfill }) {
  const { id, connection, state, parts, done } = backfill;
  const client = useQueryClient();
  const isPermitted = useMay('runs:manage');
  const doing = useMutation({
    mutationFn: (from: string | undefined) =>
      from === undefined
        ? answerOf(api.POST('/api/backfills/{id}/cancel', { params: { path: { id } }, headers: JSON_BODY }))
        : answerOf(
            api.POST('/api/backfills/{id}/parts/{from}/repeat', { params: { path: { id, from } }, headers: JSON_BODY }),
          ),
    onSuccess: () => client.invalidateQueries({ queryKey: ['backfill', id] }),
  });
  return (
    <>
      <p>
        {done} of {parts.length} parts are done.{' '}
        <Link href={`/connections/${encodeURIComponent(connection)}`}>{connection}</Link>
      </p>
      <progress value={done} max={parts.length} aria-label="Parts that are done" />
      {state === 'running' && isPermitted && (
        <p className="more">
          <button type="button" disabled={doing.isPending} onClick={() => doing.mutate(undefined)}>
            Cancel the backfill
          </button>
        </p>
      )}
      {doing.error !== null && <Failed error={doing.error} />}
      <Part title="Parts">
        <table className="folds">
          <caption className="unseen">Parts of the backfill</caption>
          <Heads columns={['Days', 'State', 'Run', { unseen: 'Repeat' }]} />
          <tbody>
            {parts.map((part) => (
              <tr key={part.request}>
                <th scope="row">
                  {part.from} to {part.to}
                </th>
                <td data-label="State">
                  <span>
                    <Badge state={part.state} />
                    {part.error !== undefined && (
                      <span className="small">
                        {' '}
                        {part.error.message} {part.error.hint}
                      </span>
                    )}
                  </span>
                </td>
                <td data-label="Run">
                  {part.run === undefined ? (
                    <span className="none">none</span>
                  ) : (
                    <Link href={`/runs/${part.run}`}>the run</Link>
                  )}
                </td>
                <td>
                  {part.state === 'failed' && isPermitted && (
                    <button type="button" disabled={doing.isPending} onClick={() => doing.mutate(part.from)}>
                      Repeat<span className="unseen"> the part from {part.from}</span>
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Part>
    </>
  );
}
