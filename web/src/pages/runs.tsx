import { useInfiniteQuery } from '@tanstack/react-query';
import { answerOf, api } from '../api/client';
import { Page } from '../layout/page';
import { useFilter } from '../parts/address';
import { ConnectionChoice } from '../parts/connection-choice';
import { Empty, Loaded } from '../parts/loaded';
import { RunTable } from '../parts/run-table';
import { Choice } from '../parts/choice';

const STATES = ['running', 'succeeded', 'partial', 'failed', 'cancelled', 'interrupted', 'queued'];

export function RunsPage() {
  const [connection] = useFilter('connection');
  const [state, setState] = useFilter('state');
  const runs = useInfiniteQuery({
    queryKey: ['all runs', connection, state],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      answerOf(
        api.GET('/api/runs', {
          params: { query: { connection, state, cursor: pageParam, limit: 50 } as never },
        }),
      ),
    getNextPageParam: ({ next }) => next ?? undefined,
  });
  return (
    <Page title="Runs" about="Every execution of a connection, the latest first.">
      <div className="filters">
        <ConnectionChoice />
        <Choice id="state" label="State" value={state} change={setState} values={STATES} />
      </div>
      <Loaded query={runs as never}>
        {(data: NonNullable<typeof runs.data>) => {
          const shown = data.pages.flatMap((page) => page.runs);
          return shown.length === 0 ? (
            <Empty>
              {connection === undefined && state === undefined ? 'Nothing ran yet.' : 'No run is like that.'}
            </Empty>
          ) : (
            <RunTable runs={shown} caption="Runs" />
          );
        }}
      </Loaded>
      {runs.hasNextPage && (
        <p className="more">
          <button type="button" disabled={runs.isFetchingNextPage} onClick={() => void runs.fetchNextPage()}>
            Older runs
          </button>
        </p>
      )}
    </Page>
  );
}
