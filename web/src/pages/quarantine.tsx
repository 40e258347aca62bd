import { useQueries, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { connectionsQuery, quarantineQuery } from '../api/queries';
import { Page } from '../layout/page';
import { useFilter } from '../parts/address';
import { ConnectionChoice } from '../parts/connection-choice';
import { Empty, Failed, Loaded } from '../parts/loaded';
import { Moment } from '../parts/moment';
import { Permitted } from '../parts/permitted';
import { countText } from '../parts/text';
import { QuarantinedRecords } from './quarantined-records';
import { ReplayDialog } from './replay-dialog';
import { Heads } from '../parts/heads';

/** What was rejected, by connection, stream and reason, and of one connection each record. */
export function QuarantinePage() {
  const connections = useQuery(connectionsQuery);
  return (
    <Page
      title="Quarantine"
      about="Records that were rejected, with the reason. They are kept in the destination until a good version comes or they are replayed. Choose a connection to see where each one was."
    >
      <Loaded query={connections}>{(data) => <Reasons names={data.connections.map(({ name }) => name)} />}</Loaded>
    </Page>
  );
}

function Reasons({ names }: { readonly names: readonly string[] }) {
  const [connection] = useFilter('connection');
  const [stream] = useFilter('stream');
  const [replaying, setReplaying] = useState<string>();
  const [, go] = useLocation();
  const wanted = names.filter((name) => connection === undefined || name === connection);
  const found = useQueries({ queries: wanted.map((name) => quarantineQuery(name)) });
  const isLoading = found.some(({ data, error }) => data === undefined && error === null);
  const rows = found.flatMap(({ data }) =>
    data === undefined ? [] : data.reasons.map((reason) => ({ ...reason, connection: data.connection })),
  );
  return (
    <>
      <div className="filters">
        <ConnectionChoice />
      </div>
      {found.map(({ error }, index) => error !== null && <Failed key={wanted[index]} error={error} />)}
      {isLoading ? (
        <p className="loading" role="status">
          Loading …
        </p>
      ) : rows.length === 0 ? (
        <Empty>No record is in quarantine.</Empty>
      ) : (
        <>
          <table className="folds">
            <caption className="unseen">Records in quarantine by reason</caption>
            <Heads columns={['Reason', 'Connection', 'Stream', { number: 'Records' }, 'First seen', 'Last seen']} />
            <tbody>
              {rows.map((row) => (
                <tr key={`${row.connection} ${row.stream} ${row.reason}`}>
                  <th scope="row">{row.reason}</th>
                  <td data-label="Connection">
                    <Link href={`/connections/${encodeURIComponent(row.connection)}`}>{row.connection}</Link>
                  </td>
                  <td data-label="Stream">{row.stream}</td>
                  <td data-label="Records" className="number">
                    <Link
                      href={`/quarantine?connection=${encodeURIComponent(row.connection)}&stream=${encodeURIComponent(row.stream)}`}
                    >
                      {countText(row.records)}
                    </Link>
                  </td>
                  <td data-label="First seen">
                    <Moment at={row.first_seen} isWhole />
                  </td>
                  <td data-label="Last seen">
                    <Moment at={row.last_seen} isWhole />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <p className="notice more">
            <strong>Next step:</strong> correct the cause in the configuration and start this host again with it; then
            replay. What passes is loaded, what does not stays here.
          </p>
          <Permitted to="runs:manage">
            <div className="more actions">
              {[...new Set(rows.map((row) => row.connection))].map((name) => (
                <button type="button" key={name} onClick={() => setReplaying(name)}>
                  Replay {name} …
                </button>
              ))}
            </div>
          </Permitted>
        </>
      )}
      {connection !== undefined && names.includes(connection) && (
        <QuarantinedRecords connection={connection} stream={stream} />
      )}
      {replaying !== undefined && (
        <ReplayDialog
          name={replaying}
          close={() => setReplaying(undefined)}
          asked={() => go(`/connections/${encodeURIComponent(replaying)}`)}
        />
      )}
    </>
  );
}
