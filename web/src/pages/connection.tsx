import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { answerOf, api, type Connection, type RunFault } from '../api/client';
import { connectionQuery, quarantineQuery, runsQuery, streamsQuery } from '../api/queries';
import { Page, Part } from '../layout/page';
import { Badge } from '../parts/badge';
import { Fact } from '../parts/fact';
import { Fault } from '../parts/fault';
import { Empty, Failed, Loaded } from '../parts/loaded';
import { Moment } from '../parts/moment';
import { Permitted, useMay } from '../parts/permitted';
import { RunTable } from '../parts/run-table';
import { countText, scheduleText } from '../parts/text';
import { BackfillDialog, PauseDialog, ResetDialog, RunDialog } from './connection-dialogs';
import { ConnectionEvents } from './connection-events';
import { Heads } from '../parts/heads';

export function ConnectionPage({ name }: { readonly name: string }) {
  const connection = useQuery(connectionQuery(name));
  useFollowed(name, connection.data?.last_run);
  return (
    <Page
      title={name}
      crumbs={<Link href="/">Overview</Link>}
      mark={connection.data === undefined ? undefined : <Badge state={connection.data.state} />}
      actions={connection.data === undefined ? undefined : <Actions connection={connection.data} />}
    >
      <Loaded query={connection}>{(data) => <Standing connection={data} />}</Loaded>
      {connection.data !== undefined && (
        <>
          <Streams name={name} />
          <Timeline name={name} />
          <ConnectionEvents name={name} />
          <Quarantine name={name} />
        </>
      )}
    </Page>
  );
}

/** What a run changes is asked for again once there is another one, or it has ended: it is too dear to be asked for all the time. */
function useFollowed(name: string, run: Connection['last_run'] | undefined) {
  const client = useQueryClient();
  const now = run === undefined ? undefined : runKey({ last_run: run });
  const before = useRef(now);
  useEffect(() => {
    if (now === undefined || before.current === now) return;
    const isFirst = before.current === undefined;
    before.current = now;
    if (isFirst) return;
    for (const key of ['streams', 'quarantine']) void client.invalidateQueries({ queryKey: [key, name] });
  }, [client, name, now]);
}

const runKey = ({ last_run }: Pick<Connection, 'last_run'>): string => `${last_run?.id} ${last_run?.state}`;

type Asking = 'run' | 'pause' | 'backfill' | 'reset';

function Actions({ connection }: { readonly connection: Connection }) {
  const { name, paused, action_required } = connection;
  const isPermitted = useMay('runs:manage');
  const [asking, setAsking] = useState<Asking>();
  // Until the next run, which has bookmarks of its own.
  const [resetAfter, setReset] = useState<string>();
  const [, go] = useLocation();
  const client = useQueryClient();
  const changed = () => client.invalidateQueries();
  const resume = useMutation({
    mutationFn: () =>
      answerOf(api.POST('/api/connections/{name}/resume', { params: { path: { name } }, headers: JSON_BODY })),
    onSuccess: changed,
  });
  const close = () => {
    setAsking(undefined);
    void changed();
  };
  const isHeld = paused !== null || action_required !== null;
  if (!isPermitted) return null;
  return (
    <>
      <button type="button" className="main" onClick={() => setAsking('run')}>
        Run now
      </button>
      <button type="button" onClick={() => setAsking('backfill')}>
        Backfill …
      </button>
      <button type="button" onClick={() => setAsking('reset')}>
        Reset …
      </button>
      {isHeld ? (
        <button type="button" onClick={() => resume.mutate()} disabled={resume.isPending}>
          Resume
        </button>
      ) : (
        <button type="button" onClick={() => setAsking('pause')}>
          Pause …
        </button>
      )}
      {resume.error !== null && <Failed error={resume.error} />}
      <p role="status" className="small">
        {resetAfter === runKey(connection) && 'The bookmarks are forgotten.'}
      </p>
      {asking === 'run' && <RunDialog name={name} close={close} />}
      {asking === 'pause' && <PauseDialog name={name} close={close} />}
      {asking === 'reset' && <ResetDialog name={name} close={close} done={() => setReset(runKey(connection))} />}
      {asking === 'backfill' && <BackfillDialog name={name} close={close} asked={(id) => go(`/backfills/${id}`)} />}
    </>
  );
}

/** What the host wants of every request that changes something. */
const JSON_BODY = { 'Content-Type': 'application/json' };

