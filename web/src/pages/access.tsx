import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { answerOf, api, type Answer } from '../api/client';
import { accessQuery, emergenciesQuery, meQuery } from '../api/queries';
import { Page, Part } from '../layout/page';
import { Badge } from '../parts/badge';
import { AskDialog } from '../parts/dialog';
import { Heads } from '../parts/heads';
import { Empty, Loaded } from '../parts/loaded';
import { Moment, useNow } from '../parts/moment';

type Emergency = Answer<'/api/break-glass', 'get', 200>['accesses'][number];
type Review = Answer<'/api/access', 'get', 200>;

export function AccessPage() {
  const emergencies = useQuery(emergenciesQuery);
  const access = useQuery(accessQuery);
  return (
    <Page
      title="Access"
      about={
        <>
          Who took emergency access to what tells of single persons, and who may do what. Tokens are made and revoked on
          the machine, by <code>tributary tokens</code>.
        </>
      }
    >
      <Part
        title="Emergency access"
        lead="For a limited time, with a reason. Once it is over, somebody else reviews it: until then its alert stays."
      >
        <Loaded query={emergencies}>{({ accesses }) => <Emergencies accesses={accesses} />}</Loaded>
      </Part>
      <Part
        title="Who may do what"
        lead="As the store, the configuration and the audit log know it. What to look at comes first."
      >
        <Loaded query={access}>{(review) => <Allowed review={review} />}</Loaded>
      </Part>
    </Page>
  );
}

function Emergencies({ accesses }: { readonly accesses: readonly Emergency[] }) {
  const [asked, ask] = useState<Emergency>();
  const client = useQueryClient();
  const waiting = accesses.filter((one) => one.reviewed_at === null);
  const reviewed = accesses.filter((one) => one.reviewed_at !== null);
  if (accesses.length === 0) return <Empty>Nobody took emergency access.</Empty>;
  return (
    <>
      {waiting.length === 0 && <Empty>All are reviewed.</Empty>}
      {waiting.map((one) => (
        <Waiting key={one.id} one={one} ask={() => ask(one)} />
      ))}
      {reviewed.length > 0 && (
        <table className="folds more">
          <caption>Reviewed</caption>
          <Heads columns={['Who', 'Reason', 'From', 'To', 'Reviewed']} />
          <tbody>
            {reviewed.map((one) => (
              <tr key={one.id}>
                <th scope="row">{one.actor}</th>
                <td data-label="Reason">{one.reason}</td>
                <td data-label="From">
                  <Moment at={one.opened_at} isWhole />
                </td>
                <td data-label="To">
                  <Moment at={one.ended_at ?? one.expires_at} isWhole />
                </td>
                <td data-label="Reviewed">
                  <span>
                    <Moment at={one.reviewed_at!} isWhole /> by {one.reviewed_by}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {asked !== undefined && (
        <AskDialog
          title={`The emergency access of ${asked.actor}`}
          verb="It was in order"
          close={() => ask(undefined)}
          does={async () => {
            await answerOf(
              api.POST('/api/break-glass/{id}/review', {
                params: { path: { id: asked.id } },
                headers: { 'Content-Type': 'application/json' },
              }),
            );
            await client.invalidateQueries({ queryKey: ['break-glass'] });
            await client.invalidateQueries({ queryKey: ['alerts'] });
          }}
        >
          <p>
            They gave as reason “{asked.reason}”. That you reviewed it stands in the audit log with your name, and its
            alert is over. If it was not in order, leave it open and follow it up.
          </p>
        </AskDialog>
      )}
    </>
  );
}

function Waiting({ one, ask }: { readonly one: Emergency; readonly ask: () => void }) {
  const { data: me } = useQuery(meQuery);
  const isOpen = one.ended_at === null && Date.parse(one.expires_at) > useNow();
  return (
    <article className={`notice ${isOpen ? 'bad' : 'warn'}`}>
      <h3>
        <Badge state={isOpen ? 'open' : 'not_reviewed'} /> {one.actor}
      </h3>
      <p>{one.reason}</p>
      <p className="small muted">
        From <Moment at={one.opened_at} isWhole />, {isOpen ? 'open to ' : 'ended '}
        <Moment at={one.ended_at ?? one.expires_at} isWhole />
        {one.ended_by !== null && one.ended_by !== one.actor && ` by ${one.ended_by}`}
        {'. '}
        <Link href={`/audit?actor=${encodeURIComponent(one.actor)}`}>What they did meanwhile</Link>
      </p>
      <p className="next">
        {isOpen ? (
          <span className="small">It can be reviewed once it is over.</span>
        ) : me?.name === one.actor ? (
          <span className="small">It is your own: somebody else must review it.</span>
        ) : (
          <button type="button" onClick={ask}>
            Review …<span className="unseen"> that of {one.actor}</span>
          </button>
        )}
      </p>
    </article>
  );
}

const KINDS = { token: 'API token', person: 'logs in', machine: 'account on a machine' };

function Allowed({ review: { reviewed, groups } }: { readonly review: Review }) {
  const first = reviewed.toSorted((one, other) => Number(other.notes.length > 0) - Number(one.notes.length > 0));
  if (reviewed.length + groups.length === 0) return <Empty>There are no tokens, no logins and no groups.</Empty>;
  return (
    <>
      {first.length > 0 && (
        <table className="folds">
          <caption className="unseen">Tokens, people and accounts</caption>
          <Heads columns={['Who', 'Roles', 'Connections', 'Regions', 'Last seen', 'Ends', 'Look at']} />
          <tbody>
            {first.map((one) => (
              <tr key={`${one.kind} ${one.name}`}>
                <th scope="row">
                  {one.name} <span className="small muted plain">{KINDS[one.kind]}</span>
                </th>
                <Scope of={one} />
                <td data-label="Last seen">
                  {one.last_seen_at === null ? <span className="none">never</span> : <Moment at={one.last_seen_at} />}
                </td>
                <td data-label="Ends">
                  {one.expires_at === null ? <span className="none">–</span> : <Moment at={one.expires_at} />}
                </td>
                <Notes notes={one.notes} />
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {groups.length > 0 && (
        <table className="folds more">
          <caption>Groups of the login, as the configuration has them</caption>
          <Heads columns={['Group', 'Roles', 'Connections', 'Regions', 'Look at']} />
          <tbody>
            {groups.map((one) => (
              <tr key={one.group}>
                <th scope="row">{one.group}</th>
                <Scope of={one} />
                <Notes notes={one.notes} />
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

const Scope = ({
  of: { roles, connections, regions },
}: {
  readonly of: Review['groups'][number] | Review['reviewed'][number];
}) => (
  <>
    <td data-label="Roles">{roles.join(', ') || <span className="none">none</span>}</td>
    <td data-label="Connections">{connections?.join(', ') ?? 'all'}</td>
    <td data-label="Regions">{regions?.join(', ') ?? 'all'}</td>
  </>
);

const Notes = ({ notes }: { readonly notes: readonly string[] }) => (
  <td data-label="Look at">
    {notes.length === 0 ? (
      <span className="none">–</span>
    ) : (
      <span>
        {notes.map((note) => (
          <span className="look" key={note}>
            <Badge state="look">{note}</Badge>
          </span>
        ))}
      </span>
    )}
  </td>
);
