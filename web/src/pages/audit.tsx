import { useInfiniteQuery } from '@tanstack/react-query';
import { answerOf, api } from '../api/client';
import { Page } from '../layout/page';
import { useFilter } from '../parts/address';
import { Badge } from '../parts/badge';
import { Choice } from '../parts/choice';
import { Empty, Loaded } from '../parts/loaded';
import { Moment } from '../parts/moment';
import { Heads } from '../parts/heads';

const OUTCOMES = ['allowed', 'denied', 'failed'];

/** Who did what, as the chained log has it. */
export function AuditPage() {
  const [actor, setActor] = useFilter('actor');
  const [action, setAction] = useFilter('action');
  const [outcome, setOutcome] = useFilter('outcome');
  const entries = useInfiniteQuery({
    queryKey: ['audit', actor, action, outcome],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      answerOf(
        api.GET('/api/audit', { params: { query: { actor, action, outcome, cursor: pageParam, limit: 50 } as never } }),
      ),
    getNextPageParam: ({ next }) => next ?? undefined,
  });
  const shown = entries.data?.pages.flatMap((page) => page.entries) ?? [];
  const told = (key: 'actor' | 'action') => [...new Set(shown.map((entry) => entry[key]))].toSorted();
  return (
    <Page
      title="Audit"
      about={
        <>
          Who did or read what, the latest first. Each entry holds the hash of the one before:{' '}
          <code>tributary audit verify</code> finds one that was changed or taken away.
        </>
      }
    >
      <div className="filters">
        <Choice id="actor" label="Who" value={actor} change={setActor} values={told('actor')} nameOf={(name) => name} />
        <Choice
          id="action"
          label="What"
          value={action}
          change={setAction}
          values={told('action')}
          nameOf={(name) => name}
        />
        <Choice id="outcome" label="Outcome" value={outcome} change={setOutcome} values={OUTCOMES} />
      </div>
      <Loaded query={entries as never}>
        {() =>
          shown.length === 0 ? (
            <Empty>Nothing is like that.</Empty>
          ) : (
            <table className="folds">
              <caption className="unseen">Entries of the audit log</caption>
              <Heads columns={[{ number: 'No.' }, 'When', 'Who', 'What', 'Of what', 'Outcome', 'Hash']} />
              <tbody>
                {shown.map(({ seq, at, actor: who, action: what, object, outcome: how, detail, hash }) => (
                  <tr key={seq}>
                    <th scope="row" className="number">
                      {seq}
                    </th>
                    <td data-label="When">
                      <Moment at={at} isWhole />
                    </td>
                    <td data-label="Who">{who}</td>
                    <td data-label="What">{what}</td>
                    <td data-label="Of what">
                      <span>
                        {object}
                        <Detail detail={detail} />
                      </span>
                    </td>
                    <td data-label="Outcome">
                      <Badge state={how} />
                    </td>
                    <td data-label="Hash">
                      <code className="nowrap" title={hash}>
                        {hash.slice(0, 10)}
                      </code>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
      {entries.hasNextPage && (
        <p className="more">
          <button type="button" disabled={entries.isFetchingNextPage} onClick={() => void entries.fetchNextPage()}>
            Older entries
          </button>
        </p>
      )}
    </Page>
  );
}

function Detail({ detail }: { readonly detail: Readonly<Record<string, unknown>> }) {
  // Which request it was finds it in the host's log, and says nothing here.
  const told = Object.entries(detail).filter(
    ([name, value]) => name !== 'request_id' && value !== null && value !== '',
  );
  if (told.length === 0) return null;
  return (
    <span className="small muted">
      {' '}
      {told.map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`).join('; ')}
    </span>
  );
}