function Standing({ connection }: { readonly connection: Connection }) {
  const {
    source,
    destination,
    schema,
    schedule,
    next_slot,
    last_success,
    next_step,
    paused,
    action_required,
    circuit,
  } = connection;
  const isHeld = paused !== null || action_required !== null;
  return (
    <>
      {paused !== null && (
        <div className="notice warn">
          <h2>
            Paused by {paused.by} since <Moment at={paused.since} isWhole />
          </h2>
          {paused.reason !== null && <p>{paused.reason}</p>}
          {paused.until !== null && (
            <p>
              It goes on by itself <Moment at={paused.until} isWhole />.
            </p>
          )}
        </div>
      )}
      {action_required !== null && <Fault error={action_required.error as RunFault} where="This needs you" />}
      {circuit !== null && (
        <Fault error={circuit.error as RunFault} where={`Source ${source} failed ${circuit.failures} times in a row`} />
      )}
      {next_step !== null && action_required === null && (
        <p className="notice">
          <strong>Next step:</strong> {next_step}
        </p>
      )}
      <dl className="facts">
        <Fact name="Source">{source}</Fact>
        <Fact name="Destination">{`${destination}, schema ${schema}`}</Fact>
        <Fact name="Schedule">{scheduleText(schedule)}</Fact>
        <div>
          <dt>Next run</dt>
          <dd>
            {next_slot === null ? (
              <span className="none">{isHeld ? 'none while it is held' : 'none is due'}</span>
            ) : (
              <Moment at={next_slot} isWhole />
            )}
          </dd>
        </div>
        <div>
          <dt>Last success</dt>
          <dd>{last_success === null ? <span className="none">never</span> : <Moment at={last_success} isWhole />}</dd>
        </div>
      </dl>
    </>
  );
}

function Streams({ name }: { readonly name: string }) {
  const streams = useQuery(streamsQuery(name));
  return (
    <Part
      title="Streams"
      lead={
        <>
          The outcome of the last run that had each stream, and where the next one goes on.{' '}
          <Permitted to="runs:manage">
            The <Link href={`/connections/${encodeURIComponent(name)}/catalog`}>catalog</Link> has their columns.
          </Permitted>
        </>
      }
    >
      <Loaded query={streams}>
        {(data) => (
          <>
            {data.bookmarks !== 'ok' && <p className="notice warn">Bookmarks could not be read: {data.bookmarks}</p>}
            <table className="folds">
              <caption className="unseen">Streams of {name}</caption>
              <Heads
                columns={[
                  'Stream',
                  'State',
                  'Last run',
                  { number: 'Read' },
                  { number: 'Written' },
                  { number: 'Quarantined' },
                  'Bookmark',
                ]}
              />
              <tbody>
                {data.streams.map(({ stream, state, run, ended_at, ledger, error, bookmark }) => (
                  <tr key={stream}>
                    <th scope="row">{stream}</th>
                    <td data-label="State">
                      <span>
                        {state === null ? <span className="none">never run</span> : <Badge state={state} />}
                        {error !== null && (
                          <span className="small">
                            {' '}
                            {error.message} {error.hint}
                          </span>
                        )}
                      </span>
                    </td>
                    <td data-label="Last run">
                      {run === null ? (
                        ''
                      ) : (
                        <Link href={`/runs/${run}`}>{ended_at === null ? 'under way' : <Moment at={ended_at} />}</Link>
                      )}
                    </td>
                    <td data-label="Read" className="number">
                      {ledger === null ? '' : countText(ledger['read'] ?? 0)}
                    </td>
                    <td data-label="Written" className="number">
                      {ledger === null ? '' : countText((ledger['inserted'] ?? 0) + (ledger['updated'] ?? 0))}
                    </td>
                    <td data-label="Quarantined" className="number">
                      {ledger === null ? '' : countText(ledger['quarantined'] ?? 0)}
                    </td>
                    <td data-label="Bookmark">
                      <Bookmark bookmark={bookmark} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </>
        )}
      </Loaded>
    </Part>
  );
}

function Bookmark({
  bookmark,
}: {
  readonly bookmark: { readonly frontier: string | null; readonly files: number } | null;
}) {
  if (bookmark === null) return <span className="none">none: read whole</span>;
  const { frontier, files } = bookmark;
  if (frontier !== null) return <span className="nowrap">up to {frontier}</span>;
  return (
    <span>
      {countText(files)} {files === 1 ? 'file' : 'files'} read
    </span>
  );
}

function Timeline({ name }: { readonly name: string }) {
  const runs = useQuery(runsQuery({ connection: name, limit: 25 }));
  return (
    <Part title="Runs">
      <Loaded query={runs}>
        {(data) =>
          data.runs.length === 0 ? (
            <Empty>It never ran. “Run now” starts the first one.</Empty>
          ) : (
            <>
              <RunTable runs={data.runs} caption={`Runs of ${name}`} isOfOne />
              {data.next !== null && (
                <p className="more">
                  <Link href={`/runs?connection=${encodeURIComponent(name)}`}>All runs of {name}</Link>
                </p>
              )}
            </>
          )
        }
      </Loaded>
    </Part>
  );
}

function Quarantine({ name }: { readonly name: string }) {
  const quarantine = useQuery(quarantineQuery(name));
  return (
    <Part
      title="Quarantine"
      lead="Records that were rejected and are kept, until a good version comes or they are replayed."
    >
      <Loaded query={quarantine}>
        {({ records }) =>
          records === 0 ? (
            <Empty>No record is in quarantine.</Empty>
          ) : (
            <p>
              <Link href={`/quarantine?connection=${encodeURIComponent(name)}`}>
                {countText(records)} {records === 1 ? 'record' : 'records'}
              </Link>
            </p>
          )
        }
      </Loaded>
    </Part>
  );
}
