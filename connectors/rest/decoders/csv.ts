/** Rows of a CSV with a header, as Python's `DictReader` gives them: texts, null for what a short row lacks; what is too much is left out. */
export function* csvRows(
  text: string,
  delimiter: string,
  nulls: ReadonlySet<string>,
): Iterable<Record<string, unknown>> {
  let header: readonly string[] | undefined;
  for (const row of rows(text.startsWith('\ufeff') ? text.slice(1) : text, delimiter)) {
    if (header === undefined) {
      header = row;
      continue;
    }
    if (row.length === 1 && row[0] === '') continue;
    const record: Record<string, unknown> = {};
    header.forEach((name, at) => {
      const value = row[at];
      record[name] = value === undefined || nulls.has(value) ? null : value;
    });
    yield record;
  }
}

function* rows(text: string, delimiter: string): Iterable<string[]> {
  let row: string[] = [];
  let at = 0;
  while (at <= text.length) {
    let field: string;
    if (text[at] === '"') {
      let end = at + 1;
      const parts: string[] = [];
      for (;;) {
        const quote = text.indexOf('"', end);
        if (quote < 0) {
          parts.push(text.slice(end));
          end = text.length;
          break;
        }
        parts.push(text.slice(end, quote));
        end = quote + 1;
        if (text[end] !== '"') break;
        parts.push('"');
        end += 1;
      }
      field = parts.join('');
      at = end;
      // What stands behind the closing quote belongs to the field, as Python reads it.
      while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') field += text[at++];
    } else {
      const start = at;
      while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at += 1;
      field = text.slice(start, at);
    }
    row.push(field);
    if (at < text.length && text[at] === delimiter) {
      at += 1;
      continue;
    }
    const isEnd = at >= text.length;
    if (!isEnd || row.length > 1 || row[0] !== '') yield row;
    if (isEnd) return;
    at += text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1;
    row = [];
  }
}
