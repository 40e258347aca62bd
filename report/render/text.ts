import { decimalText, quotientOf, rounded } from './rounding.js';

/** Text from outside, such as the name of a campaign, made safe between tags and within quoted attributes. */
export function escape(text: string): string {
  // Control characters are no part of HTML, and a browser may read them as something else.
  return (
    text
      // oxlint-disable-next-line no-control-regex
      .replaceAll(/[\u0000-\u001f\u007f]/g, ' ')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;')
  );
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** What `escape` was given. */
export const unescape = (html: string): string =>
  html.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ENTITIES[name]!);

const COUNT = new Intl.NumberFormat('en-US');
const SHORT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

export const countText = (value: number): string => COUNT.format(value);
export const shortText = (value: number): string => SHORT.format(value);

/** A share in hundredths of a percent. */
export const percentText = (share: { readonly numerator: number; readonly denominator: number }): string =>
  `${decimalText(rounded(quotientOf(share), 4), 2)} %`;

/** With two decimals. */
export function quotientText(share: { readonly numerator: number; readonly denominator: number }): string {
  const units = rounded(quotientOf(share), 2);
  return units < 0n ? `−${decimalText(-units, 2)}` : decimalText(units, 2);
}

/** An amount as a figure among counts. */
export const amountText = (value: number): string => value.toFixed(2);

/** Units of the last digit with their sign: a true minus, as wide as the plus. */
export function signedText(units: bigint, digits: number): string {
  const [sign, size] = units < 0n ? ['−', -units] : [units > 0n ? '+' : '±', units];
  return `${sign}${decimalText(size, digits)}`;
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** `2008-03` as March 2008. */
export const monthText = (month: string): string => `${MONTHS[Number(month.slice(5, 7)) - 1]} ${month.slice(0, 4)}`;

/** `2008-03` as Mar 2008. */
export const shortMonthText = (month: string): string => monthText(month).replace(/^(\w{3})\w*/, '$1');

/** An instant to the minute, in a zone that is named. */
export function instantText(instant: string, timeZone: string): string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return `${format.format(new Date(instant))} ${timeZone}`;
}

/** Cut in the middle, so that a long name does not push the bars away: names often differ at their end only. */
export function shortened(text: string, length: number): string {
  const characters = [...text];
  if (characters.length <= length) return text;
  const head = Math.floor((length - 1) / 2);
  const tail = length - 1 - head;
  return `${characters.slice(0, head).join('').trimEnd()}…${characters.slice(-tail).join('').trimStart()}`;
}
