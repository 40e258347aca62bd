import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { schedulesQuery } from '../api/queries';
import { Page } from '../layout/page';
import { Badge } from '../parts/badge';
import { Empty, Loaded } from '../parts/loaded';
import { Moment } from '../parts/moment';
import { scheduleText } from '../parts/text';
import { Heads } from '../parts/heads';

export function SchedulesPage() {
  const schedules = useQuery(schedulesQuery);
  return (
    <Page
      title="Schedules"
      about="Connections that run by themselves, the one that is due next first. A connection page pauses and resumes its own."
    >
      <Loaded query={schedules}>
        {(data) =>
          data.schedules.length === 0 ? (
            <Empty>
              No connection has a schedule. Add <code>schedule: {'{ every: 6h }'}</code> to one in the configuration.
            </Empty>
          ) : (
            <table className="folds">
              <caption className="unseen">Schedules</caption>
              <Heads columns={['Connection', 'State', 'Schedule', 'Next run', 'Overdue since', 'Last success']} />
              <tbody>
                {data.schedules.map(({ connection, state, schedule, next_slot, overdue_slot, last_success }) => (
                  <tr key={connection}>
                    <th scope="row">
                      <Link href={`/connections/${encodeURIComponent(connection)}`}>{connection}</Link>
                    </th>
                    <td data-label="State">
                      <Badge state={state} />
                    </td>
                    <td data-label="Schedule">{scheduleText(schedule)}</td>
                    <td data-label="Next run">
                      {next_slot === null ? (
                        <span className="none">
                          {'after' in schedule ? 'follows another' : 'none while it is held'}
                        </span>
                      ) : (
                        <Moment at={next_slot} isWhole />
                      )}
                    </td>
                    <td data-label="Overdue since">
                      {state === 'late' && overdue_slot !== null ? (
                        <Moment at={overdue_slot} isWhole />
                      ) : (
                        <span className="none">not overdue</span>
                      )}
                    </td>
                    <td data-label="Last success">
                      {last_success === null ? (
                        <span className="none">never</span>
                      ) : (
                        <Moment at={last_success} isWhole />
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
    </Page>
  );
}
