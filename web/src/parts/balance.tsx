import { Badge } from './badge';
import { countText } from './text';

const OUT = ['filtered', 'quarantined', 'staged'] as const;
const LANDED = ['inserted', 'updated', 'unchanged', 'superseded'] as const;

type Counts = Readonly<Record<string, number>>;

const column = (ledger: Counts, names: readonly string[]) => (
  <dl>
    {names.map((name) => (
      <Row key={name} name={name} value={ledger[name] ?? 0} />
    ))}
  </dl>
);

function Row({ name, value }: { readonly name: string; readonly value: number }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className={value > 0 ? 'some' : 'none'}>{countText(value)}</dd>
    </>
  );
}

/** What went in on the left, what became of it on the right: read = filtered + quarantined + staged = … + what landed. */
export function Balance({
  title,
  ledger,
  imbalances,
}: {
  readonly title: string;
  readonly ledger: Counts;
  readonly imbalances: readonly string[];
}) {
  const deleted = ledger['deleted'] ?? 0;
  return (
    <>
      <div className="balance-head">
        <h3>{title}</h3>
        {imbalances.length === 0 ? (
          <Badge state="complete">It balances</Badge>
        ) : (
          <Badge state="failed">It does not balance</Badge>
        )}
        {deleted > 0 && <span className="small muted">{countText(deleted)} deleted in the table</span>}
      </div>
      <div className="balance" role="group" aria-label={`Ledger of ${title}`}>
        {column(ledger, ['read'])}
        <span className="sign" aria-hidden="true">
          =
        </span>
        {column(ledger, OUT)}
        <span className="sign" aria-hidden="true">
          →
        </span>
        {column(ledger, LANDED)}
      </div>
      {imbalances.map((text) => (
        <p key={text} className="notice bad">
          {text}
        </p>
      ))}
    </>
  );
}
