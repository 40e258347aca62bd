import { Link } from 'wouter';

interface ReportPagesProps {
  readonly month: string;
  readonly at: 'report' | 'releases' | 'definitions';
}

/** The pages of a month, side by side. */
export function ReportPages({ month, at }: ReportPagesProps) {
  const pages = [
    ['report', `/performance/${month}`, 'Figures'],
    ['releases', `/performance/${month}/releases`, 'Releases'],
    ['definitions', '/performance/definitions', 'Definitions'],
  ] as const;
  return (
    <nav className="pages" aria-label="Of the report">
      {pages.map(([key, address, label]) => (
        <Link key={key} href={address} aria-current={at === key ? 'page' : undefined}>
          {label}
        </Link>
      ))}
    </nav>
  );
}
