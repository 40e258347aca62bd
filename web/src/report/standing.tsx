import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Section } from '../api/client';
import { Badge } from '../parts/badge';
import { Fact } from '../parts/fact';
import { Moment } from '../parts/moment';
import { dayText, monthText } from './number-text';

/** Beside the title: which month, how far, and what it is. */
export function SectionState({ section: { month, status } }: { readonly section: Section }) {
  const isWhole = month.through_day === month.last_day;
  return (
    <p className="section-state">
      <span>
        {monthText(month.id)}
        {!isWhole && `, to ${dayText(month.through_day)}`}
      </span>
      <Badge state={status.state} />
      {status.release !== null && (
        <Link className="small" href={`/performance/${month.id}/releases`}>
          {status.release.is_live
            ? `newer than release ${status.release.version}`
            : `release ${status.release.version}`}
        </Link>
      )}
    </p>
  );
}

/** What a reader has to know before the figures: sources, how recent, how complete. */
export function Standing({ section: { status, sources, time_zones } }: { readonly section: Section }) {
  const late = sources.filter(({ missing_days }) => missing_days.length > 0);
  return (
    <dl className="facts">
      <Fact name="Sources">{sources.map(({ source }) => source).join(', ') || 'none'}</Fact>
      <Fact name="Data as of">{instant(status.data_as_of)}</Fact>
      <Fact name="Time zone of days">{time_zones.join(', ') || 'none'}</Fact>
      <Fact name="Completeness">
        {status.days_present} of {status.days_expected} {status.days_expected === 1 ? 'day' : 'days'}
        {late.map(({ source, missing_days }) => (
          <span key={source} className="small">
            <br />
            {source} lacks {missing_days.slice(0, 3).join(', ')}
            {missing_days.length > 3 && ` and ${missing_days.length - 3} more days`}
          </span>
        ))}
      </Fact>
      {status.state === 'preliminary' && <Fact name="Final from">{instant(status.final_from)}</Fact>}
    </dl>
  );
}

const instant = (at: string | null): ReactNode =>
  at === null ? <span className="none">not known</span> : <Moment at={at} isWhole />;
