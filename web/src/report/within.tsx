import { useQuery } from '@tanstack/react-query';
import type { Section, TableRow } from '../api/client';
import { tableQuery } from '../api/queries';
import { Part } from '../layout/page';
import { Empty, Loaded } from '../parts/loaded';
import { nameOf } from './dimensions';
import { FiguresTable } from './figures-table';
import { dayText } from './number-text';
import { within } from './points';
import { campaignPlace, filterOf, tableOf, valueOf } from './tables';
import { type Narrowing } from './narrowings';
import { useView } from './view';

/** From the widest to the narrowest. */
const DEPTH = ['region', 'segment', 'channel', 'campaign', 'type'] as const satisfies readonly Narrowing[];

const LABELS: Readonly<Record<string, string>> = {
  campaign: 'Campaign',
  region: 'Region',
  segment: 'Member segment',
  channel: 'Channel',
  type: 'Response type',
  days: 'Day',
  send: 'Send',
};

interface WithinProps {
  readonly section: Section;
  readonly chosen: Narrowing;
  readonly value: string;
  readonly name: string;
}

/** One level deeper: the chosen part by each of what a release has a table of with it. */
export function Within({ section, chosen, value, name }: WithinProps) {
  const { view, set } = useView();
  const own = section.by_dimension.map(({ dimension }): Narrowing => `own.${dimension}`);
  const label = (one: string) => labelIn(section, one);
  const possible: readonly (Narrowing | 'send')[] = [
    ...[...DEPTH, ...own].filter((other) => tableOf(chosen, other) !== undefined),
    ...(chosen === 'campaign' ? (['send'] as const) : []),
  ];
  const by = possible.find((one) => one === view.by) ?? possible[0];
  if (by === undefined) return null;
  return (
    <Part
      title={`Within ${name}`}
      lead="From the tables of the release. Choose a name to go one level deeper; what is hidden there stays hidden here."
    >
      <div className="states" role="group" aria-label="By">
        {possible.map((one) => (
          <button type="button" key={one} aria-pressed={one === by} onClick={() => set({ by: one })}>
            {one === 'send' ? 'Sends' : `By ${label(one).toLowerCase()}`}
          </button>
        ))}
      </div>
      {by === 'send' ? (
        <Sends section={section} campaign={value} />
      ) : (
        <Deeper section={section} chosen={chosen} value={value} name={name} by={by} />
      )}
    </Part>
  );
}

/** By its title, where it is one of the installation's own. */
const labelIn = ({ by_dimension }: Section, name: string): string =>
  LABELS[name] ?? by_dimension.find(({ dimension }) => `own.${dimension}` === name)?.title ?? name;

interface DeeperProps extends WithinProps {
  readonly by: Narrowing;
}

function Deeper({ section, chosen, value, name, by }: DeeperProps) {
  const { view, cross } = useView();
  const label = labelIn(section, by);
  const found = useQuery(tableQuery(section.month.id, view.release, tableOf(chosen, by)!, filterOf(chosen, value)));
  return (
    <Loaded query={found}>
      {({ rows }) => {
        const shown = chosen === 'days' ? within(rows.map(dated), value) : rows;
        return shown.length === 0 ? (
          <Empty>The release has nothing of it by {label.toLowerCase()}.</Empty>
        ) : (
          <FiguresTable
            caption={`${name} by ${label.toLowerCase()}`}
            first={label}
            rows={shown.map((row) => ({ id: valueOf(by, row.at), label: rowLabel(by, label, row), figures: row }))}
            own={section.own_measures}
            choose={(id) => cross({ [chosen]: value, [by]: id })}
          />
        );
      }}
    </Loaded>
  );
}

const dated = (row: TableRow) => ({ ...row, date: row.at['date'] ?? '' });

const rowLabel = (by: Narrowing, label: string, { at, name }: TableRow): string =>
  by === 'campaign' ? name : nameOf(valueOf(by, at), label.toLowerCase());

/** What each variant of a campaign sent on which day. */
function Sends({ section, campaign }: { readonly section: Section; readonly campaign: string }) {
  const { view } = useView();
  const found = useQuery(tableQuery(section.month.id, view.release, 'send', campaignPlace(campaign)));
  return (
    <Loaded query={found}>
      {({ rows }) => {
        const sends = within(rows.map(dated), view.narrowed.get('days'))
          .filter(({ sent }) => (sent ?? 0) > 0)
          .toSorted((one, other) => one.date.localeCompare(other.date));
        return sends.length === 0 ? (
          <Empty>Nothing of it was sent in these days.</Empty>
        ) : (
          <FiguresTable
            caption="Sends by day and variant"
            first="Send"
            rows={sends.map((row) => ({
              id: `${row.date} ${row.at['variant_id']}`,
              label: dayText(row.date),
              detail: row.at['variant_id'] === '' ? undefined : `variant ${row.at['variant_id']}`,
              figures: row,
            }))}
            own={section.own_measures}
            isSorted
          />
        );
      }}
    </Loaded>
  );
}
