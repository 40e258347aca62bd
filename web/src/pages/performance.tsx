import { useQuery } from '@tanstack/react-query';
import { Link, useLocation, useSearchParams } from 'wouter';
import type { Section } from '../api/client';
import { monthsQuery, sectionQuery } from '../api/queries';
import { Page, Part } from '../layout/page';
import { useFilter } from '../parts/address';
import { Badge } from '../parts/badge';
import { Choice } from '../parts/choice';
import { Empty, Loaded } from '../parts/loaded';
import { Moment } from '../parts/moment';
import { Bars } from '../report/bars';
import { Cards } from '../report/cards';
import { dimensionsOf, type Dimension } from '../report/dimensions';
import { Exports } from '../report/exports';
import { FiguresTable } from '../report/figures-table';
import { dayText, monthText } from '../report/number-text';
import { ResponseTypes } from '../report/response-types';
import { Trend } from '../report/trend';
import { Fact } from './connection';

export function PerformancePage({ month }: { readonly month: string | undefined }) {
  const months = useQuery(monthsQuery);
  const shown = month ?? months.data?.months[0];
  if (months.data === undefined)
    return (
      <Page title="Real-time Campaign Performance Overview">
        <Loaded query={months}>{() => null}</Loaded>
      </Page>
    );
  return (
    <Loaded query={months}>
      {(data) =>
        shown === undefined ? (
          <Page title="Real-time Campaign Performance Overview">
            <Empty>
              There are no figures yet. A run of a connection that feeds the report makes them: see the{' '}
              <Link href="/">overview</Link>.
            </Empty>
          </Page>
        ) : (
          <Month month={shown} months={data.months} />
        )
      }
    </Loaded>
  );
}

function Month({ month, months }: { readonly month: string; readonly months: readonly string[] }) {
  const section = useQuery({ ...sectionQuery(month), placeholderData: undefined });
  const [, go] = useLocation();
  return (
    <Page
      title="Real-time Campaign Performance Overview"
      mark={section.data === undefined ? undefined : <State section={section.data} />}
      actions={<Exports month={month} section={section.data} />}
    >
      <div className="filters">
        <Choice
          id="month"
          label="Month"
          value={month}
          change={(chosen) => go(chosen === '' ? '/performance' : `/performance/${chosen}`)}
          values={months}
          nameOf={monthText}
          all="The latest"
        />
        {section.data !== undefined && <Filters dimensions={dimensionsOf(section.data)} />}
      </div>
      <Loaded query={section}>{(data) => <Body section={data} months={months} />}</Loaded>
    </Page>
  );
}

function State({ section: { month, status } }: { readonly section: Section }) {
  const isWhole = month.through_day === month.last_day;
  return (
    <p className="section-state">
      <span>
        {monthText(month.id)}
        {!isWhole && `, to ${dayText(month.through_day)}`}
      </span>
      <Badge state={status.state} />
    </p>
  );
}

/** One at a time: the report holds each of these breakdowns, and no cross of them. */
function useChosen(dimensions: readonly Dimension[]) {
  const [parameters, setParameters] = useSearchParams();
  const dimension = dimensions.find(({ key }) => parameters.has(key));
  const row = dimension?.rows.find(({ id }) => id === parameters.get(dimension.key));
  const choose = (key: string, id: string) =>
    setParameters(
      (before) => {
        const after = new URLSearchParams(before);
        for (const one of dimensions) after.delete(one.key);
        if (id !== '') after.set(key, id);
        return after;
      },
      { replace: true },
    );
  return {
    dimension,
    row,
    choose,
    wanted: dimension === undefined ? undefined : (parameters.get(dimension.key) ?? ''),
  };
}

