import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { answerOf, api, type Alert } from '../api/client';
import { alertsQuery } from '../api/queries';
import { Page, Part } from '../layout/page';
import { Badge } from '../parts/badge';
import { Empty, Failed, Loaded } from '../parts/loaded';
import { Moment } from '../parts/moment';
import { Permitted } from '../parts/permitted';
import { words } from '../parts/text';

export function AlertsPage() {
  const open = useQuery(alertsQuery(true));
  const over = useQuery(alertsQuery(false));
  return (
    <Page
      title="Alerts"
      about="What somebody should know. Those that are open come first; one that is acknowledged is not escalated any more."
    >
      <Part title="Open">
        <Loaded query={open}>
          {({ alerts }) =>
            alerts.length === 0 ? (
              <Empty>Nothing is wrong: no alert is open.</Empty>
            ) : (
              alerts.map((alert) => <AlertCard key={alert.id} alert={alert} />)
            )
          }
        </Loaded>
      </Part>
      <Part title="Over">
        <Loaded query={over}>
          {({ alerts }) =>
            alerts.length === 0 ? (
              <Empty>None yet.</Empty>
            ) : (
              alerts.map((alert) => <AlertCard key={alert.id} alert={alert} />)
            )
          }
        </Loaded>
      </Part>
    </Page>
  );
}

function AlertCard({ alert }: { readonly alert: Alert }) {
  const {
    id,
    severity,
    title,
    what,
    meaning,
    next,
    command,
    opened_at,
    times,
    acknowledged,
    resolved_at,
    run,
    deliveries,
  } = alert;
  const client = useQueryClient();
  const acknowledge = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/api/alerts/{id}/acknowledge', {
          params: { path: { id } },
          headers: { 'Content-Type': 'application/json' },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ['alerts'] }),
  });
  const isOver = resolved_at !== null;
  const tone = isOver ? '' : severity === 'critical' ? 'bad' : 'warn';
  return (
    <article className={`notice ${tone}`}>
      <h3>
        <Badge state={isOver ? 'resolved' : severity} /> {title}
      </h3>
      <p>{what}</p>
      <p className="muted">{meaning}</p>
      <p className="next">
        <strong>Next step:</strong> {next} <code>{command}</code>
      </p>
      <p className="small muted">
        Open since <Moment at={opened_at} isWhole />
        {times > 1 && `, seen ${times} times`}
        {isOver && (
          <>
            , over since <Moment at={resolved_at} isWhole />
          </>
        )}
        {run !== null && (
          <>
            , <Link href={`/runs/${run}`}>the run</Link>
          </>
        )}
        {deliveries.map((one) => `, ${one.channel}: ${words(one.state)}`)}
      </p>
      {!isOver && (
        <p className="next">
          {acknowledged === null ? (
            <Permitted to="alerts:manage">
              <button type="button" disabled={acknowledge.isPending} onClick={() => acknowledge.mutate()}>
                Acknowledge
              </button>
            </Permitted>
          ) : (
            <span className="small">
              Acknowledged by {acknowledged.by} <Moment at={acknowledged.at} />
            </span>
          )}
        </p>
      )}
      {acknowledge.error !== null && <Failed error={acknowledge.error} />}
    </article>
  );
}
