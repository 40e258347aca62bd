import { useQuery } from '@tanstack/react-query';
import { Link, useSearchParams } from 'wouter';
import { Problem } from '../api/client';
import { askedReportQuery, meQuery, monthsQuery } from '../api/queries';
import { Page } from '../layout/page';
import { Empty, Loaded } from '../parts/loaded';
import { NoFigures } from '../report/no-figures';
import { monthText } from '../report/number-text';

/** What a host shows in place of a report that there is not, or that it refuses: why, and what there is. */
export function NoReportPage({ month }: { readonly month: string | undefined }) {
  const months = useQuery(monthsQuery);
  const me = useQuery(meQuery);
  const [parameters] = useSearchParams();
  const asksSmall = parameters.get('with_phi') === 'true';
  const isWithheld = asksSmall && me.data?.permissions.includes('phi:read') === false;
  const isRefused = isWithheld || (months.error instanceof Problem && months.error.status === 403);
  return (
    <Page title={isRefused ? 'You may not see this report' : 'There is no such report'}>
      <Loaded query={months}>
        {(data) =>
          month === undefined || !data.months.includes(month) ? (
            <NoFigures month={month} months={data.months} />
          ) : isWithheld ? (
            <NoSmallCounts month={month} parameters={parameters} />
          ) : asksSmall && me.data === undefined ? null : (
            <NoRelease month={month} parameters={parameters} />
          )
        }
      </Loaded>
    </Page>
  );
}

interface KnownMonthProps {
  readonly month: string;
  /** As the address asks for it. */
  readonly parameters: URLSearchParams;
}

/** The host is not asked again, which would write a second refusal into the audit log. */
function NoSmallCounts({ month, parameters }: KnownMonthProps) {
  const others = new URLSearchParams([...parameters].filter(([name]) => name !== 'with_phi'));
  const rest = others.size === 0 ? '' : `?${others}`;
  return (
    <Empty>
      Small counts may tell of a single person. To see them needs the right “phi:read”, which the role phi has. Open{' '}
      {monthText(month)} <a href={`/report/${month}${rest}`}>without small counts</a>.
    </Empty>
  );
}

/** The month has figures, but not as the address asks for them. */
function NoRelease({ month, parameters }: KnownMonthProps) {
  const asked = useQuery(askedReportQuery(month, Object.fromEntries(parameters)));
  return (
    <>
      <Loaded query={asked}>
        {() => (
          <Empty>
            It is there now: <a href={`/report/${month}?${parameters}`}>open it</a>.
          </Empty>
        )}
      </Loaded>
      <p className="more">
        {monthText(month)} has <Link href={`/performance/${month}`}>figures</Link> and{' '}
        <Link href={`/performance/${month}/releases`}>releases</Link>.
      </p>
    </>
  );
}
