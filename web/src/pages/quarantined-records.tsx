import { useMutation, useQuery } from '@tanstack/react-query';
import { answerOf, api, type Quarantined } from '../api/client';
import { meQuery, quarantinedQuery } from '../api/queries';
import { Part } from '../layout/page';
import { Empty, Failed, Loaded } from '../parts/loaded';
import { Moment } from '../parts/moment';
import { countText, words } from '../parts/text';

interface RecordsProps {
  readonly connection: string;
  readonly stream: string | undefined;
}

/** Where each record was and which rule it broke. Its values are shown to those with the right to see persons. */
export function QuarantinedRecords({ connection, stream }: RecordsProps) {
  const records = useQuery(quarantinedQuery(connection, stream));
  const { data: me } = useQuery(meQuery);
  const maySee = me?.permissions.includes('phi:read') ?? false;
  return (
    <Part
      title={`Records of ${connection}`}
      lead={`The latest seen first, at most 200. ${maySee ? 'Who opens a record is noted in the audit log.' : 'Their values need the role phi.'}`}
    >
      <Loaded query={records}>
        {(data) =>
          data.records.length === 0 ? (
            <Empty>No record of it is in quarantine.</Empty>
          ) : (
            <table className="folds">
              <caption className="unseen">Records in quarantine of {connection}</caption>
              <thead>
                <tr>
                  <th scope="col">Where</th>
                  <th scope="col">Stream</th>
                  <th scope="col">Why</th>
                  <th scope="col" className="number">
                    Times
                  </th>
                  <th scope="col">Last seen</th>
                  {maySee && <th scope="col">Record</th>}
                </tr>
              </thead>
              <tbody>
                {data.records.map((record) => (
                  <tr key={record.id}>
                    <th scope="row">
                      {record.slice}
                      <span className="small muted"> record {countText(record.position)}</span>
                    </th>
                    <td data-label="Stream">{record.stream}</td>
                    <td data-label="Why">
                      <span>
                        {words(record.reason)}
                        {record.field !== null && (
                          <>
                            {' '}
                            in <code>{record.field}</code>
                          </>
                        )}
                        <br />
                        <span className="small muted">{record.detail}</span>
                      </span>
                    </td>
                    <td data-label="Times" className="number">
                      {countText(record.times)}
                    </td>
                    <td data-label="Last seen">
                      <Moment at={record.last_seen} />
                    </td>
                    {maySee && (
                      <td data-label="Record">
                        <Payload connection={connection} record={record} />
                      </td>
                    )}
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
    </Part>
  );
}

/** Asked for one at a time, and only when somebody wants it. */
function Payload({ connection, record: { id } }: { readonly connection: string; readonly record: Quarantined }) {
  const asking = useMutation({
    mutationFn: () =>
      answerOf(
        api.GET('/api/connections/{name}/quarantine/records/{id}', { params: { path: { name: connection, id } } }),
      ),
  });
  if (asking.data !== undefined) return <pre className="payload">{JSON.stringify(asking.data.payload, null, 1)}</pre>;
  return (
    <>
      <button type="button" disabled={asking.isPending} onClick={() => asking.mutate()}>
        Show <span className="unseen">record {id}</span>
      </button>
      {asking.error !== null && <Failed error={asking.error} />}
    </>
  );
}
