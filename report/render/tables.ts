import { count, rate, NOTHING_SENT, NOT_MEASURED, SUPPRESSED } from './cells.js';
import type { SectionTable } from './section-tables.js';
import { textOf, WHY, type Points, type Shown } from './shown.js';
import { escape } from './text.js';

/** A table of the section as HTML. The last row comes from the counts of all, and is neither a sum of what is shown nor an average of rates. */
export function htmlTable({ id, caption, columns, rows, total }: SectionTable): string {
  const heads = columns.map(({ label }) => `<th scope="col">${escape(label)}</th>`).join('');
  const texts = columns.filter(({ kind }) => kind === 'text' || kind === 'day').length;
  return `<div class="scroll" role="region" aria-label="${escape(caption)}" tabindex="0"><table data-table="${id}"><caption>${escape(caption)}</caption><thead><tr>${heads}</tr></thead>
<tbody>${rows.map((row) => line(row, texts)).join('\n')}</tbody>${total === undefined ? '' : `\n<tfoot>${line(total, texts)}</tfoot>`}</table></div>`;
}

/** Where nothing at all is known, one word says it. */
function line(row: readonly Shown[], texts: number): string {
  const [head, ...rest] = row;
  const figures = row.slice(texts);
  const isEmpty = figures.length > 1 && figures.every((one) => one.is === 'none' && one.why === 'not_measured');
  const cells = isEmpty
    ? [...row.slice(1, texts).map(cell), `<td colspan="${figures.length}" class="none">${WHY.no_data}</td>`]
    : rest.map(cell);
  return `<tr><th scope="row">${shownHtml(head!)}</th>${cells.join('')}</tr>`;
}

const cell = (shown: Shown): string => `<td>${shownHtml(shown)}</td>`;

export function shownHtml(shown: Shown): string {
  switch (shown.is) {
    case 'text': {
      const { text, detail } = shown;
      const more = detail === undefined ? '' : `<br><span class="small"><bdi>${escape(detail)}</bdi></span>`;
      return `<bdi>${escape(text)}</bdi>${more}`;
    }
    case 'day':
      return escape(shown.day);
    case 'count':
      return count(shown.value);
    case 'rate':
      return rate(shown.share);
    case 'quotient':
      return `<data value="${shown.share.value}">${textOf(shown)}</data>`;
    case 'change':
      return `<data value="${shown.value}">${textOf(shown)}</data>`;
    case 'money':
      return `<data value="${escape(shown.amount)}">${escape(shown.amount)}</data>`;
    case 'lift':
      return `${points(shown.difference)} <span class="small">(${points(shown.low)} to ${points(shown.high)})</span>`;
    case 'none':
      return (
        { not_measured: NOT_MEASURED, hidden: SUPPRESSED, nothing_sent: NOTHING_SENT }[shown.why as string] ??
        WHY[shown.why]
      );
  }
}

const points = ({ value, text }: Points): string => `<data value="${value}">${text}</data>`;
