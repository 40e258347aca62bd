import { useId, useMemo, useState } from 'react';
import type { Figures } from '../api/client';
import { countText } from '../parts/text';
import { HIDDEN, isHidden, isNothing, measured, NOT_MEASURED, rate } from './number-text';
import type { Row } from './dimensions';
import { figureOf, labelOf, ownText, ownValue, type OwnMeasures } from './own-figures';

const HEADS = ['Sent', 'Delivered', 'Opened', 'Responded', 'Open rate', 'Response rate'];

const COUNTS = ['sent', 'delivered', 'opened', 'responded'] as const;
const RATES = ['open_rate', 'response_rate'] as const;
const KEYS = [...COUNTS, ...RATES];
type Key = string;

const cellsOf = (figures: Figures, own: OwnMeasures): readonly string[] => [
  ...COUNTS.map((key) => (isHidden(figures, key) ? HIDDEN : measured(figures[key]))),
  ...RATES.map((key) => (isHidden(figures, key) ? HIDDEN : figures.sent === 0 ? '–' : rate(figures[key]))),
  ...own.map((measure) => ownText(figures, measure)),
];

interface FiguresTableProps {
  readonly caption: string;
  readonly first: string;
  readonly rows: readonly Row[];
  /** Of all; absent where the rows do not add up to it. */
  readonly totals?: Figures | undefined;
  /** Measures of the installation's own, which come last. */
  readonly own?: OwnMeasures;
  readonly chosen?: string | undefined;
  readonly choose?: (id: string) => void;
  /** Days stay in their order. */
  readonly isSorted?: boolean;
}

/** More rows are drawn when somebody asks for them: a page of thousands answers slowly. */
const SHOWN = 25;

/** The last row comes from the counts of all, and is neither a sum of what is shown nor an average of rates. */
export function FiguresTable(props: FiguresTableProps) {
  const { caption, first, rows, totals, own = [], chosen, choose, isSorted = false } = props;
  const id = useId();
  const [order, setOrder] = useState<Order>();
  const [wanted, want] = useState('');
  const [isWhole, showAll] = useState(false);
  const found = useMemo(() => {
    const text = wanted.trim().toLowerCase();
    const matching = rows.filter(({ id, label }) => `${label} ${id}`.toLowerCase().includes(text));
    return order === undefined ? matching : matching.toSorted(comparing(order));
  }, [rows, wanted, order]);
  const shown = isWhole || isSorted ? found : found.slice(0, SHOWN);
  const head = (key: Key | undefined, label: string) => {
    const by = order?.key === key ? order?.direction : undefined;
    return (
      <th
        scope="col"
        key={label}
        className={key === undefined ? undefined : 'number'}
        aria-sort={by === undefined || isSorted ? undefined : by}
      >
        {isSorted || key === undefined ? (
          label
        ) : (
          <button
            type="button"
            className="plain sorts"
            onClick={() => setOrder({ key, direction: by === 'descending' ? 'ascending' : 'descending' })}
          >
            {label}
            <span aria-hidden="true">{by === undefined ? '' : by === 'descending' ? ' ↓' : ' ↑'}</span>
          </button>
        )}
      </th>
    );
  };
  return (
    <>
      {rows.length > SHOWN && !isSorted && (
        <div className="filters more">
          <div className="field">
            <label htmlFor={id}>Find a {first.toLowerCase()}</label>
            <input id={id} type="search" value={wanted} onChange={(event) => want(event.target.value)} />
          </div>
          <p className="small muted" role="status">
            {countText(found.length)} of {countText(rows.length)}
          </p>
        </div>
      )}
      <div className="scroll more" role="region" aria-label={caption} tabIndex={0}>
        <table className="figures">
          <caption>{caption}</caption>
          <thead>
            <tr>
              {head(undefined, first)}
              {KEYS.map((key, index) => head(key, HEADS[index]!))}
              {own.map((measure) => head(measure.name, labelOf(measure)))}
            </tr>
          </thead>
          <tbody>
            {shown.map(({ id: row, label, detail, figures }) => (
              <tr key={row} className={row === chosen ? 'chosen' : undefined}>
                <th scope="row">
                  {choose === undefined ? (
                    label
                  ) : (
                    <button
                      type="button"
                      className="plain"
                      aria-pressed={row === chosen}
                      onClick={() => choose(row === chosen ? '' : row)}
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
                <Cells figures={figures} own={own} />
              </tr>
            ))}
          </tbody>
          {totals !== undefined && (
            <tfoot>
              <tr>
                <th scope="row">Total</th>
                <Cells figures={totals} own={own} />
              </tr>
            </tfoot>
          )}
        </table>
      </div>
      {shown.length < found.length && (
        <p className="more">
          <button type="button" onClick={() => showAll(true)}>
            Show all {countText(found.length)}
          </button>
        </p>
      )}
    </>
  );
}

interface Order {
  readonly key: Key;
  readonly direction: 'ascending' | 'descending';
}

/** What is hidden or not measured stays last, by its name, whichever way: its place must not tell it. */
function comparing({ key, direction }: Order) {
  const sign = direction === 'descending' ? -1 : 1;
  const valueOf = ({ figures }: Row) => ownValue(figureOf(figures, key));
  return (left: Row, right: Row) => {
    const [one, other] = [valueOf(left), valueOf(right)];
    if (one !== null && other !== null && one !== other) return sign * (one - other);
    if ((one === null) !== (other === null)) return one === null ? 1 : -1;
    return left.label.localeCompare(right.label, 'en');
  };
}

function Cells({ figures, own }: { readonly figures: Figures; readonly own: OwnMeasures }) {
  if (isNothing(figures))
    return (
      <td colSpan={HEADS.length + own.length} className="number none">
        no data
      </td>
    );
  return cellsOf(figures, own).map((text, index) => (
    <td
      key={HEADS[index] ?? own[index - HEADS.length]!.name}
      className={text === NOT_MEASURED || text === HIDDEN ? 'number none' : 'number'}
    >
      {text}
    </td>
  ));
}
