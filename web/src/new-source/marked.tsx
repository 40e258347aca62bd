const PARTS = /(`[^`]+`|\*[^*]+\*|\[[^\]]+\]\([^)]+\))/;

/** A line of the little Markdown that connectors use: code, stress, and links, which lead into the docs and are told as text. */
export const Marked = ({ text }: { readonly text: string }) =>
  text.split(PARTS).map((part, index) => {
    const key = `${index} ${part}`;
    if (part.startsWith('`') && part.length > 1) return <code key={key}>{part.slice(1, -1)}</code>;
    if (part.startsWith('*') && part.length > 1) return <em key={key}>{part.slice(1, -1)}</em>;
    return part.startsWith('[') ? part.replace(/^\[([^\]]+)\].*$/, '$1') : part;
  });
