import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { answerOf, api, type Asked } from '../api/client';
import { requestsQuery } from '../api/queries';
import { Page } from '../layout/page';
import { useFilter } from '../parts/address';
import { ConnectionChoice } from '../parts/connection-choice';
import { Badge } from '../parts/badge';
import { Choice } from '../parts/choice';
import { Empty, Failed, Loaded } from '../parts/loaded';
import { Moment } from '../parts/moment';
import { useMay } from '../parts/permitted';
import { words } from '../parts/text';
import { Heads } from '../parts/heads';

const STATES = ['queued', 'running', 'ended', 'cancelled'];

export function RequestsPage() {
  const [connection] = useFilter('connection');
  const [state, setState] = useFilter('state');
  const requests = useQuery(requestsQuery({ connection, state }));
  return (
    <Page
      title="Requests"
      about="What was asked for, by a schedule or by somebody: each waits for a worker, and becomes a run."
    >
      <div className="filters">
        <ConnectionChoice />
        <Choice id="state" label="State" value={state} change={setState} values={STATES} />
      </div>
      <Loaded query={requests}>
        {(data) =>
          data.requests.length === 0 ? (
            <Empty>
              Nothing was asked for{connection === undefined && state === undefined ? ' yet' : ' that is like that'}.
            </Empty>
          ) : (
            <table className="folds">
              <caption className="unseen">Requests</caption>
              <Heads
                columns={['Asked', 'Connection', 'State', 'By', { number: 'Attempt' }, 'Run', { unseen: 'Cancel' }]}
              />
              <tbody>
                {data.requests.map((request) => (
                  <RequestRow key={request.id} request={request} />
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
    </Page>
  );
}

function RequestRow({ request }: { readonly request: Asked }) {
  const { id, connection, trigger, state, requested_at, not_before, attempt, run, error, is_cancel_wanted, backfill } =
    request;
  const client = useQueryClient();
  const isPermitted = useMay('runs:manage');
  const cancel = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/api/requests/{id}/cancel', {
          params: { path: { id } },
          headers: { 'Content-Type': 'application/json' },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ['requests'] }),
  });
  return (
    <tr>
      <th scope="row">
        <Moment at={requested_at} isWhole />
      </th>
      <td data-label="Connection">
        <Link href={`/connections/${encodeURIComponent(connection)}`}>{connection}</Link>
      </td>
      <td data-label="State">
        <span>
          <Badge state={error !== undefined && state === 'ended' ? 'failed' : state} />
          {is_cancel_wanted && state === 'running' && <span className="small"> is being stopped</span>}
          {error !== undefined && <span className="small"> {error.message}</span>}
          {state === 'queued' && Date.parse(not_before) > Date.now() && (
            <span className="small muted">
              {' '}
              not before <Moment at={not_before} isWhole />
            </span>
          )}
          {cancel.error !== null && <Failed error={cancel.error} />}
        </span>
      </td>
      <td data-label="By">
        {backfill === undefined ? words(trigger) : <Link href={`/backfills/${backfill.id}`}>backfill</Link>}
      </td>
      <td data-label="Attempt" className="number">
        {attempt}
      </td>
      <td data-label="Run">
        {run === undefined ? <span className="none">none</span> : <Link href={`/runs/${run}`}>the run</Link>}
      </td>
      <td>
        {isPermitted && (state === 'queued' || state === 'running') && !is_cancel_wanted && (
          <button type="button" disabled={cancel.isPending} onClick={() => cancel.mutate()}>
            Cancel<span className="unseen"> the request for {connection}</span>
          </button>
        )}
      </td>
    </tr>
  );
}
