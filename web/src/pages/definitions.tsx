import { useQuery } from '@tanstack/react-query';
import { monthsQuery, sectionQuery } from '../api/queries';
import { Page, Part } from '../layout/page';
import { Empty, Loaded } from '../parts/loaded';
import { ReportPages } from '../report/report-pages';

/** Words of the report that stand on no card. */
const WORDS = [
  [
    'Opened is not members',
    'A member who opened two messages counts twice: messages are counted, summed by day, as their source tells them.',
  ],
  ['Not measured', 'The source or channel does not tell this figure. It is never zero; a zero was counted.'],
  ['Hidden', 'A small count of members, or a figure from which one would follow. It is neither zero nor not measured.'],
  [
    'Control group',
    'Members who were chosen and sent nothing. They are left out of all totals and stand beside the arms of their campaign.',
  ],
  [
    'Primary response',
    'A type of response that counts as “Responded”. Primary types do not overlap; others are shown by type only.',
  ],
  ['Preliminary', 'Late opens and responses may still come in. The page says from when on the month is final.'],
  ['Final', 'The month as it was published. It is shown so, byte for byte, until a new version follows.'],
  ['Restated', 'Figures moved after the month was final: a new version says what, from what to what, and why.'],
  [
    '95 % interval',
    'Where a rate would likely lie if as many messages were sent again (Wilson). Few messages make it wide.',
  ],
  ['n', 'The messages that a rate is taken of.'],
] as const;

export function DefinitionsPage() {
  const months = useQuery(monthsQuery);
  const month = months.data?.months[0];
  return (
    <Page title="Definitions" about="What each figure counts, and how the report speaks.">
      {month !== undefined && <ReportPages month={month} at="definitions" />}
      <Loaded query={months}>
        {() => (month === undefined ? <Empty>There are no figures yet.</Empty> : <Figures month={month} />)}
      </Loaded>
      <Part title="Words">
        <dl className="notes">
          {WORDS.map(([word, meaning]) => (
            <div key={word}>
              <dt>{word}</dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </Part>
    </Page>
  );
}

function Figures({ month }: { readonly month: string }) {
  const section = useQuery(sectionQuery(month));
  return (
    <Loaded query={section}>
      {({ cards, notes }) => (
        <>
          <Part title="Figures">
            <dl className="notes">
              {cards.map(({ key, label, definition }) => (
                <div key={key}>
                  <dt>{label}</dt>
                  <dd>{definition}</dd>
                </div>
              ))}
            </dl>
          </Part>
          <Part title="Of the latest month">
            <dl className="notes">
              {notes.map(({ title, text }) => (
                <div key={title}>
                  <dt>{title}</dt>
                  <dd>{text}</dd>
                </div>
              ))}
            </dl>
          </Part>
        </>
      )}
    </Loaded>
  );
}
