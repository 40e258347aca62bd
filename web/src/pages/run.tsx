import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { Run } from '../api/client';
import { ledgerQuery, lineageQuery, runQuery } from '../api/queries';
import { Page, Part } from '../layout/page';
import { Badge } from '../parts/badge';
import { Balance } from '../parts/balance';
import { Fact } from '../parts/fact';
import { Fault } from '../parts/fault';
import { Empty, Loaded } from '../parts/loaded';
import { Moment, useNow } from '../parts/moment';
import { bytesText, countText, durationText, words } from '../parts/text';
import { useLiveRun, type LiveStream } from './live-run';
import { LogPart } from './run-log';
import { Heads } from '../parts/heads';

export function RunPage({ id }: { readonly id: string }) {
  const run = useQuery(runQuery(id));
  const isOver = run.data !== undefined && run.data.state !== 'running' && run.data.state !== 'queued';
  const live = useLiveRun(id, run.data !== undefined && !isOver);
  return (
    <Page
      title={run.data === undefined ? 'Run' : `Run of ${run.data.connection}`}
      crumbs={
        <>
          <Link href="/runs">Runs</Link>
          {run.data !== undefined && (
            <>
              {' / '}
              <Link href={`/connections/${encodeURIComponent(run.data.connection)}`}>{run.data.connection}</Link>
            </>
          )}
        </>
      }
      mark={run.data === undefined ? undefined : <Badge state={run.data.state} />}
    >
      <Loaded query={run}>
        {(data) => (
          <>
            <Facts run={data} />
            <Faults run={data} />
            {isOver && <Expectations run={data} />}
            {!isOver && <Progress streams={live} run={data} />}
          </>
        )}
      </Loaded>
      {run.data !== undefined && (
        <>
          <LedgerPart run={run.data} />
          <LogPart id={id} />
          <LineagePart id={id} />
        </>
      )}
    </Page>
  );
}

function Facts({ run }: { readonly run: Run }) {
  const now = useNow(1_000);
  const end = run.ended_at === undefined ? now : Date.parse(run.ended_at);
  return (
    <dl className="facts">
      <div>
        <dt>Started</dt>
        <dd>
          <Moment at={run.started_at} isWhole />
        </dd>
      </div>
      <Fact name={run.ended_at === undefined ? 'Under way for' : 'Took'}>
        {durationText(end - Date.parse(run.started_at))}
      </Fact>
      <Fact name="Asked by">{words(run.trigger)}</Fact>
      {run.calls?.map(({ host, share, sent, remaining }) => (
        <Fact
          key={`${host} ${share ?? ''}`}
          name={share === undefined ? `Calls to ${host}` : `Calls to ${host} (${share})`}
        >
          {remaining === undefined ? countText(sent) : `${countText(sent)}; ${countText(remaining)} left`}
        </Fact>
      ))}
      <Fact name="Worker">{`${run.owner.host}, process ${run.owner.pid}`}</Fact>
      <div>
        <dt>Run</dt>
        <dd>
          <code>{run.id}</code>
        </dd>
      </div>
    </dl>
  );
}

function Faults({ run }: { readonly run: Run }) {
  const ofStreams = Object.entries(run.streams).filter(([, { error }]) => error !== undefined);
  if (run.error === undefined && ofStreams.length === 0) return null;
  return (
    <Part title="What went wrong">
      {run.error !== undefined && <Fault error={run.error} where="The run" />}
      {ofStreams.map(([stream, { error }]) => (
        <Fault key={stream} error={error!} where={`Stream ${stream}`} />
      ))}
    </Part>
  );
}