function Filters({ dimensions }: { readonly dimensions: readonly Dimension[] }) {
  const { dimension, wanted, choose } = useChosen(dimensions);
  return (
    <>
      {dimensions.map(({ key, label, rows }) => (
        <Choice
          key={key}
          id={`filter-${key}`}
          label={label}
          value={dimension?.key === key ? wanted : undefined}
          change={(id) => choose(key, id)}
          values={rows.map(({ id }) => id).filter((id) => id !== '')}
          nameOf={(id) => rows.find((row) => row.id === id)?.label ?? id}
        />
      ))}
      {dimension !== undefined && (
        <button type="button" onClick={() => choose(dimension.key, '')}>
          Show all
        </button>
      )}
    </>
  );
}

function Body({ section, months }: { readonly section: Section; readonly months: readonly string[] }) {
  const dimensions = dimensionsOf(section);
  const { dimension, row, wanted, choose } = useChosen(dimensions);
  const [compared, compare] = useFilter('beside');
  const { status, sources, time_zones, notes, totals, days, by_response_type } = section;
  return (
    <>
      <dl className="facts">
        <Fact name="Sources" value={sources.map(({ source }) => source).join(', ') || 'none'} />
        <div>
          <dt>Data as of</dt>
          <dd>
            {status.data_as_of === null ? (
              <span className="none">not known</span>
            ) : (
              <Moment at={status.data_as_of} isWhole />
            )}
          </dd>
        </div>
        <Fact name="Time zone of days" value={time_zones.join(', ') || 'none'} />
        <div>
          <dt>Completeness</dt>
          <dd>
            {status.days_present} of {status.days_expected} days
            {sources
              .filter(({ missing_days }) => missing_days.length > 0)
              .map(({ source, missing_days }) => (
                <span key={source} className="small">
                  <br />
                  {source} lacks {missing_days.slice(0, 3).join(', ')}
                  {missing_days.length > 3 && ` and ${missing_days.length - 3} more days`}
                </span>
              ))}
          </dd>
        </div>
        {status.state === 'preliminary' && (
          <div>
            <dt>Final from</dt>
            <dd>
              <Moment at={status.final_from} isWhole />
            </dd>
          </div>
        )}
      </dl>
      <p className="unseen" role="status">
        {row === undefined ? 'All figures are shown.' : `Only ${dimension!.label} ${row.label} is shown in the cards.`}
      </p>
      {dimension !== undefined && row === undefined && (
        <p className="notice warn more">
          {monthText(section.month.id)} has no {dimension.label.toLowerCase()} “{wanted}”; all is shown.
        </p>
      )}
      {row !== undefined && (
        <p className="more">
          <strong>
            {dimension!.label}: {row.label}
          </strong>
        </p>
      )}
      <Cards section={section} figures={row?.figures} />
      <Part
        title="By day"
        lead={
          row === undefined
            ? 'Days without data are gaps; a zero was measured. Point at a day, or walk with the arrow keys.'
            : `All campaigns: the report holds no days of one ${dimension!.label.toLowerCase()}. Days without data are gaps.`
        }
      >
        <Trend section={section} months={months} compared={compared} compare={compare} />
      </Part>
      {dimensions.map(({ key, label, rows }) => (
        <Part
          key={key}
          title={`By ${label.toLowerCase()}`}
          lead="By messages sent. Choose a name to see its figures in the cards."
        >
          <Bars rows={rows} label={label} chosen={dimension?.key === key ? wanted : undefined} />
          <FiguresTable
            caption={`Figures by ${label.toLowerCase()}`}
            first={label}
            rows={rows}
            totals={totals}
            chosen={dimension?.key === key ? wanted : undefined}
            choose={(id) => choose(key, id)}
          />
        </Part>
      ))}
      {by_response_type.length > 0 && (
        <Part
          title="By response type"
          lead="Those that count are in the card “Responded”; the others are shown here only."
        >
          <ResponseTypes rows={by_response_type} />
        </Part>
      )}
      <Part title="All days" lead="The figures behind the graph.">
        <FiguresTable
          caption="Figures by day"
          first="Day"
          rows={days.map(({ date, ...figures }) => ({ id: date, label: date, figures }))}
          totals={totals}
        />
      </Part>
      <Part title="How to read this page">
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
  );
}
