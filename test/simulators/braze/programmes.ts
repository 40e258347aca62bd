import type { Channel } from './channels.js';

export type Cadence = 'daily' | 'weekly' | 'one_off' | 'triggered' | 'never';

/** A line of outreach, with what its members respond to. */
export interface Programme {
  readonly code: string;
  readonly title: string;
  readonly segment: string | null;
  readonly peak: number;
  readonly seasonality: number;
  /** A1C test scheduled, form completed, programme enrolled. */
  readonly rates: readonly number[];
}

export const programmes: readonly Programme[] = [
  {
    code: 'A1C',
    title: 'A1C Test Reminder',
    segment: 'Diabetes',
    peak: 40,
    seasonality: 0.15,
    rates: [0.041, 0.012, 0.006],
  },
  {
    code: 'Wellness',
    title: 'Annual Wellness Visit',
    segment: 'Medicare Advantage',
    peak: 50,
    seasonality: 0.45,
    rates: [0.006, 0.031, 0.004],
  },
  { code: 'Flu', title: 'Flu Shot', segment: 'All Members', peak: 290, seasonality: 0.8, rates: [0.004, 0.026] },
  {
    code: 'DiabetesCare',
    title: 'Diabetes Program Enrollment',
    segment: 'Diabetes',
    peak: 20,
    seasonality: 0.25,
    rates: [0.011, 0.018, 0.027],
  },
  {
    code: 'Adherence',
    title: 'Medication Adherence',
    segment: 'Chronic Conditions',
    peak: 10,
    seasonality: 0.1,
    rates: [0.007, 0.015],
  },
  {
    code: 'Mammogram',
    title: 'Mammogram Reminder',
    segment: 'Women 50-74',
    peak: 285,
    seasonality: 0.5,
    rates: [0.003, 0.022],
  },
  {
    code: 'Colorectal',
    title: 'Colorectal Screening Kit',
    segment: 'Adults 45-75',
    peak: 75,
    seasonality: 0.4,
    rates: [0.004, 0.019, 0.002],
  },
  { code: 'Welcome', title: 'New Member Welcome', segment: null, peak: 5, seasonality: 0.7, rates: [0.005, 0.037] },
];
export const regions = ['Midwest', 'Northeast', 'South', 'West', 'Southwest'];
export const events = ['a1c_test_scheduled', 'form_completed', 'program_enrolled'];
export const windowDays = [7, 14, 30];
export const mixes: readonly (readonly Channel[])[] = [
  ['email'],
  ['email'],
  ['email', 'ios_push', 'android_push'],
  ['sms'],
  ['email', 'sms'],
  ['ios_push', 'android_push'],
];
export const startedCadences = ['weekly', 'daily', 'weekly', 'one_off', 'triggered'] as const;
export const controlShare = 0.1;

/** What the first campaigns are for, so that every trap stands in every world of twenty or more. */
export interface Role {
  readonly programme?: number;
  readonly region?: string | null;
  readonly channels?: readonly Channel[];
  readonly cadence?: Cadence;
  readonly variations?: number;
  readonly hasControl?: boolean;
  readonly startsAfter?: number;
  readonly endsAfter?: number;
  readonly isArchived?: boolean;
  readonly isDeleted?: boolean;
  readonly isApiCampaign?: boolean;
  readonly isEditedOnce?: boolean;
  readonly hasFourConversions?: boolean;
  readonly note?: string;
}
export const roles: readonly Role[] = [
  {
    programme: 0,
    region: 'Midwest',
    channels: ['email'],
    cadence: 'weekly',
    variations: 2,
    hasControl: true,
    startsAfter: 3,
    isEditedOnce: true,
  },
  {
    programme: 1,
    region: 'South',
    channels: ['email', 'ios_push', 'android_push'],
    cadence: 'weekly',
    variations: 1,
    startsAfter: 10,
  },
  {
    programme: 2,
    region: 'Northeast',
    channels: ['email'],
    cadence: 'weekly',
    variations: 2,
    startsAfter: 20,
    endsAfter: 110,
    isArchived: true,
  },
  {
    programme: 3,
    region: 'West',
    channels: ['email'],
    cadence: 'daily',
    variations: 3,
    hasControl: true,
    startsAfter: 60,
    hasFourConversions: true,
  },
  { programme: 4, region: 'Midwest', channels: ['sms'], cadence: 'daily', variations: 1, startsAfter: 35 },
  {
    programme: 7,
    region: null,
    channels: ['trigger_in_app_message'],
    cadence: 'daily',
    variations: 2,
    startsAfter: 90,
    note: 'In-App',
  },
  {
    programme: 4,
    region: null,
    channels: ['webhook'],
    cadence: 'daily',
    variations: 1,
    startsAfter: 120,
    note: 'Pharmacy Webhook',
  },
  {
    programme: 0,
    region: 'South',
    channels: ['email'],
    cadence: 'triggered',
    variations: 1,
    startsAfter: 45,
    isApiCampaign: true,
    note: 'Lab Order Placed',
  },
  {
    programme: 5,
    region: 'West',
    channels: ['email'],
    cadence: 'never',
    variations: 1,
    startsAfter: 380,
    note: 'Draft',
  },
  {
    programme: 6,
    region: 'South',
    channels: ['email'],
    cadence: 'weekly',
    variations: 1,
    startsAfter: 150,
    isDeleted: true,
    note: 'Superseded',
  },
  {
    programme: 4,
    region: 'Northeast',
    channels: ['email'],
    cadence: 'daily',
    variations: 1,
    startsAfter: 1,
    isEditedOnce: true,
  },
  {
    programme: 1,
    region: 'Southwest',
    channels: ['email', 'sms'],
    cadence: 'weekly',
    variations: 2,
    startsAfter: 200,
    endsAfter: 200,
    isArchived: true,
  },
  {
    programme: 7,
    region: null,
    channels: ['email'],
    cadence: 'triggered',
    variations: 2,
    hasControl: true,
    startsAfter: 75,
  },
];
