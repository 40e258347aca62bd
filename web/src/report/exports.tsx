import type { Section } from '../api/client';

/** Every form in which the host gives the month. */
export function Exports({ month, section }: { readonly month: string; readonly section: Section | undefined }) {
  if (section === undefined) return null;
  return (
    <>
      <a className="button" href={`/api/report/${month}`} download={`report-${month}.json`}>
        JSON
      </a>
      <a className="button" href={`/report/${month}`} download={`report-${month}.html`}>
        HTML file
      </a>
      <a className="button" href={`/report/${month}`}>
        Page without script
      </a>
      <button type="button" onClick={() => window.print()}>
        Print
      </button>
    </>
  );
}
