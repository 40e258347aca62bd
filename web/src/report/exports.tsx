import { keptToken } from '../api/token';
import { Download } from '../parts/download';

interface ExportsProps {
  readonly month: string;
  readonly release: number | undefined;
  /** Those that the host can write: its list, not ours. */
  readonly formats: readonly string[];
  /** Whether the page shows a part; files hold all of the month, whatever it shows. */
  readonly isNarrowed: boolean;
}

export function Exports({ month, release, formats, isNarrowed }: ExportsProps) {
  const query = release === undefined ? '' : `?release=${release}`;
  const version = release === undefined ? '' : `-v${release}`;
  return (
    <>
      {isNarrowed && <span className="hint">Files hold the whole month</span>}
      {formats.map((format) => (
        <Download
          key={format}
          address={`/api/report/${month}/export/${format}${query}`}
          name={`report-${month}${version}.${format}`}
        >
          {format.toUpperCase()}
        </Download>
      ))}
      {/* A link carries no token. */}
      {release === undefined && keptToken() === undefined && (
        <a className="button" href={`/report/${month}`}>
          Page without script
        </a>
      )}
      <button type="button" onClick={() => window.print()}>
        Print
      </button>
    </>
  );
}
