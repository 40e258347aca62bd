import { useQuery } from '@tanstack/react-query';
import { Link, Redirect } from 'wouter';
import type { Connection, Run } from '../api/client';
import { connectionsQuery, meQuery, runsQuery } from '../api/queries';
import { placesOf } from '../layout/places';
import { Page } from '../layout/page';
import { useFilter } from '../parts/address';
import { Badge } from '../parts/badge';
import { Empty, Loaded } from '../parts/loaded';
import { Moment } from '../parts/moment';
import { Permitted } from '../parts/permitted';
import { rowsOf, Spark } from '../parts/spark';
import { countText, scheduleText, sentence, words } from '../parts/text';
import { Heads } from '../parts/heads';

const STATES = ['action_required', 'failing', 'late', 'on_time', 'paused', 'never_run'] as const;

/** The overview; who may see the report alone begins there. */
export function FirstPage() {
  const { data: me } = useQuery(meQuery);
  const [first] = placesOf(me);
  return first === undefined || first.path === '/' ? <OverviewPage /> : <Redirect to={first.path} replace />;
}

/** Every connection, and whether somebody has to do something. */
function OverviewPage() {
  const connections = useQuery(connectionsQuery);
  const runs = useQuery(runsQuery({ limit: 200 }));
  return (
    <Page
      title="Overview"
      about="Where the data come from, how fresh they are, and what needs you."
      actions={
        <Permitted to="sources:add">
          <Link href="/sources/new" className="button">
            New source …
          </Link>
        </Permitted>
      }
    >
      <Loaded query={connections}>
        {(data) => <Connections connections={data.connections} runs={runs.data?.runs ?? []} />}
      </Loaded>
    </Page>
  );
}

function Connections({
  connections,
  runs,
}: {
  readonly connections: readonly Connection[];
  readonly runs: readonly Run[];
}) {
  const [state, setState] = useFilter('state');
  const [search = '', setSearch] = useFilter('search');
  if (connections.length === 0)
    return (
      <Empty>
        The configuration has no connections yet.{' '}
        <Permitted to="sources:add">“New source …” makes the first one; </Permitted>
        docs/configuration.md shows how one is written.
      </Empty>
    );
  const byRuns = Map.groupBy(runs, ({ connection }) => connection);
  const shown = connections.filter(
    (one) =>
      (state === undefined || one.state === state) &&
      (search === '' || `${one.name} ${one.source} ${one.destination}`.toLowerCase().includes(search.toLowerCase())),
  );
  return (
    <>
      <div className="filters">
        <div className="states" role="group" aria-label="State">
          <button type="button" aria-pressed={state === undefined} onClick={() => setState('')}>
            All {connections.length}
          </button>
          {STATES.map((one) => {
            const count = connections.filter((connection) => connection.state === one).length;
            if (count === 0 && state !== one) return null;
            return (
              <button type="button" key={one} aria-pressed={state === one} onClick={() => setState(one)}>
                {sentence(words(one))} {count}
              </button>
            );
          })}
        </div>
        <input
          type="search"
          aria-label="Search connections"
          placeholder="Search"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      </div>
      <p className="unseen" role="status">
        {shown.length} of {connections.length} connections are shown.
      </p>
      {shown.length === 0 ? (
        <Empty>No connection is like that.</Empty>
      ) : (
        <table className="folds">
          <caption className="unseen">Connections</caption>
          <Heads
            columns={[
              'Connection',
              'State',
              'Last success',
              'Next run',
              'Last run',
              { number: 'Rows written' },
              'Last runs',
            ]}
          />
          <tbody>
            {shown.map((one) => (
              <ConnectionRow key={one.name} connection={one} runs={byRuns.get(one.name) ?? []} />
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function ConnectionRow({ connection, runs }: { readonly connection: Connection; readonly runs: readonly Run[] }) {
  const {
    name,
    source,
    destination,
    state,
    next_step,
    last_success,
    last_run,
    next_slot,
    schedule,
    paused,
    action_required,
  } = connection;
  return (
    <tr>
      <th scope="row">
        <Link href={`/connections/${encodeURIComponent(name)}`}>{name}</Link>
        <br />
        <span className="small muted">
          {source} → {destination}
        </span>
      </th>
      <td data-label="State">
        <span>
          <Badge state={state} />
          <Why connection={connection} />
          {next_step !== null && <span className="small"> {next_step}</span>}
        </span>
      </td>
      <td data-label="Last success">
        {last_success === null ? <span className="none">never</span> : <Moment at={last_success} />}
      </td>
      <td data-label="Next run">
        <span>
          {next_slot === null ? (
            <span className="none">
              {paused !== null || action_required !== null ? 'None while it is held' : sentence(scheduleText(schedule))}
            </span>
          ) : (
            <>
              <Moment at={next_slot} />
              <br />
              <span className="small muted">{scheduleText(schedule)}</span>
            </>
          )}
        </span>
      </td>
      <td data-label="Last run">
        {last_run === null ? (
          <span className="none">none</span>
        ) : (
          <Link href={`/runs/${last_run.id}`} aria-label={`Last run of ${name}: ${words(last_run.state)}`}>
            <Badge state={last_run.state} />
          </Link>
        )}
      </td>
      <td data-label="Rows written" className="number">
        {last_run === null ? '' : countText(rowsOf(last_run))}
      </td>
      <td data-label="Last runs">
        <Spark runs={runs} />
      </td>
    </tr>
  );
}

/** Why the connection stands so, in a sentence. */
export function Why({ connection }: { readonly connection: Connection }) {
  const { paused, action_required, circuit, last_run } = connection;
  const error =
    action_required?.error ??
    circuit?.error ??
    last_run?.error ??
    Object.values(last_run?.streams ?? {}).find((stream) => stream.error !== undefined)?.error;
  const text =
    paused !== null ? `Paused by ${paused.by}${paused.reason === null ? '' : `: ${paused.reason}`}.` : error?.message;
  return text === undefined ? null : <span className="small muted"> {text}</span>;
}
