import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { actsQuery, schemaChangesQuery } from '../api/queries';
import { Part } from '../layout/page';
import { Heads } from '../parts/heads';
import { Empty, Failed, Loaded } from '../parts/loaded';
import { Moment } from '../parts/moment';
import { useMay } from '../parts/permitted';
import { changeText } from './catalog';

/** Acts in the audit log that change how a connection goes on, asked by a page or by the command line. */
const ACTS: Readonly<Record<string, string>> = {
  'connections.pause': 'paused it',
  'connections.resume': 'let its schedule go on',
  'requests.ask': 'asked for a run',
  'backfills.ask': 'asked for days to be read again',
  'bookmarks.apply': 'forgot bookmarks',
  'quarantine.replay': 'replayed the quarantine',
  pause: 'paused it',
  resume: 'let its schedule go on',
  sync: 'ran it',
  backfill: 'asked for days to be read again',
  'state.set': 'set a bookmark',
  'state.reset': 'forgot bookmarks',
};

const MOST = 20;

/** What happened beside the runs: changed columns, and for who may read the audit log what people did. */
export function ConnectionEvents({ name }: { readonly name: string }) {
  const changes = useQuery(schemaChangesQuery(name));
  const mayAudit = useMay('audit:read');
  // To read the audit log is an act that stands in it: it is not done for everybody who passes by.
  const [isAsked, ask] = useState(false);
  const acts = useQuery({ ...actsQuery(name), enabled: isAsked });
  const done = (acts.data?.entries ?? []).flatMap(({ seq, at, actor, action, outcome }) => {
    const what = ACTS[action];
    return what === undefined
      ? []
      : [{ id: `${seq}`, at, who: actor, what: outcome === 'allowed' ? what : `${what}: ${outcome}`, run: undefined }];
  });
  return (
    <Part
      title="What else happened"
      lead={`Columns that changed${isAsked ? ', and what people did' : ''}, the latest first.`}
    >
      <Loaded query={changes}>
        {(data) => {
          const moved = data.changes.map((change) => ({
            id: `${change.run} ${change.stream} ${change.at}`,
            at: change.at,
            who: 'a run',
            what: changeText(change),
            run: change.run,
          }));
          const all = [...moved, ...done].toSorted((one, other) => other.at.localeCompare(one.at)).slice(0, MOST);
          return all.length === 0 ? (
            <Empty>{isAsked ? 'Nothing yet.' : 'No column has changed since its table was made.'}</Empty>
          ) : (
            <table className="folds">
              <caption className="unseen">What else happened to {name}</caption>
              <Heads columns={['When', 'Who', 'What']} />
              <tbody>
                {all.map(({ id, at, who, what, run }) => (
                  <tr key={id}>
                    <th scope="row">
                      <Moment at={at} isWhole />
                    </th>
                    <td data-label="Who">{run === undefined ? who : <Link href={`/runs/${run}`}>{who}</Link>}</td>
                    <td data-label="What">{what}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          );
        }}
      </Loaded>
      {acts.error !== null && <Failed error={acts.error} />}
      {mayAudit && !isAsked && (
        <p className="more">
          <button type="button" onClick={() => ask(true)}>
            Show what people did
          </button>
        </p>
      )}
    </Part>
  );
}
