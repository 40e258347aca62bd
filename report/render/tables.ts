import type {
  ControlArm,
  ControlComparison,
  FigureName,
  Figures,
  Rate,
  Restatement,
  Section,
} from '../section/model.js';
import { count, NOTHING_SENT, NOT_MEASURED, rate, SUPPRESSED } from './cells.js';
import { differenceOf, rounded } from './rounding.js';
import { escape, signedText } from './text.js';

const HEADS = ['Sent', 'Delivered', 'Opened', 'Responded', 'Open rate', 'Response rate'];
const cellsOf = (figures: Figures, suppressed: readonly FigureName[]): readonly string[] => {
  const { sent, open_rate, response_rate } = figures;
  const cell = (name: FigureName, text: string) => (suppressed.includes(name) ? SUPPRESSED : text);
  return [
    ...(['sent', 'delivered', 'opened', 'responded'] as const).map((name) => cell(name, count(figures[name]))),
    cell('open_rate', sent === 0 ? NOTHING_SENT : rate(open_rate)),
    cell('response_rate', sent === 0 ? NOTHING_SENT : rate(response_rate)),
  ];
};

interface Row {
  readonly head: string;
  readonly figures: Figures;
  readonly suppressed?: readonly FigureName[];
}

export function campaignTable({ by_campaign, sources, totals }: Section): string {
  const names = Map.groupBy(by_campaign, ({ name }) => name);
  const rows = by_campaign.map(({ name, source, campaign_id, ...figures }) => {
    // What tells two campaigns of one name apart, and nothing where the name does.
    const more = [
      ...(sources.length > 1 ? [source] : []),
      ...((names.get(name)?.length ?? 0) > 1 && campaign_id !== name ? [campaign_id] : []),
    ];
    const detail = more.length === 0 ? '' : `<br><span class="small"><bdi>${more.map(escape).join(' · ')}</bdi></span>`;
    return { head: `<bdi>${escape(name)}</bdi>${detail}`, figures };
  });
  return table('Figures by campaign', 'Campaign', rows, totals);
}

export function regionTable({ by_region, totals }: Section): string {
  const rows = by_region.map(({ region, suppressed, ...figures }) => ({
    head: `<bdi>${escape(regionName(region))}</bdi>`,
    figures,
    suppressed,
  }));
  return table('Figures by region', 'Region', rows, totals);
}

export function segmentTable({ by_segment, totals }: Section): string {
  const rows = by_segment.map(({ segment, suppressed, ...figures }) => ({
    head: `<bdi>${escape(segmentName(segment))}</bdi>`,
    figures,
    suppressed,
  }));
  return table('Figures by member segment', 'Member segment', rows, totals);
}

export const segmentName = (segment: string): string => (segment === '' ? 'Not broken down by segment' : segment);

export const regionName = (region: string): string => (region === '' ? 'Not broken down by region' : region);

export function channelTable({ by_channel, totals }: Section): string {
  const rows = by_channel.map(({ channel, ...figures }) => ({
    head: `<bdi>${escape(channelName(channel))}</bdi>`,
    figures,
  }));
  return table('Figures by channel', 'Channel', rows, totals);
}

export const channelName = (channel: string): string =>
  channel === '' ? 'Not broken down by channel' : channel.replaceAll('_', ' ');

export function sourceTable({ by_source, totals }: Section): string {
  const rows = by_source.map(({ source, ...figures }) => ({ head: `<bdi>${escape(source)}</bdi>`, figures }));
  return table('Figures by source', 'Source', rows, totals);
}

export function dayTable({ days, totals }: Section): string {
  const rows = days.map(({ date, ...figures }) => ({ head: escape(date), figures }));
  return table('Figures by day', 'Day', rows, totals);
}

/** The last row comes from the counts of all, and is neither a sum of what is shown nor an average of rates. */
function table(caption: string, first: string, rows: readonly Row[], totals: Figures): string {
  const line = ({ head, figures, suppressed = [] }: Row) =>
    `<tr><th scope="row">${head}</th>${cells(figures, suppressed)}</tr>`;
  return scrolling(
    caption,
    `<table><caption>${caption}</caption><thead><tr><th scope="col">${first}</th>${columns(HEADS)}</tr></thead>
<tbody>${rows.map(line).join('\n')}</tbody>
<tfoot>${line({ head: 'Total', figures: totals })}</tfoot></table>`,
  );
}

