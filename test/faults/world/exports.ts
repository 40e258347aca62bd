import { dayAfter, drawn, range, type Cell, type TrueTable, type Version } from './rows.js';

/** A file as it lies at the source, and when it was last changed. */
export interface ExportFile {
  readonly name: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly modifiedAt: Date;
}

type Row = Readonly<Record<string, Cell>>;

const FIRST_DAY = '2026-01-15';
/** Enough for several chunks of the file and several batches on the wire. */
const MANY = 14_000;
const CHANGED_AT: Readonly<Record<Version, Date>> = {
  1: new Date('2026-03-01T00:00:00Z'),
  2: new Date('2026-03-02T00:00:00Z'),
};

/** Texts with all that makes a CSV file hard to cut. */
const NOTES = ['plain', 'said "yes", twice', 'two\nlines', 'Größe 🙂 ', ' spaces ', 'x'.repeat(120)];

function engagement(id: number): Row {
  return {
    event_id: id,
    campaign_id: `c${drawn(id, 8)}`,
    variant: drawn(id + 1, 10) === 0 ? null : `v${drawn(id + 1, 3)}`,
    region: ['North', 'South', 'West'][drawn(id + 2, 3)]!,
    day: dayAfter(FIRST_DAY, drawn(id + 3, 12)),
    sent: 1 + drawn(id + 4, 5),
    opened: drawn(id + 5, 3),
    revenue: `${drawn(id + 6, 900)}.${String(drawn(id + 7, 100)).padStart(2, '0')}`,
    score: drawn(id + 8, 100),
    note: `${NOTES[drawn(id + 9, NOTES.length)]} ${id}`,
  };
}

/** What a late open does: the figure grows, and some rows move to another day. */
const later = (row: Row, id: number): Row => ({
  ...row,
  opened: Number(row['opened']) + 1,
  day: id % 2 === 0 ? row['day']! : dayAfter(String(row['day']), 3),
});

const first = range(MANY).map(engagement);
const second = range(2_000, 100_000).map(engagement);
const secondChanged = second.map((row, index) => (index % 3 === 0 ? later(row, index) : row));
/** New events and changes of older ones, with a column more, and decimals where integers were. */
const third = [
  ...range(2_500, 200_000).map(engagement),
  ...first.filter((_, id) => id % 7 === 0).map((row, index) => later(row, index)),
  ...secondChanged.filter((_, id) => id % 11 === 0).map((row, index) => later(row, index)),
].map((row, index): Row => ({ ...row, score: `${row['score']}.5`, device: index % 4 === 0 ? null : `d${index % 4}` }));

const sends = (file: number, count: number): readonly (readonly Cell[])[] =>
  range(count, file * 1_000).map((id) => [
    `c${drawn(id, 8)}`,
    dayAfter(FIRST_DAY, drawn(id + 1, 12)),
    ['email', 'sms'][drawn(id + 2, 2)]!,
    100 + drawn(id + 3, 900),
  ]);

const member = (id: number): readonly Cell[] => [
  `m${id}`,
  dayAfter(FIRST_DAY, drawn(id, 12)),
  `plan ${drawn(id + 1, 4)}`,
];
const members: Readonly<Record<Version, readonly (readonly Cell[])[]>> = {
  1: range(900).map(member),
  // Every fifth has left, every seventh has moved, some are new.
  2: [
    ...range(900)
      .filter((id) => id % 5 !== 0)
      .map((id) => (id % 7 === 0 ? member(id).with(1, dayAfter(FIRST_DAY, 40)) : member(id))),
    ...range(120, 5_000).map(member),
  ],
};

const ENGAGEMENT = [
  'event_id',
  'campaign_id',
  'variant',
  'region',
  'day',
  'sent',
  'opened',
  'revenue',
  'score',
  'note',
];
const SENDS = ['campaign_id', 'day', 'channel', 'targeted'];
const MEMBERS = ['member_id', 'joined_on', 'plan'];

const cells = (header: readonly string[], rows: readonly Row[]) =>
  rows.map((row) => header.map((name) => row[name] ?? null));

/** The files of a version; one that did not change keeps its time. */
export function exportFiles(version: Version): readonly ExportFile[] {
  const file = (name: string, header: readonly string[], rows: readonly (readonly Cell[])[], since: Version) => ({
    name: `data/${name}`,
    header,
    rows,
    modifiedAt: CHANGED_AT[since],
  });
  const files = [
    file('engagement_01.csv.gz', ENGAGEMENT, cells(ENGAGEMENT, first), 1),
    file('engagement_02.csv', ENGAGEMENT, cells(ENGAGEMENT, version === 1 ? second : secondChanged), version),
    file('sends_a.csv', SENDS, sends(1, 500), 1),
    // The second one is shorter, and every row of it is another.
    file('sends_b.csv', SENDS, version === 1 ? sends(2, 400) : sends(3, 300), version),
    file('members.csv', MEMBERS, members[version], version),
  ];
  if (version === 1) return files;
  const wider = [...ENGAGEMENT, 'device'];
  return [
    ...files,
    file('engagement_03.csv', wider, cells(wider, third), 2),
    file('sends_c.csv', SENDS, sends(4, 200), 2),
  ];
}

export function exportTables(version: Version): Readonly<Record<string, TrueTable>> {
  const events = new Map(
    [...first, ...(version === 1 ? second : [...secondChanged, ...third])].map((row) => [row['event_id'], row]),
  );
  const header = version === 1 ? ENGAGEMENT : [...ENGAGEMENT, 'device'];
  return {
    engagement: {
      columns: {
        event_id: 'bigint',
        campaign_id: 'text',
        variant: 'text',
        region: 'text',
        day: 'date',
        sent: 'bigint',
        opened: 'bigint',
        revenue: 'numeric',
        score: version === 1 ? 'bigint' : 'numeric',
        note: 'text',
        ...(version === 1 ? {} : { device: 'text' }),
      },
      rows: cells(header, [...events.values()]),
    },
    sends: {
      columns: { campaign_id: 'text', day: 'date', channel: 'text', targeted: 'bigint', _source_file: 'text' },
      rows: exportFiles(version)
        .filter(({ name }) => name.startsWith('data/sends_'))
        .flatMap(({ name, rows }) => rows.map((row) => [...row, name])),
    },
    members: { columns: { member_id: 'text', joined_on: 'date', plan: 'text' }, rows: members[version] },
  };
}
