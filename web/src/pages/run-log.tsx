import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf, api } from '../api/client';
import { saveFile } from '../api/token';
import { Part } from '../layout/page';
import { Empty, Failed, Loaded } from '../parts/loaded';
import { countText } from '../parts/text';

const LEVELS = { info: 'Everything', warn: 'Warnings', error: 'Errors' } as const;
type Level = keyof typeof LEVELS;

const PAGE = 200;

const linesOf = (id: string, level: Level, cursor: string | undefined) =>
  answerOf(
    api.GET('/api/runs/{id}/logs', {
      params: { path: { id }, query: { level, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) } as never },
    }),
  );

/** All lines of the level, however many pages they are. */
async function wholeLog(id: string, level: Level): Promise<string> {
  const texts: string[] = [];
  let cursor: string | undefined;
  do {
    const { lines, next } = await linesOf(id, level, cursor);
    texts.push(...lines.map((line) => `${line.at} ${line.level} ${line.message}\n`));
    cursor = next ?? undefined;
  } while (cursor !== undefined);
  return texts.join('');
}

export function LogPart({ id }: { readonly id: string }) {
  const [level, setLevel] = useState<Level>('info');
  const logs = useInfiniteQuery({
    queryKey: ['run', id, 'logs', level],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => linesOf(id, level, pageParam),
    getNextPageParam: ({ next }) => next ?? undefined,
  });
  const saving = useMutation({
    mutationFn: async () => saveFile(new Blob([await wholeLog(id, level)], { type: 'text/plain' }), `run-${id}.log`),
  });
  const lines = logs.data?.pages.flatMap((page) => page.lines) ?? [];
  return (
    <Part title="Log">
      <div className="filters">
        <div className="states" role="group" aria-label="Level of the log">
          {(Object.keys(LEVELS) as Level[]).map((one) => (
            <button type="button" key={one} aria-pressed={level === one} onClick={() => setLevel(one)}>
              {LEVELS[one]}
            </button>
          ))}
        </div>
        <div className="states">
          <button type="button" disabled={saving.isPending} onClick={() => saving.mutate()}>
            Download
          </button>
        </div>
      </div>
      {saving.error !== null && <Failed error={saving.error} />}
      <Loaded query={logs as never}>
        {() =>
          lines.length === 0 ? (
            <Empty>The log has nothing of this level.</Empty>
          ) : (
            <ol className="log" tabIndex={0} aria-label="Log of the run">
              {lines.map((line) => (
                <li key={line.seq} className={line.level}>
                  <time dateTime={line.at}>{line.at.slice(11, 23)}</time>
                  <span>{line.level}</span>
                  <span>{line.message}</span>
                </li>
              ))}
            </ol>
          )
        }
      </Loaded>
      {logs.hasNextPage && (
        <p className="next">
          <button type="button" disabled={logs.isFetchingNextPage} onClick={() => void logs.fetchNextPage()}>
            More lines
          </button>{' '}
          <span className="small muted">These are the first {countText(lines.length)}.</span>
        </p>
      )}
    </Part>
  );
}