/** Where nothing at all is known, one word says it. */
function cells(figures: Figures, suppressed: readonly FigureName[]): string {
  if (suppressed.length === 0 && Object.values(figures).every((value) => value === null))
    return `<td colspan="${HEADS.length}" class="none">no data</td>`;
  return cellsOf(figures, suppressed)
    .map((cell) => `<td>${cell}</td>`)
    .join('');
}

const columns = (heads: readonly string[]) => heads.map((head) => `<th scope="col">${head}</th>`).join('');

const scrolling = (label: string, content: string) =>
  `<div class="scroll" role="region" aria-label="${label}" tabindex="0">${content}</div>`;

/** In points: the difference of two counted shares, and its interval, which is computed and no count. */
function liftCell({ rate, lift }: ControlArm, control: Rate | null): string {
  if (lift === null || rate === null || control === null) return NOT_MEASURED;
  const points = (value: number, hundredths: bigint) => `<data value="${value}">${signedText(hundredths, 2)}</data>`;
  const bound = (value: number) => points(value, BigInt(Math.round(value * 10_000)));
  const difference = points(lift.value, rounded(differenceOf(rate, control), 4));
  return `${difference} <span class="small">(${bound(lift.low)} to ${bound(lift.high)})</span>`;
}

/** True where any of the campaigns says how many members it chose, without which there is neither a rate nor a lift. */
export const isLiftMeasured = ({ control_groups }: Section): boolean =>
  control_groups.some(({ arms }) => arms.some(({ targeted }) => targeted !== null));

export function controlTable(section: Section): string {
  const hasLift = isLiftMeasured(section);
  const rows = section.control_groups.flatMap(({ name, control, arms }: ControlComparison) =>
    arms.map((arm) => {
      const sent = arm.is_control && arm.sent === null ? NOTHING_SENT : count(arm.sent);
      const counts = [sent, count(arm.responded)];
      const lift = () => (arm.is_control ? 'control' : liftCell(arm, control));
      const cells = hasLift ? [count(arm.targeted), ...counts, rate(arm.rate), lift()] : counts;
      const isNamedSo = arm.name.toLowerCase() === 'control group';
      const what = arm.is_control && !isNamedSo ? ', control group' : '';
      const head = `<bdi>${escape(name)}</bdi><br><span class="small"><bdi>${escape(arm.name || 'all variants')}</bdi>${what}</span>`;
      return `<tr><th scope="row">${head}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
    }),
  );
  const counts = ['Sent', 'Responded'];
  const heads = hasLift ? ['Targeted', ...counts, 'Responded of targeted', 'Lift in points (95 % interval)'] : counts;
  return scrolling(
    'Control groups',
    `<table><caption>Control groups beside those who were sent messages</caption><thead><tr><th scope="col">Campaign and arm</th>${columns(heads)}</tr></thead>
<tbody>${rows.join('\n')}</tbody></table>`,
  );
}

/** What moved since the version before; at most a hundred figures, and how many rows in all. */
export function movesTable({ moves }: Restatement): string {
  const rows = moves.map(({ breakdown, at, name, figure, before, after }) => {
    const place = [
      name,
      ...Object.entries(at).flatMap(([of, value]) => (of === 'campaign_id' && name !== '' ? [] : [value])),
    ];
    const where = breakdown === 'total' ? 'In all' : place.filter((part) => part !== '').join(' · ');
    return `<tr><th scope="row"><bdi>${escape(where)}</bdi></th><td>${figure.replaceAll('_', ' ')}</td><td>${movedValue(before)}</td><td>${movedValue(after)}</td></tr>`;
  });
  return scrolling(
    'What moved',
    `<table><caption>Figures that moved since the version before</caption><thead><tr><th scope="col">Where</th>${columns(['Figure', 'Before', 'Now'])}</tr></thead>
<tbody>${rows.join('\n')}</tbody></table>`,
  );
}

const movedValue = (value: string | null): string =>
  value === null ? NOT_MEASURED : escape(Number(value).toLocaleString('en-US'));
