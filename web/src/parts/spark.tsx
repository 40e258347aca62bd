import type { Run } from '../api/client';
import { countText } from './text';

export const rowsOf = (run: Run): number =>
  Object.values(run.streams).reduce((sum, { ledger }) => sum + (ledger['inserted'] ?? 0) + (ledger['updated'] ?? 0), 0);

const SHOWN = 14;
const HEIGHT = 28;
const STEP = 8;

/** Rows that the last runs wrote, the oldest on the left. A run that failed is a mark below the line. */
export function Spark({ runs }: { readonly runs: readonly Run[] }) {
  const shown = runs.slice(0, SHOWN).toReversed();
  if (shown.length === 0) return <span className="none small">no runs</span>;
  const most = Math.max(1, ...shown.map(rowsOf));
  const failed = shown.filter(({ state }) => state === 'failed' || state === 'partial').length;
  const text = `Rows written by the last ${shown.length} runs: ${shown.map((run) => countText(rowsOf(run))).join(', ')}${failed > 0 ? `; ${failed} failed` : ''}.`;
  return (
    <svg className="spark" width={SHOWN * STEP} height={HEIGHT + 6} role="img" aria-label={text}>
      <title>{text}</title>
      <line x1="0" x2={SHOWN * STEP} y1={HEIGHT} y2={HEIGHT} />
      {shown.map((run, index) => {
        const x = (SHOWN - shown.length + index) * STEP + 1;
        const rows = rowsOf(run);
        // A single written row can be seen.
        const height = rows === 0 ? 0 : Math.max(2, Math.round((rows / most) * (HEIGHT - 2)));
        return (
          <g key={run.id}>
            <rect x={x} y={HEIGHT - height} width={STEP - 2} height={height} />
            {(run.state === 'failed' || run.state === 'partial') && (
              <rect className="bad" x={x} y={HEIGHT + 2} width={STEP - 2} height="4" />
            )}
          </g>
        );
      })}
    </svg>
  );
}
