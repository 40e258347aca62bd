/** Values as every text format writes them. */
const DAY_MS = 86_400_000;

export const dateText = (days: number): string => isoDay(days * DAY_MS);

/** Years have four digits, or more where they must. */
function isoDay(ms: number): string {
  const text = new Date(ms).toISOString();
  return text.slice(0, text.indexOf('T')).replace(/^\+0*(?=\d{5})/, '');
}

const two = (value: number) => (value < 10 ? `0${value}` : String(value));

function clockText(seconds: number, micros: number): string {
  const fraction = micros === 0 ? '' : `.${String(micros).padStart(6, '0').replace(/0+$/, '')}`;
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}${fraction}`;
}

export const timeText = (micros: number): string => clockText(Math.floor(micros / 1_000_000), micros % 1_000_000);

export function timestampText(seconds: number, micros: number, isInstant: boolean): string {
  const day = Math.floor(seconds / 86_400);
  return `${dateText(day)}T${clockText(seconds - day * 86_400, micros)}${isInstant ? 'Z' : ''}`;
}

/** The digits without exponent or needless signs and zeros before them, as every reader of numbers takes them. */
export function decimalText(text: string): string {
  const [, sign = '', whole = '', fraction = '', power = '0'] =
    /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const exponent = Number(power);
  const digits = whole + fraction;
  const point = whole.length + exponent;
  const before = (point <= 0 ? '' : digits.slice(0, point).padEnd(point, '0')).replace(/^0+(?=.)/, '') || '0';
  const after = point < 0 ? '0'.repeat(-point) + digits : digits.slice(point);
  return `${sign === '-' ? '-' : ''}${before}${after === '' ? '' : `.${after}`}`;
}
