import { NOTHING_MEASURED } from '../../../report/section/figures.js';
import type { Section } from '../../../report/section/model.js';
import { notesOf, notesOfPart } from '../../../report/section/notes.js';

const channel = (name: string, sent: number | null, delivered: number | null, opened: number | null) => ({
  ...NOTHING_MEASURED,
  channel: name,
  sent,
  delivered,
  opened,
});

const section = (by_channel: readonly ReturnType<typeof channel>[]) =>
  ({
    totals: { ...NOTHING_MEASURED, opened: 400, opened_machine: 150 },
    status: { data_as_of: null },
    time_zones: ['UTC'],
    project: { time_zone: 'UTC' },
    by_region: [],
    by_channel,
    control_groups: [],
    costs: null,
    own_measures: [],
  }) as unknown as Omit<Section, 'notes'>;

const textOf = (title: string, channels: readonly ReturnType<typeof channel>[]) =>
  notesOf(section(channels)).find((note) => note.title === title)?.text;

test('a total that leaves out channels says which, and how many messages', () => {
  const told = textOf('Measured in part', [
    channel('email', 1_000, 980, 400),
    channel('ios_push', 1_200, null, null),
    channel('sms', 300, 290, null),
    channel('in_app', null, null, null),
  ])!;
  expect(told).toContain('“delivered” leaves out 1,200 messages sent by ios push');
  expect(told).toContain('“opened” leaves out 1,500 messages sent by ios push and sms');
});

test('what all channels tell, or none does, is not measured in part', () => {
  expect(textOf('Measured in part', [channel('email', 10, 9, null), channel('sms', 10, 8, null)])).toBeUndefined();
});

test('opens are told with those by machines and without', () => {
  const told = textOf('Opened', [channel('email', 1_000, 980, 400)])!;
  expect(told).toContain('150 of 400');
  expect(told).toContain('without them there are 250');
});

test('the notes of a part tell its own figures, and none of the whole', () => {
  const notes = [
    { title: 'Rates', text: 'Both.' },
    { title: 'Measured in part', text: '“opened” leaves out 60,051 messages.' },
    { title: 'Cost and return', text: 'Of 2 of 3 campaigns.' },
    { title: 'Opened', text: 'They include 150 of 400.' },
  ];
  const of = (part: object) => {
    const row = { ...NOTHING_MEASURED, suppressed: [], ...part };
    return notesOfPart({ notes }, row).map(({ title, text }) => `${title}: ${text}`);
  };
  expect(of({})).toEqual(['Rates: Both.']);
  const [, known] = of({ opened: 90, opened_machine: 30 });
  expect(known).toContain('They include 30 of 90');
  const [, hidden] = of({ opened: 90, suppressed: ['opened_machine'] });
  expect(hidden).toMatch(/messages, not members\.$/);
  expect(notesOfPart({ notes }, undefined)).toHaveLength(1);
});
