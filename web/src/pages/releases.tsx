import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import type { Release } from '../api/client';
import { monthsQuery, releasesQuery, sectionQuery } from '../api/queries';
import { Page, Part } from '../layout/page';
import { useFilter } from '../parts/address';
import { Badge } from '../parts/badge';
import { Choice } from '../parts/choice';
import { Empty, Loaded } from '../parts/loaded';
import { Moment } from '../parts/moment';
import { countText } from '../parts/text';
import { Moves } from '../report/moves';
import { monthText } from '../report/number-text';
import { ReportPages } from '../report/report-pages';
import { Heads } from '../parts/heads';

/** The versions of a month as they were published, and what moved from each to the next. */
export function ReleasesPage({ month }: { readonly month: string }) {
  const releases = useQuery(releasesQuery(month));
  const months = useQuery(monthsQuery);
  const [, go] = useLocation();
  const [version, setVersion] = useFilter('version');
  return (
    <Page
      title={`Releases of ${monthText(month)}`}
      about="A release is the month as it was published; none is ever changed. Later data make a new version, which says what moved and why."
    >
      <ReportPages month={month} at="releases" />
      <div className="filters">
        <Choice
          id="month"
          label="Month"
          value={month}
          change={(chosen) => go(`/performance/${chosen || (months.data?.months[0] ?? month)}/releases`)}
          values={months.data?.months ?? [month]}
          nameOf={monthText}
          all="The latest"
        />
      </div>
      <Loaded query={releases}>
        {(data) => {
          const shown = data.releases.find((one) => String(one.version) === version) ?? data.releases[0];
          return shown === undefined ? (
            <Empty>
              It was never released. The first look at <Link href={`/performance/${month}`}>its figures</Link> does
              that.
            </Empty>
          ) : (
            <>
              <Versions releases={data.releases} shown={shown.version} choose={setVersion} />
              <Differences release={shown} isFirst={shown.version === data.releases.at(-1)!.version} />
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

interface VersionsProps {
  readonly releases: readonly Release[];
  readonly shown: number;
  readonly choose: (version: string) => void;
}

const Versions = ({ releases, shown, choose }: VersionsProps) => (
  <table className="folds">
    <caption className="unseen">Versions, the newest first</caption>
    <Heads
      columns={[
        'Version',
        'State',
        'Published',
        'By',
        { number: 'Rows moved' },
        { number: 'Figures hidden' },
        'Checksum',
        'Figures',
      ]}
    />
    <tbody>
      {releases.map(({ version, state, published_at, published_by, moved, hidden, checksum, month }) => (
        <tr key={version} className={version === shown ? 'chosen' : undefined}>
          <th scope="row">
            <button
              type="button"
              className="plain"
              aria-pressed={version === shown}
              onClick={() => choose(String(version))}
            >
              Version {version}
            </button>
          </th>
          <td data-label="State">
            <Badge state={state} />
          </td>
          <td data-label="Published">
            <Moment at={published_at} isWhole />
          </td>
          <td data-label="By">{published_by}</td>
          <td data-label="Rows moved" className="number">
            {countText(moved)}
          </td>
          <td data-label="Figures hidden" className="number">
            {countText(hidden)}
          </td>
          <td data-label="Checksum">
            <code title={checksum}>{checksum.slice(0, 12)}</code>
          </td>
          <td data-label="Figures">
            <Link href={`/performance/${month}?release=${version}`}>
              As published<span className="unseen"> with version {version}</span>
            </Link>
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);

function Differences({ release, isFirst }: { readonly release: Release; readonly isFirst: boolean }) {
  const section = useQuery({ ...sectionQuery(release.month, release.version), enabled: !isFirst });
  if (isFirst)
    return (
      <Part title={`Version ${release.version}`}>
        <Empty>It is the first version: there is none before it to differ from.</Empty>
      </Part>
    );
  return (
    <>
      <Part
        title={`What moved with version ${release.version}`}
        lead="Against the version before. A figure that is hidden in one of the two is left out: that it moved would tell of it."
      >
        <Loaded query={section}>
          {({ restatement }) =>
            restatement === null || restatement.moves.length === 0 ? (
              <Empty>No figure that is shown has moved.</Empty>
            ) : (
              <Moves key={release.version} restatement={restatement} />
            )
          }
        </Loaded>
      </Part>
      <Part
        title="Why"
        lead="Runs that changed rows the figures are made from, and definitions that changed, since the version before."
      >
        <Causes release={release} />
      </Part>
    </>
  );
}

function Causes({ release: { causes } }: { readonly release: Release }) {
  if (causes.length === 0) return <Empty>Nothing is known: no run changed such rows, and no definition did.</Empty>;
  return (
    <ul className="listed">
      {causes.map(({ kind, id, connection, sources }) => (
        <li key={`${kind} ${id}`}>
          {kind === 'definition' ? (
            <>The definition of {id} changed.</>
          ) : kind === 'incomplete' ? (
            <>
              It was published although days are missing: {id}
              {sources.length > 0 && <span className="small muted"> {sources.join(', ')}</span>}
            </>
          ) : (
            <>
              <Link href={`/runs/${id}`}>Run {id.slice(0, 8)}</Link> of {connection}
              {sources.length > 0 && <span className="small muted"> read {sources.join(', ')}</span>}
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
