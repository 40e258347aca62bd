import { createActivity, type Activity } from './activity.js';
import { createArrival, type Arrival } from './arrival.js';
import { createCalendar, dayNumber, dayText, type Calendar } from './calendar.js';
import { campaignOf, type Campaign } from './campaigns.js';
import { canvasTruth, type CanvasTruth } from './canvas-truth.js';
import { canvasOf, type Canvas } from './canvases.js';
import { truthCampaign, truthCells, type TruthCampaign, type TruthCell, type TruthFilter } from './truth.js';
import { createWorkspace, type Workspace } from './workspace.js';

export interface WorldOptions {
  readonly seed?: number;
  /** ISO 8601 instant, from which the default of `start` follows. */
  readonly now: string;
  /** The company's IANA zone, in which days are cut. */
  readonly timeZone?: string;
  /** 0 to 2,500 campaigns, archived ones and drafts included. */
  readonly campaigns?: number;
  /** 0 to 1,000 canvases; the first three are an archived one, a deleted one and a draft. Default: none. */
  readonly canvases?: number;
  /** First day of the history. Default: the first of the month 14 months before `now`; give it where a world must outlive a month. */
  readonly start?: string;
  /** Part of the members that each campaign and canvas reaches, for worlds whose single events are told. Default: all. */
  readonly audienceShare?: number;
  /** Leave out the campaign that is listed but gone when it is read. */
  readonly deletedCampaign?: boolean;
}

export interface Truth {
  readonly observed_at: string;
  readonly time_zone: string;
  readonly campaigns: readonly TruthCampaign[];
  readonly cells: readonly TruthCell[];
}

/** A company on Braze. Its state is a function of the seed and of when one looks; counts of a day only grow. */
export interface BrazeWorld {
  readonly calendar: Calendar;
  readonly activity: Activity;
  readonly arrival: Arrival;
  readonly workspace: Workspace;
  /** First day of the history, as days are counted. */
  readonly startDay: number;
  /** In order of creation; those created after the instant are not there yet. */
  campaignsAt(observedAt: number): Campaign[];
  campaign(id: string, observedAt: number): Campaign | undefined;
  /** In order of creation; deleted ones too. */
  canvasesAt(observedAt: number): Canvas[];
  canvasTruth(observedAt: string | number, filter?: TruthFilter): CanvasTruth;
  /** The send `send-YYYY-MM-DD` of an API campaign on that day, as a campaign of one send; undefined where there is none. */
  send(campaignId: string, sendId: string, observedAt: number): Campaign | undefined;
  truthSend(campaignId: string, sendId: string, observedAt: string | number): TruthCell[];
  truthCampaigns(observedAt: string | number): TruthCampaign[];
  truthCells(campaignId: string, observedAt: string | number, filter?: TruthFilter): TruthCell[];
  truth(observedAt: string | number, filter?: TruthFilter): Truth;
}

/** Reads an instant, and refuses what is none: a world seen at NaN would be an empty one. */
export const instantOf = (value: string | number): number => {
  const instant = typeof value === 'number' ? value : Date.parse(value);
  if (!Number.isFinite(instant)) throw new RangeError(`Not an instant: ${value}`);
  return instant;
};

const monthsEarlier = (day: number, months: number): number => {
  const [year, month] = dayText(day).split('-').map(Number);
  return dayNumber(new Date(Date.UTC(year, month - 1 - months, 1)).toISOString().slice(0, 10));
};

