import type { Figures, Section } from '../api/client';
import {
  addMonths,
  changeText,
  HIDDEN,
  isHidden,
  measured,
  monthText,
  NO_FIGURE,
  NOT_MEASURED,
  percentText,
  pointsText,
} from './number-text';
import { decimalsText, figureOf } from './own-figures';
import { Sparkline } from './sparkline';

type Card = Section['cards'][number];
type Change = NonNullable<Card['previous_month']>;

/** Figures of a part of all, or of a part of the month. */
export interface Narrowed {
  readonly figures: Figures;
  /** Absent: all of them are told. */
  readonly tells?: readonly string[] | undefined;
  /** Said in place of what is not told. */
  readonly untold?: string;
}

interface CardsProps {
  readonly section: Section;
  /** Absent: of all, with their changes. */
  readonly narrowed?: Narrowed | undefined;
}

export function Cards({ section, narrowed }: CardsProps) {
  const isWhole = section.month.through_day === section.month.last_day && section.status.state !== 'preliminary';
  return (
    <>
      <h2 className="unseen">The month in figures</h2>
      <ul className="cards">
        {section.cards.map((card) => (
          <li className="card" key={card.key}>
            <h3>{card.label}</h3>
            {narrowed === undefined ? (
              <>
                <Whole card={card} month={section.month.id} />
                <Sparkline card={card} isWhole={isWhole} />
              </>
            ) : narrowed.tells?.includes(card.key) === false ? (
              <p className="muted">{narrowed.untold}</p>
            ) : (
              <Part
                value={figureOf(narrowed.figures, card.key)}
                unit={card.unit}
                isSecret={isHidden(narrowed.figures, card.key)}
              />
            )}
            <details>
              <summary>
                Definition<span className="unseen"> of {card.label}</span>
              </summary>
              {card.definition}
            </details>
          </li>
        ))}
      </ul>
    </>
  );
}

const Value = ({ text }: { readonly text: string }) => (
  <p className={text === NOT_MEASURED || text === HIDDEN ? 'value none' : 'value'}>{text}</p>
);

interface PartProps {
  readonly value: ReturnType<typeof figureOf>;
  readonly unit: Card['unit'];
  readonly isSecret: boolean;
}

function Part({ value, unit, isSecret }: PartProps) {
  if (isSecret) return <Value text={HIDDEN} />;
  if (value === null || typeof value !== 'object')
    return <Value text={cardText(unit, value === null ? null : Number(value))} />;
  return (
    <>
      <Value text={unit === 'rate' ? percentText(value) : decimalsText(value.value)} />
      <p className="muted">
        {measured(value.numerator)} of {measured(value.denominator)}
      </p>
      <Interval {...value} />
    </>
  );
}

/** How far chance alone may have moved a rate. */
function Interval({ low, high }: { readonly low?: number | null; readonly high?: number | null }) {
  if (typeof low !== 'number' || typeof high !== 'number') return null;
  return (
    <p className="muted">
      95 %: {(low * 100).toFixed(2)} to {(high * 100).toFixed(2)} %
    </p>
  );
}

/** What is no share. */
const cardText = (unit: Card['unit'], value: number | null): string =>
  value !== null && (unit === 'amount' || unit === 'quotient') ? decimalsText(value) : measured(value);

function Whole({ card, month }: { readonly card: Card; readonly month: string }) {
  const { numerator, denominator, value } = card;
  const isRate = numerator !== null && denominator !== null;
  return (
    <>
      <Value
        text={isRate && card.unit === 'rate' ? percentText({ numerator, denominator }) : cardText(card.unit, value)}
      />
      {isRate && (
        <p className="muted">
          {measured(numerator)} of {measured(denominator)}
        </p>
      )}
      <Interval {...card} />
      {value !== null && (
        <>
          <Changed card={card} then={card.previous_month} month={addMonths(month, -1)} />
          <Changed card={card} then={card.last_year} month={addMonths(month, -12)} />
        </>
      )}
    </>
  );
}

function Changed({ card, then, month }: { readonly card: Card; readonly then: Change | null; readonly month: string }) {
  if (then === null)
    return (
      <p className="muted">
        {monthText(month)}: {NO_FIGURE}
      </p>
    );
  const isRate =
    card.unit === 'rate' &&
    card.numerator !== null &&
    card.denominator !== null &&
    then.numerator !== null &&
    then.denominator !== null;
  const text = isRate
    ? pointsText(
        { numerator: card.numerator!, denominator: card.denominator! },
        { numerator: then.numerator!, denominator: then.denominator! },
      )
    : changeText(card.value!, then.value);
  const before = isRate
    ? percentText({ numerator: then.numerator!, denominator: then.denominator! })
    : cardText(card.unit, then.value);
  return (
    <p>
      <strong>{text ?? 'new'}</strong>{' '}
      <span className="muted">
        from {before}, {then.days === null ? '' : `first ${then.days} days of `}
        {monthText(then.month)}
      </span>
    </p>
  );
}
