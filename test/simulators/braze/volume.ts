import { weekday } from './calendar.js';
import type { Campaign } from './campaigns.js';
import { between, unit } from './random.js';

// Taken once: in a test runner's sandbox each look at a global is a slow call.
const { cos, PI, round } = Math;

const weekdayFactor = [0.3, 1, 1.15, 1.1, 1.05, 0.85, 0.35];

/** How many members a campaign reaches out to on a day, over all channels and the control group, before the channel mix. */
export const volumeOn = (campaign: Campaign, seed: number, day: number): number => {
  if (campaign.cadence === 'never' || day < campaign.firstDay) return 0;
  if (campaign.lastDay !== null && day > campaign.lastDay) return 0;
  const dayOfWeek = weekday(day);
  let base = 0;
  if (campaign.cadence === 'one_off') base = [1, 0.55, 0.4][campaign.blastDays.indexOf(day)] ?? 0;
  else if (campaign.cadence === 'weekly') base = dayOfWeek === campaign.sendWeekday ? 0.55 : 0;
  else base = (campaign.cadence === 'daily' ? 0.06 : 0.035) * weekdayFactor[dayOfWeek];
  if (base === 0) return 0;
  // Day 0 is the first of a January.
  const season = 1 + campaign.seasonality * cos((2 * PI * (day - campaign.peakDayOfYear)) / 365.25);
  const growth = 1 + (0.15 * (day - campaign.firstDay)) / 365;
  const noise = between(0.88, 1.12, unit(seed, campaign.key, day, 0x766f6c));
  return round(campaign.audience * base * season * growth * noise);
};
