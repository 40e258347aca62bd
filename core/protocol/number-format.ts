/** How a file writes numbers. */
export interface NumberFormat {
  readonly decimal: '.' | ',';
  /** Between groups of three digits; absent: there are none. A blank stands for any of the blanks in use. */
  readonly thousands?: string;
}

/**
 * Reads texts of that format as plain numbers: `1.234,50` and `1.234,50-` (of ERP systems) become `1234.50` and `-1234.50`. Undefined for
 * what is no such number: groups that are not of three digits, or the other separator, which would mean another number.
 */
export function numberReader({ decimal, thousands }: NumberFormat): (text: string) => string | undefined {
  const group = thousands === undefined ? '' : thousands === ' ' ? '[  \u202F]' : `[${thousands}]`;
  const whole = group === '' ? String.raw`\d+` : String.raw`\d{1,3}(?:${group}\d{3})+|\d+`;
  const number = new RegExp(String.raw`^\s*([+-]?)(${whole})?(?:[${decimal}](\d*))?([eE][+-]?\d+)?(-?)\s*$`);
  const groups = group === '' ? undefined : new RegExp(group, 'g');
  return (text) => {
    const [found, before = '', digits = '', fraction, power = '', after = ''] = number.exec(text) ?? [];
    if (found === undefined || digits + (fraction ?? '') === '' || (before !== '' && after !== '')) return undefined;
    const units = groups === undefined ? digits : digits.replaceAll(groups, '');
    return `${before === '+' ? '' : before}${after}${units}${fraction === undefined || fraction === '' ? '' : `.${fraction}`}${power}`;
  };
}
