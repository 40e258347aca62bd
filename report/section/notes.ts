import { ownLabel } from './cards.js';
import type { Figures, Note, Section, Suppressible } from './model.js';

/** What a reader must know to read the figures rightly; only what applies to this month. */
export function notesOf(section: Omit<Section, 'notes'>): readonly Note[] {
  const { totals, status, time_zones, project, by_region, control_groups } = section;
  const notes: (Note | undefined)[] = [
    {
      title: 'Rates',
      text:
        'Both rates divide by messages sent, because sent is what every source measures. They are computed from the counts ' +
        'in the same row, never averaged. A rate covers only what measures both of its sides, and says from which counts it was computed.',
    },
    {
      title: 'Not measured',
      text: '“Not measured” means that the source or channel does not tell this figure. It is not zero: a zero was measured.',
    },
    partlyMeasured(section),
    totals.opened === null ? undefined : openedNote(totals),
    {
      title: 'Days',
      text:
        time_zones.length > 1
          ? `Days are told in different time zones (${time_zones.join(', ')}), so that a day is not the same 24 hours everywhere.`
          : `Days are told in ${time_zones[0] ?? project.time_zone}; counts stand on the day the thing happened, or, where a response type is told by the day of its message, on that day. So the rates of a single day can be over 100 %: many of its opens and responses belong to messages of the days before.`,
    },
    {
      title: 'Freshness',
      text:
        (status.data_as_of === null
          ? 'Not every source was read to its end yet, so it cannot be said up to when the page is complete. '
          : 'What the sources knew at the time stated above is on this page, which is as recent as that and no more. ') +
        'Figures of past days may still move while late opens and responses arrive: until the date above the month is preliminary.',
    },
    costsNote(section),
    control_groups.length === 0
      ? undefined
      : {
          title: 'Control groups',
          text: 'Members of a control group were chosen and sent nothing. They stand in their own table and are left out of all other figures.',
        },
    by_region.some(({ region }) => region === '') && by_region.length > 1
      ? {
          title: 'Regions',
          text: 'Campaigns that are not broken down by region are shown as such, so that the regions add up to the total.',
        }
      : undefined,
  ];
  const own = section.own_measures.map((measure) => ({ title: ownLabel(measure), text: measure.definition }));
  return [...notes.filter((note) => note !== undefined), ...own];
}

const COSTS = 'Cost and return';
const OPENED = 'Opened';
const IN_PART = 'Measured in part';

const openedNote = (figures: Figures, hidden: readonly string[] = []): Note => ({
  title: OPENED,
  text:
    'Messages opened at least once, as the source counts them per day, summed over days: messages, not members.' +
    (hidden.includes('opened_machine') ? '' : machineOpens(figures)),
});

/** The notes of a part of the month, of which nobody is told a figure of the whole: what tells figures tells those of the part. */
export function notesOfPart({ notes }: Pick<Section, 'notes'>, part: Suppressible | undefined): readonly Note[] {
  return notes.flatMap((note) => {
    if (note.title === IN_PART || note.title === COSTS) return [];
    if (note.title !== OPENED) return [note];
    return part === undefined || part.opened === null ? [] : [openedNote(part, part.suppressed)];
  });
}

/** How much of what was sent is not in the counts beside it: 7 delivered of 10 sent must not be read as 3 that failed. */
function partlyMeasured({ by_channel }: Pick<Section, 'by_channel'>): Note | undefined {
  const parts = (['delivered', 'opened'] as const).flatMap((figure) => {
    const without = by_channel.filter((row) => (row.sent ?? 0) > 0 && row[figure] === null);
    if (without.length === 0 || without.length === by_channel.filter(({ sent }) => (sent ?? 0) > 0).length) return [];
    const sent = without.reduce((sum, row) => sum + row.sent!, 0).toLocaleString('en-US');
    const names = without.map(({ channel }) => (channel === '' ? 'what has no channel' : channel.replaceAll('_', ' ')));
    return [`“${figure}” leaves out ${sent} messages sent by ${names.length > 1 ? listOf(names) : names[0]!}`];
  });
  if (parts.length === 0) return undefined;
  return { title: IN_PART, text: `These channels do not tell it: ${parts.join('; ')}. They did not fail.` };
}

/** By the cost of the last row its responses cannot be divided where some campaigns do not measure them. */
function costsNote({ costs }: Pick<Section, 'costs'>): Note | undefined {
  if (costs === null) return undefined;
  const { by_campaign } = costs;
  const parts = (
    [
      ['responded', '“Responded” and “Cost per response”', 'responses'],
      ['revenue', '“Revenue” and “Return on cost”', 'revenue'],
    ] as const
  ).flatMap(([figure, names, what]) => {
    const those = by_campaign.filter((line) => line[figure] !== null).length;
    if (those === 0 || those === by_campaign.length) return [];
    return [`that of ${names} only of those that measure ${what} (${those} of ${by_campaign.length})`];
  });
  if (parts.length === 0) return undefined;
  return { title: COSTS, text: `The total of “Cost” is of all campaigns that have one; ${parts.join(', and ')}.` };
}

function machineOpens({ opened_machine, opened }: Figures): string {
  if (opened_machine === null) return ' Opens by machines, such as mail privacy proxies, are not told apart.';
  return ` They include ${opened_machine.toLocaleString('en-US')} of ${opened?.toLocaleString('en-US')} that are told to be by machines, such as Apple Mail Privacy Protection; without them there are ${((opened ?? 0) - opened_machine).toLocaleString('en-US')}. Rest decisions on responses.`;
}

const listOf = (names: readonly string[]): string => `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** What is hidden, and that it cannot be had by sums. */
export function suppressionNote({
  suppression,
  status,
  by_dimension,
  tables,
}: Pick<Section, 'suppression' | 'status' | 'by_dimension' | 'tables'>): readonly Note[] {
  if (suppression === null) return [];
  const { threshold, hidden, is_lifted } = suppression;
  const frozen =
    status.release?.is_live === true
      ? ` They are those of release ${status.release.version} and stay so until the next one, so that no day's difference tells of a few.`
      : '';
  const own = by_dimension
    .filter(({ dimension }) => tables.some(({ table, is_protected }) => table === dimension && is_protected))
    .map(({ title }) => title.toLowerCase());
  if (is_lifted)
    return [
      {
        title: 'Not suppressed',
        text: 'This copy shows small counts of members. It may only be seen by those who have the right to.',
      },
    ];
  return [
    {
      title: 'Small counts',
      text:
        `By ${listOf(['region', 'segment', ...own])} no count from 1 to ${threshold - 1} is shown, nor any from which one could be derived: ${hidden} counts are hidden, and so is any amount, such as a cost. ` +
        `A zero is shown. Totals, days and campaigns are complete.${frozen}`,
    },
  ];
}
