import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { connectionsQuery, quarantineQuery } from '../api/queries';
import { Page } from '../layout/page';
import { useFilter } from '../parts/address';
import { Choice } from '../parts/choice';
import { Empty, Failed, Loaded } from '../parts/loaded';
import { Moment } from '../parts/moment';
import { countText } from '../parts/text';

/** What was rejected, by connection, stream and reason. The records themselves stay in the destination. */
export function QuarantinePage() {
  const connections = useQuery(connectionsQuery);
  return (
    <Page
      title="Quarantine"
      about="Records that were rejected, with the reason. They are kept in the destination until a good version comes or they are replayed; their values are never shown here."
    >
      <Loaded query={connections}>{(data) => <Reasons names={data.connections.map(({ name }) => name)} />}</Loaded>
    </Page>
  );
}

function Reasons({ names }: { readonly names: readonly string[] }) {
  const [connection, setConnection] = useFilter('connection');
  const wanted = names.filter((name) => connection === undefined || name === connection);
  const found = useQueries({ queries: wanted.map((name) => quarantineQuery(name)) });
  const isLoading = found.some(({ data, error }) => data === undefined && error === null);
  const rows = found.flatMap(({ data }) =>
    data === undefined ? [] : data.reasons.map((reason) => ({ ...reason, connection: data.connection })),
  );
  return (
    <>
      <div className="filters">
        <Choice
          id="connection"
          label="Connection"
          value={connection}
          change={setConnection}
          values={names}
          nameOf={(name) => name}
        />
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
            <thead>
              <tr>
                <th scope="col">Reason</th>
                <th scope="col">Connection</th>
                <th scope="col">Stream</th>
                <th scope="col" className="number">
                  Records
                </th>
                <th scope="col">First seen</th>
                <th scope="col">Last seen</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={`${row.connection} ${row.stream} ${row.reason}`}>
                  <th scope="row">{row.reason}</th>
                  <td data-label="Connection">
                    <Link href={`/connections/${encodeURIComponent(row.connection)}`}>{row.connection}</Link>
                  </td>
                  <td data-label="Stream">{row.stream}</td>
                  <td data-label="Records" className="number">
                    {countText(row.records)}
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
            <strong>Next step:</strong> correct the cause, then look with{' '}
            <code>tributary quarantine replay CONNECTION --dry-run</code> and replay without it.{' '}
            <code>tributary quarantine list CONNECTION</code> names file and line of each.
          </p>
        </>
      )}
    </>
  );
}
