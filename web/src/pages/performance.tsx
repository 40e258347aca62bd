import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useLocation } from 'wouter';
import type { Section } from '../api/client';
import { monthsQuery, sectionQuery } from '../api/queries';
import { Page, Part } from '../layout/page';
import { Choice } from '../parts/choice';
import { Failed, Loaded } from '../parts/loaded';
import { Permitted } from '../parts/permitted';
import { Bars } from '../report/bars';
import { Cards } from '../report/cards';
import { CostTable } from '../report/costs';
import { ControlGroups } from '../report/control-groups';
import { Crumbs } from '../report/crumbs';
import { dimensionsOf, type Dimension } from '../report/dimensions';
import { Experiments } from '../report/experiments';
import { Exports } from '../report/exports';
import { FiguresTable } from '../report/figures-table';
import { Filters } from '../report/filters';
import { Forecasts } from '../report/forecasts';
import { Multiples } from '../report/multiples';
import { toldOf, type NamedPart } from '../report/narrowed';
import { monthText } from '../report/number-text';
import { usePair, usePartDays } from '../report/part';
import { spanOf, within } from '../report/points';
import { RATE_NAMES } from '../report/rate-bar';
import { NoFigures } from '../report/no-figures';
import { ReportPages } from '../report/report-pages';
import { ResponseTypes } from '../report/response-types';
import { Share } from '../report/share';
import { SectionState, Standing } from '../report/standing';
import { Trend } from '../report/trend';
import { useView } from '../report/view';
import { Within } from '../report/within';

const TITLE = 'Real-time Campaign Performance Overview';

export function PerformancePage({ month }: { readonly month: string | undefined }) {
  const months = useQuery(monthsQuery);
  const shown = month ?? months.data?.months[0];
  if (months.data !== undefined && shown !== undefined && months.data.months.includes(shown))
    return <Month month={shown} {...months.data} />;
  return (
    <Page title={TITLE}>
      <Loaded query={months}>{(data) => <NoFigures month={month} months={data.months} />}</Loaded>
    </Page>
  );
}

interface MonthProps {
  readonly month: string;
  readonly months: readonly string[];
  readonly formats: readonly string[];
  readonly has_links: boolean;
}

function Month({ month, months, formats, has_links: hasLinks }: MonthProps) {
  const { view } = useView();
  const section = useQuery(sectionQuery(month, view.release));
  const [, go] = useLocation();
  const { data } = section;
  const dimensions = useMemo(() => (data === undefined ? [] : dimensionsOf(data)), [data]);
  return (
    <Page
      title={TITLE}
      mark={data === undefined ? undefined : <SectionState section={data} />}
      actions={
        <>
          <Exports month={month} release={view.release} formats={formats} isNarrowed={view.narrowed.size > 0} />
          {data !== undefined && hasLinks && (
            <Permitted to="report:share">
              <Share section={data} dimensions={dimensions} />
            </Permitted>
          )}
        </>
      }
    >
      <ReportPages month={month} at="report" />
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
        {data !== undefined && <Filters section={data} dimensions={dimensions} />}
      </div>
      <Loaded query={section}>{(loaded) => <Body section={loaded} dimensions={dimensions} />}</Loaded>
    </Page>
  );
}

interface BodyProps {
  readonly section: Section;
  readonly dimensions: readonly Dimension[];
}

