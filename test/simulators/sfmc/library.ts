import { draw, pick } from './random.js';

const DAY_MS = 86_400_000;

interface Made {
  readonly account: number;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** One version of a journey, with its counts to date. */
export interface Journey extends Made {
  readonly id: string;
  readonly key: string;
  readonly definition: string;
  readonly name: string;
  readonly version: number;
  readonly status: string;
  /** Null: never. */
  readonly publishedAt: number | null;
  readonly inside: number;
  readonly entered: number;
  readonly metGoal: number;
  readonly left: number;
  readonly goalShare: number;
}

export interface Asset extends Made {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  readonly type: string;
  /** Number of the email of which it is the content; null: of none. */
  readonly emailId: number | null;
}

/** What Marketing Cloud calls a campaign: a label. */
export interface Label extends Made {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly code: string;
}

export interface MailingList extends Made {
  readonly id: number;
  readonly name: string;
  readonly key: string;
}

/** What people have made in the enterprise before anything is sent. */
export interface Library {
  readonly journeys: readonly Journey[];
  readonly assets: readonly Asset[];
  readonly labels: readonly Label[];
  readonly lists: readonly MailingList[];
}

/** The list that everything is sent to. */
export const LIST = 77;

const many = (count: number) => Array.from({ length: count }, (_, index) => index);

export const libraryOf = (seed: number, begin: number, [first, second]: readonly [number, number]): Library => {
  /** To the second, at any hour, so that a wrong zone shows. */
  const made = (account: number, what: string, index: number): Made => {
    const share = (name: string) => draw(seed, what, name, account, index);
    const createdAt = begin - Math.floor((30 + share('created') * 300) * 86_400) * 1000;
    return { account, createdAt, modifiedAt: createdAt + Math.floor(share('modified') * 20 * 86_400) * 1000 };
  };
  const journeys = many(57).map((index): Journey => {
    const own = made(first, 'journey', index);
    const entered = Math.floor(draw(seed, 'entered', index) * 9000);
    const part = (name: string) => Math.floor(entered * draw(seed, name, index) * 0.5);
    const isDraft = index % 5 === 0;
    // Two versions of each journey, of which the older has ended.
    const definition = Math.floor(index / 2);
    const version = 1 + (index % 2);
    return {
      ...own,
      id: `0d1f-${index}`,
      key: `journey-${definition}`,
      definition: `def-${definition}`,
      name: `Care journey ${definition}`,
      version,
      status: isDraft ? 'Draft' : pick(['Published', 'Stopped', 'Finishing'], draw(seed, 'status', index)),
      publishedAt: isDraft ? null : own.modifiedAt + DAY_MS,
      inside: part('inside'),
      entered,
      metGoal: part('goal'),
      left: part('left'),
      goalShare: Math.round(draw(seed, 'share', index) * 1000) / 1000,
    };
  });
  const assetsOf = (account: number, count: number) =>
    many(count).map((index): Asset => ({
      ...made(account, 'asset', index),
      id: account * 1000 + index,
      key: `asset-${index}`,
      name: `Asset ${index} für «you»`,
      type: index % 3 === 0 ? 'image' : 'htmlemail',
      emailId: index % 3 === 0 ? null : 300 + (index % 6),
    }));
  const labelsOf = (account: number, count: number) =>
    many(count).map((index): Label => ({
      ...made(account, 'label', index),
      id: 1 + index,
      name: `Prevention ${account} ${index}`,
      description: index === 0 ? '' : `What ${index} is for`,
      code: `P${account}-${index}`,
    }));
  // One in each business unit: an answer with a single result.
  const lists = [first, second].map((account): MailingList => ({
    ...made(account, 'list', 0),
    id: account === first ? LIST : LIST + 1,
    name: `All Subscribers of ${account}`,
    key: `All-${account}`,
  }));
  return {
    journeys,
    assets: [...assetsOf(first, 100), ...assetsOf(second, 3)],
    labels: [...labelsOf(first, 2), ...labelsOf(second, 1)],
    lists,
  };
};
