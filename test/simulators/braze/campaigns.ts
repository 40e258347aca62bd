import { dayMs, dayText, type Calendar } from './calendar.js';
import type { Channel } from './channels.js';
import { between, pick, unit, uuid } from './random.js';
import {
  controlShare,
  events,
  mixes,
  programmes,
  regions,
  roles,
  startedCadences,
  windowDays,
  type Cadence,
  type Programme,
  type Role,
} from './programmes.js';

/** One entry of a channel's array: a message variation, or the control group. */
export interface Element {
  readonly id: string;
  readonly name: string;
  readonly channel: Channel;
  readonly isControl: boolean;
  /** Part of the campaign's volume of a day that this element gets. */
  readonly share: number;
  /** How much better than average this variation does. */
  readonly lift: number;
  readonly key: number;
}

/** A conversion event A to D; `windowDays` is how long after the send it may still happen. */
export interface Conversion {
  readonly behavior: Readonly<Record<string, unknown>> & { readonly type: string; readonly window: number };
  readonly windowDays: number;
  readonly rate: number;
}

export interface Campaign {
  readonly id: string;
  readonly key: number;
  readonly name: string;
  readonly tags: readonly string[];
  readonly cadence: Cadence;
  readonly isApiCampaign: boolean;
  readonly createdAt: number;
  readonly editedAt: number;
  /** Null when it is not archived. */
  readonly archivedAt: number | null;
  /** Listed, but gone when its details or its series are asked for. */
  readonly isDeleted: boolean;
  readonly firstDay: number;
  /** Null while it goes on. */
  readonly lastDay: number | null;
  /** Days of a one-off campaign's sends. */
  readonly blastDays: readonly number[];
  readonly sendHour: number;
  readonly sendWeekday: number;
  readonly audience: number;
  readonly peakDayOfYear: number;
  readonly seasonality: number;
  readonly elements: readonly Element[];
  readonly conversions: readonly Conversion[];
  readonly centsPerConversion: number;
}

const elementsOf = (
  seed: number,
  index: number,
  channels: readonly Channel[],
  variations: number,
  hasControl: boolean,
) => {
  const elements: Element[] = [];
  const sending = hasControl ? 1 - controlShare : 1;
  channels.forEach((channel, channelIndex) => {
    for (let variation = 0; variation < variations; variation += 1) {
      const key = channelIndex * 16 + variation;
      elements.push({
        id: uuid(seed, index, key, 1),
        name: `Variant ${variation + 1}`,
        channel,
        isControl: false,
        share: (sending / variations) * (channelIndex === 0 ? 1 : 0.35),
        lift: between(0.85, 1.2, unit(seed, index, key, 2)),
        key,
      });
    }
  });
  if (hasControl) {
    const name = 'Control Group';
    elements.push({
      id: uuid(seed, index, 255, 1),
      name,
      channel: channels[0],
      isControl: true,
      share: controlShare,
      lift: 0.7,
      key: 255,
    });
  }
  return elements;
};

const conversionsOf = (programme: Programme, hasFour: boolean): Conversion[] => {
  const conversions: Conversion[] = programme.rates.map((rate, order) => ({
    behavior: { type: 'Performs Custom Event', custom_event_name: events[order], window: windowDays[order] * 86_400 },
    windowDays: windowDays[order],
    rate,
  }));
  if (hasFour) conversions.push({ behavior: { type: 'Clicks Email', window: 259_200 }, windowDays: 3, rate: 0.028 });
  return conversions;
};

// A constant, and less than 14 months, so that a world does not depend on the instant at which it is made.
const startsWithinDays = 410;

/** The campaign of that index; later indexes do not change earlier ones. `startDay` is where the world's history begins. */
export const campaignOf = (seed: number, index: number, startDay: number, calendar: Calendar): Campaign => {
  const draw = (what: number): number => unit(seed, index, what, 0x63616d70);
  const role: Role = roles[index] ?? {};
  const programme = programmes[role.programme ?? Math.floor(draw(1) * programmes.length)];
  const region = role.region === undefined ? (draw(2) < 0.12 ? null : pick(regions, draw(3))) : role.region;
  const channels = role.channels ?? pick(mixes, draw(4));
  const cadence = role.cadence ?? pick(startedCadences, draw(5));
  const firstDay = startDay + (role.startsAfter ?? Math.floor(draw(6) * startsWithinDays));
  const isEnding = draw(7) < 0.3;
  const endsAfter =
    role.endsAfter ?? (role.startsAfter === undefined && isEnding ? 40 + Math.floor(draw(8) * 120) : null);
  const blastDays = [0, 21 + Math.floor(draw(9) * 10), 63]
    .slice(0, 1 + Math.floor(draw(10) * 3))
    .map((after) => firstDay + after);
  const lastDay =
    cadence === 'one_off' ? blastDays[blastDays.length - 1] : endsAfter === null ? null : firstDay + endsAfter;
  const isArchived = role.isArchived ?? (lastDay !== null && draw(11) < 0.4);
  const createdAt = calendar.startOf(firstDay) - Math.round(between(2, 20, draw(12)) * 24) * 3_600_000;
  const edited = role.isEditedOnce ? createdAt + 7_200_000 : createdAt + Math.round(draw(13) * 90) * dayMs;
  const place = region ?? 'National';
  const tags = [`program:${programme.code}`];
  if (region !== null) tags.unshift(`region:${region}`);
  if (programme.segment !== null) tags.push(`segment:${programme.segment}`);
  return {
    id: uuid(seed, index, 0),
    key: index,
    name: [programme.title, place, role.note, `${dayText(firstDay).slice(0, 7)} #${index + 1}`]
      .filter(Boolean)
      .join(' - '),
    tags,
    cadence,
    isApiCampaign: role.isApiCampaign ?? false,
    createdAt,
    editedAt: edited,
    archivedAt: isArchived && lastDay !== null ? calendar.startOf(lastDay + 5) + 15 * 3_600_000 : null,
    isDeleted: role.isDeleted ?? false,
    firstDay,
    lastDay,
    blastDays,
    sendHour: 8 + Math.floor(draw(14) * 9),
    sendWeekday: 1 + Math.floor(draw(15) * 5),
    audience: Math.round(between(6_000, 42_000, draw(16) ** 2)),
    peakDayOfYear: programme.peak,
    seasonality: programme.seasonality,
    elements: elementsOf(
      seed,
      index,
      channels,
      role.variations ?? 1 + Math.floor(draw(17) * 3),
      role.hasControl ?? draw(18) < 0.2,
    ),
    conversions: conversionsOf(programme, role.hasFourConversions ?? false),
    centsPerConversion: index % 4 === 1 ? 1_500 + Math.round(draw(19) * 300) * 10 + 5 : 0,
  };
};
