import { Link } from 'wouter';
import type { Run } from '../api/client';
import { Badge } from './badge';
import { Moment } from './moment';
import { rowsOf } from './spark';
import { countText, durationText, words } from './text';

const readOf = (run: Run): number =>
  Object.values(run.streams).reduce((sum, { ledger }) => sum + (ledger['read'] ?? 0), 0);

const rejectedOf = (run: Run): number =>
  Object.values(run.streams).reduce((sum, { ledger }) => sum + (ledger['quarantined'] ?? 0), 0);

interface RunTableProps {
  readonly runs: readonly Run[];
  readonly caption: string;
  /** Of one connection, whose name need not be repeated. */
  readonly isOfOne?: boolean;
}

export function RunTable({ runs, caption, isOfOne = false }: RunTableProps) {
  return (
    <table className="folds">
      <caption className="unseen">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Started</th>
          {!isOfOne && <th scope="col">Connection</th>}
          <th scope="col">State</th>
          <th scope="col">Asked by</th>
          <th scope="col" className="number">
            Took
          </th>
          <th scope="col" className="number">
            Read
          </th>
          <th scope="col" className="number">
            Written
          </th>
          <th scope="col" className="number">
            Quarantined
          </th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <tr key={run.id}>
            <th scope="row">
              <Link href={`/runs/${run.id}`}>
                <Moment at={run.started_at} isWhole />
              </Link>
            </th>
            {!isOfOne && (
              <td data-label="Connection">
                <Link href={`/connections/${encodeURIComponent(run.connection)}`}>{run.connection}</Link>
              </td>
            )}
            <td data-label="State">
              <span>
                <Badge state={run.state} />
                {run.error !== undefined && <span className="small"> {run.error.message}</span>}
              </span>
            </td>
            <td data-label="Asked by">{words(run.trigger)}</td>
            <td data-label="Took" className="number">
              {run.ended_at === undefined
                ? 'under way'
                : durationText(Date.parse(run.ended_at) - Date.parse(run.started_at))}
            </td>
            <td data-label="Read" className="number">
              {countText(readOf(run))}
            </td>
            <td data-label="Written" className="number">
              {countText(rowsOf(run))}
            </td>
            <td data-label="Quarantined" className="number">
              {countText(rejectedOf(run))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
