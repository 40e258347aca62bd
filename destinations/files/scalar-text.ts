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
