import { campaignOf, type Campaign, type Element } from './campaigns.js';
import type { Calendar } from './calendar.js';
import type { Channel } from './channels.js';
import { between, unit, uuid } from './random.js';

/** A step that sends messages; what it sends is a campaign of its own that answers to no route. */
export interface Step {
  readonly id: string;
  readonly name: string;
  readonly channel: Channel;
  /** Taken out by an editor: its numbers come only to those who ask for deleted steps. */
  readonly isRemoved: boolean;
  readonly messages: Campaign;
}

export interface Canvas {
  readonly id: string;
  readonly name: string;
  readonly isDraft: boolean;
  /** Entries by variant, with their conversions; its elements are the variants. */
  readonly entry: Campaign;
  readonly steps: readonly Step[];
}

/** Keys of canvases lie above those of campaigns, so that no two draw the same numbers. */
const canvasKey = (index: number): number => 3_000 + index;
const stepKey = (index: number, step: number): number => 10_000 + index * 16 + step;

const variantsOf = (seed: number, key: number, hasControl: boolean): Element[] => {
  const names = hasControl ? ['Variant 1', 'Variant 2', 'Control Group'] : ['Variant 1', 'Variant 2'];
  return names.map((name, order) => ({
    id: uuid(seed, key, order, 2),
    name,
    // A channel whose parts nobody looks at: variants have entries and conversions only.
    channel: 'webhook',
    isControl: name === 'Control Group',
    share: 1 / names.length,
    lift: between(0.8, 1.2, unit(seed, key, order, 3)),
    key: order,
  }));
};

/** The canvas of that index. The first ones are the traps: an archived one, a deleted one, a draft. */
export const canvasOf = (seed: number, index: number, startDay: number, calendar: Calendar): Canvas => {
  const key = canvasKey(index);
  const drawn = campaignOf(seed, key, startDay, calendar);
  const lastDay = index === 0 ? drawn.firstDay + 45 : drawn.lastDay;
  const base: Campaign = {
    ...drawn,
    cadence: index === 2 ? 'never' : index === 0 ? 'daily' : drawn.cadence,
    isDeleted: index === 1,
    lastDay,
    archivedAt: index === 0 ? calendar.startOf(drawn.firstDay + 50) : drawn.archivedAt,
  };
  const channels: Channel[] = [...new Set(base.elements.map(({ channel }) => channel))];
  // Two mails to choose from in one step of every other canvas.
  const steps = [...channels, ...(index % 2 === 0 ? (['email'] as const) : [])].map((channel, order): Step => {
    const count = index % 2 === 1 && order === 0 ? 2 : 1;
    const elements = Array.from({ length: count }, (_, message): Element => ({
      id: uuid(seed, key, order, 4, message),
      name: `Message ${message + 1}`,
      channel,
      isControl: false,
      share: 0.6 / count,
      lift: between(0.85, 1.15, unit(seed, key, order, message)),
      key: message,
    }));
    return {
      id: uuid(seed, key, order, 5),
      name: `Step ${order + 1}`,
      channel,
      isRemoved: order > 0 && order === channels.length,
      messages: { ...base, key: stepKey(index, order), elements },
    };
  });
  const title = base.name.replace(/ - /, ' Journey - ');
  return {
    id: base.id,
    name: title,
    isDraft: base.cadence === 'never',
    entry: { ...base, elements: variantsOf(seed, key, index % 3 === 0) },
    steps,
  };
};
