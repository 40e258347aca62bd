import type { Section } from '../api/client';
import { Download } from '../parts/download';

/** Every form in which the host gives the month. */
export function Exports({ month, section }: { readonly month: string; readonly section: Section | undefined }) {
  if (section === undefined) return null;
  return (
    <>
      <Download address={`/api/report/${month}`} name={`report-${month}.json`}>
        JSON
      </Download>
      <Download address={`/report/${month}`} name={`report-${month}.html`}>
        HTML file
      </Download>
      <a className="button" href={`/report/${month}`}>
        Page without script
      </a>
      <button type="button" onClick={() => window.print()}>
        Print
      </button>
    </>
  );
}