export const createWorld = (options: WorldOptions): BrazeWorld => {
  const {
    seed = 1,
    timeZone = 'America/Chicago',
    campaigns: count = 40,
    canvases: canvasCount = 0,
    deletedCampaign = true,
    audienceShare = 1,
  } = options;
  if (!Number.isInteger(count) || count < 0 || count > 2_500) throw new RangeError('campaigns must be 0 to 2,500');
  const calendar = createCalendar(timeZone);
  const today = calendar.dayOf(instantOf(options.now));
  const startDay = options.start === undefined ? monthsEarlier(today, 14) : dayNumber(options.start);
  const activity = createActivity(seed);
  const arrival = createArrival(calendar);
  const reaching = (campaign: Campaign): Campaign => ({ ...campaign, audience: campaign.audience * audienceShare });
  const made = Array.from({ length: count }, (_, index) => campaignOf(seed, index, startDay, calendar))
    .filter(({ isDeleted }) => deletedCampaign || !isDeleted)
    .map(reaching)
    .sort((left, right) => left.createdAt - right.createdAt || left.key - right.key);
  const canvases = Array.from({ length: canvasCount }, (_, index) => canvasOf(seed, index, startDay, calendar))
    .map((canvas) => ({
      ...canvas,
      entry: reaching(canvas.entry),
      steps: canvas.steps.map((step) => ({ ...step, messages: reaching(step.messages) })),
    }))
    .sort((left, right) => left.entry.createdAt - right.entry.createdAt || left.entry.key - right.entry.key);
  const byId = new Map(made.map((campaign) => [campaign.id, campaign]));

  const campaignsAt = (observedAt: number): Campaign[] => made.filter(({ createdAt }) => createdAt <= observedAt);
  const campaign = (id: string, observedAt: number): Campaign | undefined => {
    const found = byId.get(id);
    return found !== undefined && found.createdAt <= observedAt ? found : undefined;
  };
  const truthCampaigns = (observedAt: string | number): TruthCampaign[] => {
    const instant = instantOf(observedAt);
    return campaignsAt(instant).map((each) => truthCampaign(each, instant));
  };
  const cellsOf = (campaignId: string, observedAt: string | number, filter: TruthFilter = {}): TruthCell[] => {
    const instant = instantOf(observedAt);
    const found = campaign(campaignId, instant);
    return found === undefined ? [] : truthCells(activity, arrival, calendar, found, instant, filter);
  };
  const canvasesAt = (observedAt: number): Canvas[] => canvases.filter(({ entry }) => entry.createdAt <= observedAt);
  const send = (campaignId: string, sendId: string, observedAt: number): Campaign | undefined => {
    const found = campaign(campaignId, observedAt);
    const day = dayNumber(/^send-(\d{4}-\d\d-\d\d)$/.exec(sendId)?.[1] ?? '');
    const today = calendar.dayOf(observedAt);
    if (found === undefined || !found.isApiCampaign || !(day >= found.firstDay && day <= today)) return undefined;
    const key = 100_000 + day;
    return { ...found, key, cadence: 'one_off', firstDay: day, lastDay: day, blastDays: [day] };
  };
  return {
    startDay,
    workspace: createWorkspace(seed, startDay, arrival, calendar.dayOf),
    canvasesAt,
    canvasTruth: (observedAt, filter = {}) => {
      const instant = instantOf(observedAt);
      const all = canvasesAt(instant).map((each) => canvasTruth(activity, arrival, calendar, each, instant, filter));
      return { variants: all.flatMap(({ variants }) => variants), steps: all.flatMap(({ steps }) => steps) };
    },
    send,
    truthSend: (campaignId, sendId, observedAt) => {
      const instant = instantOf(observedAt);
      const found = send(campaignId, sendId, instant);
      return found === undefined ? [] : truthCells(activity, arrival, calendar, found, instant, {});
    },
    calendar,
    activity,
    arrival,
    campaignsAt,
    campaign,
    truthCampaigns,
    truthCells: cellsOf,
    truth: (observedAt, filter = {}) => {
      const campaigns = truthCampaigns(observedAt).filter(
        ({ id }) => filter.campaignId === undefined || filter.campaignId === id,
      );
      return {
        observed_at: new Date(instantOf(observedAt)).toISOString(),
        time_zone: timeZone,
        campaigns,
        cells: campaigns.flatMap(({ id }) => cellsOf(id, observedAt, filter)),
      };
    },
  };
};
