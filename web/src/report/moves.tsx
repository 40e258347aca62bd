import { useState } from 'react';
import type { Section } from '../api/client';
import { countText, sentence, words } from '../parts/text';
import { Heads } from '../parts/heads';
import { NOT_MEASURED } from './number-text';

type Restatement = NonNullable<Section['restatement']>;
type Move = Restatement['moves'][number];

/** What most look for; the others tell the same of parts of these. */
const FIRST: ReadonlySet<string> = new Set(['total', 'date', 'source', 'channel', 'campaign', 'region', 'segment']);
const NAMES: Readonly<Record<string, string>> = {
  total: 'All',
  date: 'Day',
  segment: 'Member segment',
  campaign_daily: 'Campaign and day',
};

/** The figures that moved, those of one dimension first. */
export function Moves({ restatement: { moves: all, moved } }: { readonly restatement: Restatement }) {
  // By what is not broken down there is one row only, which says the same as the whole.
  const moves = all.filter((move) => move.breakdown === 'total' || placeOf(move) !== '');
  const [isWhole, showAll] = useState(false);
  const first = moves.filter(({ breakdown }) => FIRST.has(breakdown));
  const shown = isWhole ? [...first, ...moves.filter((move) => !first.includes(move))] : first;
  return (
    <>
      <div role="region" aria-label="Figures that moved" tabIndex={0}>
        <table className="folds figures">
          <caption>
            {countText(moves.length)} {moves.length === 1 ? 'figure' : 'figures'} in {countText(moved)}{' '}
            {moved === 1 ? 'row' : 'rows'}
            {all.length === 100 && '; more are in report.release_value'}
          </caption>
          <Heads columns={['Where', 'Figure', ...['Before', 'After', 'Difference'].map((number) => ({ number }))]} />
          <tbody>
            {shown.map((move) => (
              <tr key={JSON.stringify([move.breakdown, move.at, move.figure])}>
                <th scope="row">
                  {nameOf(move.breakdown)} <span className="muted">{placeOf(move)}</span>
                </th>
                <td data-label="Figure">{sentence(words(move.figure))}</td>
                <td data-label="Before" className="number">
                  {valueText(move, move.before)}
                </td>
                <td data-label="After" className="number">
                  {valueText(move, move.after)}
                </td>
                <td data-label="Difference" className="number">
                  <strong>{differenceText(move)}</strong>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {moves.length > shown.length && (
        <p className="more">
          <button type="button" onClick={() => showAll(true)}>
            Show {countText(moves.length - shown.length)} more, of dimensions together
          </button>
        </p>
      )}
    </>
  );
}

const nameOf = (breakdown: string): string => NAMES[breakdown] ?? sentence(breakdown.split('_').join(' and '));

/** A campaign by its name; what is not broken down has no value. */
const placeOf = ({ breakdown, at, name }: Move): string =>
  Object.entries(at)
    .filter(([key]) => key !== 'source' || breakdown === 'source')
    .map(([key, value]) => (key === 'campaign_id' ? name || value : value))
    .filter((text) => text !== '')
    .join(' · ');

const isAmount = (figure: string): boolean => figure === 'cost' || figure === 'revenue';

const numberText = ({ figure }: Move, value: number): string =>
  value.toLocaleString('en-US', isAmount(figure) ? { minimumFractionDigits: 2, maximumFractionDigits: 2 } : {});

const valueText = (move: Move, value: string | null): string =>
  value === null ? NOT_MEASURED : numberText(move, Number(value));

function differenceText(move: Move): string {
  const { before, after } = move;
  if (before === null || after === null) return '–';
  const difference = Number(after) - Number(before);
  return `${difference < 0 ? '−' : '+'}${numberText(move, Math.abs(difference))}`;
}
