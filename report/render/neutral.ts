/** A spreadsheet takes text that begins like a formula for one, sooner or later; an apostrophe before it makes it text. */
export const withoutFormula = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
