import { Link } from 'wouter';
import { Empty } from '../parts/loaded';
import { monthText } from './number-text';

interface NoFiguresProps {
  /** Undefined: any. */
  readonly month: string | undefined;
  /** Those that there are, the latest first. */
  readonly months: readonly string[];
}

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

/** Where a month was asked for that has none. */
export function NoFigures({ month, months }: NoFiguresProps) {
  if (months.length === 0 || month === undefined)
    return (
      <Empty>
        There are no figures yet. A run of a connection that feeds the report makes them: see the{' '}
        <Link href="/">overview</Link>.
      </Empty>
    );
  return (
    <div className="notice warn">
      <p className="notice-title">There are no figures of {MONTH.test(month) ? monthText(month) : `“${month}”`}.</p>
      <p>Months that have figures, the latest first:</p>
      <ul className="months">
        {months.map((one) => (
          <li key={one}>
            <Link href={`/performance/${one}`}>{monthText(one)}</Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
