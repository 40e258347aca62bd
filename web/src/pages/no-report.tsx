import { useQuery } from '@tanstack/react-query';
import { Link, useSearchParams } from 'wouter';
import { askedReportQuery, monthsQuery } from '../api/queries';
import { Page } from '../layout/page';
import { Empty, Loaded } from '../parts/loaded';
import { NoFigures } from '../report/no-figures';
import { monthText } from '../report/number-text';

/** What a host shows in place of a report that there is not: why, and what there is. */
export function NoReportPage({ month }: { readonly month: string | undefined }) {
  const months = useQuery(monthsQuery);
  return (
    <Page title="There is no such report">
      <Loaded query={months}>
        {(data) =>
          month === undefined || !data.months.includes(month) ? (
            <NoFigures month={month} months={data.months} />
          ) : (
            <NoRelease month={month} />
          )
        }
      </Loaded>
    </Page>
  );
}

/** The month has figures, but not as the address asks for them. */
function NoRelease({ month }: { readonly month: string }) {
  const [parameters] = useSearchParams();
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
