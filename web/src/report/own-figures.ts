import type { Figures, Section } from '../api/client';
import { countText } from '../parts/text';
import { HIDDEN, isHidden, NOT_MEASURED, percentText, type Share } from './number-text';

/** Measures of the installation's own, as the section declares them. */
export type OwnMeasures = Section['own_measures'];
type Kind = OwnMeasures[number]['kind'];

const DECIMALS = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export const labelOf = ({ title, unit }: OwnMeasures[number]): string => (unit === null ? title : `${title} (${unit})`);

export const decimalsText = (value: number): string => DECIMALS.format(value);

/** In words, or why there is no number. */
export function ownText(figures: Figures, { name, kind }: { readonly name: string; readonly kind: Kind }): string {
  if (isHidden(figures, name)) return HIDDEN;
  const value = figures.own?.[name] ?? null;
  if (value === null) return NOT_MEASURED;
  if (typeof value === 'number') return countText(value);
  if (typeof value === 'string') return decimalsText(Number(value));
  return kind === 'percent' ? percentText(value) : decimalsText(value.value);
}

/** By which rows are sorted. */
export function ownValue(value: ReturnType<typeof figureOf>): number | null {
  if (value === null) return null;
  return typeof value === 'object' ? value.value : Number(value);
}

/** A figure of a row by its name, built in or own. */
export const figureOf = (
  figures: Figures,
  key: string,
):
  | number
  | string
  | (Share & { readonly value: number; readonly low: number | null; readonly high: number | null })
  | null =>
  figures.own !== undefined && Object.hasOwn(figures.own, key)
    ? (figures.own[key] ?? null)
    : key in figures
      ? (figures[key as 'sent' | 'open_rate'] ?? null)
      : null;
