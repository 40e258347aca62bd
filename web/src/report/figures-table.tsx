import type { Figures } from '../api/client';
import { HIDDEN, isHidden, isNothing, measured, NOT_MEASURED, rate } from './number-text';
import type { Row } from './dimensions';

const HEADS = ['Sent', 'Delivered', 'Opened', 'Responded', 'Open rate', 'Response rate'];

const COUNTS = ['sent', 'delivered', 'opened', 'responded'] as const;
const RATES = ['open_rate', 'response_rate'] as const;

export const cellsOf = (figures: Figures): readonly string[] => [
  ...COUNTS.map((key) => (isHidden(figures, key) ? HIDDEN : measured(figures[key]))),
  ...RATES.map((key) => (isHidden(figures, key) ? HIDDEN : figures.sent === 0 ? '–' : rate(figures[key]))),
];

interface FiguresTableProps {
  readonly caption: string;
  readonly first: string;
  readonly rows: readonly Row[];
  readonly totals: Figures;
  readonly chosen?: string | undefined;
  readonly choose?: (id: string) => void;
}

/** The last row comes from the counts of all, and is neither a sum of what is shown nor an average of rates. */
export function FiguresTable({ caption, first, rows, totals, chosen, choose }: FiguresTableProps) {
  return (
    <div className="scroll more" role="region" aria-label={caption} tabIndex={0}>
      <table className="figures">
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{first}</th>
            {HEADS.map((head) => (
              <th scope="col" className="number" key={head}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, label, detail, figures }) => (
            <tr key={id} className={id === chosen ? 'chosen' : undefined}>
              <th scope="row">
                {choose === undefined ? (
                  label
                ) : (
                  <button
                    type="button"
                    className="plain"
                    aria-pressed={id === chosen}
                    onClick={() => choose(id === chosen ? '' : id)}
                  >
                    {label}
                  </button>
                )}
                {detail !== undefined && (
                  <>
                    <br />
                    <span className="small muted">{detail}</span>
                  </>
                )}
              </th>
              <Cells figures={figures} />
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Total</th>
            <Cells figures={totals} />
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function Cells({ figures }: { readonly figures: Figures }) {
  if (isNothing(figures))
    return (
      <td colSpan={HEADS.length} className="number none">
        no data
      </td>
    );
  return cellsOf(figures).map((text, index) => (
    <td key={HEADS[index]} className={text === NOT_MEASURED || text === HIDDEN ? 'number none' : 'number'}>
      {text}
    </td>
  ));
}