/** What the configuration expects of each stream, and how much broke it. */
function Expectations({ run }: { readonly run: Run }) {
  const judged = Object.entries(run.streams).flatMap(([stream, { expectations = [] }]) =>
    expectations.map((one) => ({ stream, ...one })),
  );
  if (judged.length === 0) return null;
  const broken = judged.filter((one) => one.broken > 0);
  return (
    <Part
      title="Expectations"
      lead={
        broken.length === 0
          ? `All ${judged.length} hold.`
          : `${broken.length} of ${judged.length} ${broken.length === 1 ? 'is' : 'are'} broken; those come first.`
      }
    >
      <table className="folds">
        <caption className="unseen">Expectations of the run</caption>
        <Heads columns={['Expectation', 'Stream', 'Result', 'If it breaks']} />
        <tbody>
          {[...broken, ...judged.filter((one) => one.broken === 0)].map(
            ({ stream, rule, severity, broken: count, found }) => (
              <tr key={`${stream} ${rule}`}>
                <th scope="row">
                  <code>{rule}</code>
                </th>
                <td data-label="Stream">{stream}</td>
                <td data-label="Result">
                  <span>
                    {count === 0 ? (
                      <Badge state="succeeded">Holds</Badge>
                    ) : (
                      <Badge state={severity === 'fail' ? 'failed' : 'warning'}>Broken</Badge>
                    )}
                    {count > 0 && (
                      <span className="small">
                        {' '}
                        {found ?? `${countText(count)} ${count === 1 ? 'record' : 'records'}`}
                      </span>
                    )}
                  </span>
                </td>
                <td data-label="If it breaks">{SEVERITIES[severity]}</td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </Part>
  );
}

const SEVERITIES = {
  quarantine: 'the record goes to quarantine',
  warn: 'it is told, and nothing is held',
  fail: 'the run fails, and what is built on it is held',
} as const;

function Progress({ streams, run }: { readonly streams: ReadonlyMap<string, LiveStream>; readonly run: Run }) {
  const names = [...new Set([...Object.keys(run.streams), ...streams.keys()])];
  return (
    <Part title="Under way" lead="As the worker tells it, at most some seconds old.">
      {names.length === 0 && <p className="loading">It waits for its first stream.</p>}
      <ul className="progress">
        {names.map((name) => {
          const { state = 'pending', rows = 0, bytes = 0, total } = streams.get(name) ?? {};
          return (
            <li key={name}>
              <p>
                <strong>{name}</strong> <Badge state={state} /> {countText(rows)} rows
                {bytes > 0 && `, ${bytesText(bytes)}`}
              </p>
              {state !== 'complete' && state !== 'failed' && (
                <progress
                  aria-label={`Progress of ${name}`}
                  {...(total === undefined || total === 0 ? {} : { value: Math.min(bytes, total), max: total })}
                />
              )}
            </li>
          );
        })}
      </ul>
    </Part>
  );
}

function LedgerPart({ run }: { readonly run: Run }) {
  const ledger = useQuery(ledgerQuery(run.id));
  return (
    <Part
      title="Ledger"
      lead="Counted where it happens, from the checkpoints that were committed. Each record that was read is somewhere on the right."
    >
      <Loaded query={ledger}>
        {({ streams }) =>
          streams.length === 0 ? (
            <Empty>Nothing was committed{run.state === 'running' ? ' yet' : ''}.</Empty>
          ) : (
            streams.map(({ stream, ledger: counts, imbalances }) => (
              <Balance key={stream} title={stream} ledger={counts} imbalances={imbalances} />
            ))
          )
        }
      </Loaded>
    </Part>
  );
}

function LineagePart({ id }: { readonly id: string }) {
  const lineage = useQuery(lineageQuery(id));
  return (
    <Part title="Lineage" lead="The files and windows that the run committed, and the tables they fed.">
      <Loaded query={lineage}>
        {({ lineage: entries, next }) =>
          entries.length === 0 ? (
            <Empty>The run committed nothing.</Empty>
          ) : (
            <>
              <table className="folds">
                <caption className="unseen">Lineage of the run</caption>
                <Heads columns={['From', 'Table', { number: 'Records' }, { number: 'Size' }, 'Committed']} />
                <tbody>
                  {entries.map((entry) => (
                    <tr key={entry.id}>
                      <th scope="row">
                        <code>{entry.source}</code>
                        {entry.checksum !== null && (
                          <>
                            <br />
                            <span className="small muted">SHA-256 {entry.checksum.slice(0, 16)}…</span>
                          </>
                        )}
                      </th>
                      <td data-label="Table">{entry.table}</td>
                      <td data-label="Records" className="number">
                        {countText(entry.records)}
                      </td>
                      <td data-label="Size" className="number">
                        {entry.bytes === null ? <span className="none">not known</span> : bytesText(entry.bytes)}
                      </td>
                      <td data-label="Committed">
                        <Moment at={entry.committed_at} isWhole />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
              {next !== null && <p className="small muted">The latest {entries.length} entries.</p>}
            </>
          )
        }
      </Loaded>
    </Part>
  );
}