function Body({ section, dimensions }: BodyProps) {
  const { view, set } = useView();
  const told = toldOf(section, dimensions, view);
  const pair = usePair(section, view);
  const part = usePartDays(section, view);
  const { figures, tells, untold } = pair.figures ?? told ?? {};
  const [first] = told?.parts ?? [];
  const isDeeper = told?.missing === undefined && told?.parts.length === 1 && first !== undefined;
  const isOnlyDays = first?.key === 'days' && told?.parts.length === 1;
  const isSpan = first?.key === 'days' && new Set(spanOf(first.value)).size > 1;
  const compared = new Set(section.experiments.map(({ source, campaign_id }) => `${source}:${campaign_id}`));
  // Those that are compared stand there already, their control group first.
  const groups = section.control_groups.filter(({ source, campaign_id }) => !compared.has(`${source}:${campaign_id}`));
  const hasCross = section.by_region.length > 1 && section.by_segment.length > 1;
  return (
    <>
      <Standing section={section} />
      <p className="unseen" role="status">
        {told === undefined ? 'All figures are shown.' : `The cards show only ${told.text}.`}
      </p>
      {told?.missing !== undefined && (
        <p className="notice warn more">
          {monthText(section.month.id)} has {told.missing}; all is shown.
        </p>
      )}
      {told !== undefined && told.missing === undefined && <Crumbs parts={told.parts} />}
      {pair.error !== null && <Failed error={pair.error} />}
      {pair.isAsked && pair.error === null && pair.figures === undefined ? (
        <p className={pair.isThere ? 'loading' : 'notice more'} role="status">
          {pair.isThere ? 'Loading …' : 'The release has no figures of both together.'}
        </p>
      ) : (
        <Cards section={section} narrowed={figures === undefined ? undefined : { figures, tells, untold }} />
      )}
      <Part
        title="Over time"
        lead={`${part === undefined ? `Of all campaigns${told === undefined || isOnlyDays ? '' : ': a release has no days of it'}.` : `Of ${partName(told?.parts)}.`} What has no data is a gap; a zero was measured. Point at it, or walk with the arrow keys.`}
      >
        <Trend section={section} part={part} />
      </Part>
      {isDeeper && !isSpan && <Within section={section} chosen={first.key} value={first.value} name={first.name} />}
      {told?.parts.length === 2 && (
        <p className="small muted more">
          No table of a release goes deeper than two of these together, so that no small count follows from what is
          shown.
        </p>
      )}
      {section.forecasts.length > 0 && view.narrowed.size === 0 && (
        <Part title="By the end of the month">
          <Forecasts forecasts={section.forecasts} />
        </Part>
      )}
      <div className="part filters">
        <Choice
          id="rate"
          label="Rate beside the counts"
          value={view.rate === 'response_rate' ? undefined : view.rate}
          change={(rate) => set({ rate })}
          values={['open_rate']}
          nameOf={() => RATE_NAMES.open_rate}
          all={RATE_NAMES.response_rate}
        />
      </div>
      {dimensions.map((dimension) => (
        <Breakdown key={dimension.key} section={section} dimension={dimension} />
      ))}
      {hasCross && <RegionSegment section={section} />}
      {section.experiments.length > 0 && (
        <Part
          title="Variants compared"
          lead="Differences are percentage points of the response rate; p is adjusted for the number of comparisons. “Could be seen”: the difference that so many members show in four of five cases."
        >
          <Experiments experiments={section.experiments} />
        </Part>
      )}
      {section.costs !== null && view.narrowed.size === 0 && (
        <Part
          title="Cost and return"
          lead="In the currency of the sources, of the campaigns that have a cost. Return on cost is revenue less cost, as a share of the cost."
        >
          <CostTable costs={section.costs} />
        </Part>
      )}
      {groups.length > 0 && (
        <Part
          title="Control groups"
          lead="Members of a control group were chosen and sent nothing; they are left out of all other figures."
        >
          <ControlGroups groups={groups} />
        </Part>
      )}
      <Days section={section} />
      <Part title="How to read this page">
        <dl className="notes">
          {section.notes.map(({ title, text }) => (
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

/** Which of the chosen parts has days of its own. */
const partName = (parts: readonly NamedPart[] = []): string =>
  parts.find(({ key }) => key === 'campaign' || key === 'channel' || key === 'type')?.name ?? 'the chosen part';

function Breakdown({ section, dimension }: { readonly section: Section; readonly dimension: Dimension }) {
  const { view, narrow } = useView();
  const { key, label, rows } = dimension;
  const chosen = view.narrowed.get(key);
  const isOfTypes = key === 'type';
  return (
    <Part
      title={`By ${label.toLowerCase()}`}
      lead={
        isOfTypes
          ? 'Those that count are in the card “Responded”; the others are shown here only.'
          : 'By messages sent. Choose a name to see its figures in the cards.'
      }
    >
      <Bars rows={rows} label={label} rate={view.rate} chosen={chosen} count={isOfTypes ? 'responded' : 'sent'} />
      {isOfTypes ? (
        <ResponseTypes section={section} />
      ) : (
        <FiguresTable
          caption={`Figures by ${label.toLowerCase()}`}
          first={label}
          rows={rows}
          totals={section.totals}
          own={section.own_measures}
          chosen={chosen}
          choose={(id) => narrow(key, id)}
        />
      )}
    </Part>
  );
}

function RegionSegment({ section }: { readonly section: Section }) {
  const { view, cross } = useView();
  return (
    <Part
      title={`${RATE_NAMES[view.rate]} by region and member segment`}
      lead="All on one axis, the segments in the same order. Lines are 95 % intervals: where two overlap widely, the difference may be chance."
    >
      <Multiples
        section={section}
        rate={view.rate}
        chosen={{ region: view.narrowed.get('region'), segment: view.narrowed.get('segment') }}
        choose={(region, segment) => cross({ region, segment })}
      />
    </Part>
  );
}

function Days({ section }: { readonly section: Section }) {
  const { view } = useView();
  const span = view.narrowed.get('days');
  const days = within(section.days, span) as Section['days'];
  return (
    <Part
      title={span === undefined ? 'All days' : 'The chosen days'}
      lead="The figures behind the graph. Rates of a day can be over 100 %: many of its opens belong to messages of days before."
    >
      <FiguresTable
        caption="Figures of each day"
        first="Day"
        rows={days.map(({ date, ...figures }) => ({ id: date, label: date, figures }))}
        totals={span === undefined ? section.totals : undefined}
        own={section.own_measures}
        isSorted
      />
    </Part>
  );
}
