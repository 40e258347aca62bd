import type { Rate } from '../section/model.js';
import { countText, percentText } from './text.js';

/** Every figure of the page is a `data` element whose value is the section's own, so that a program can compare them. */
export const count = (value: number | null): string =>
  value === null ? NOT_MEASURED : `<data value="${value}">${countText(value)}</data>`;

export const rate = (share: Rate | null): string =>
  share === null ? NOT_MEASURED : `<data value="${share.value}">${percentText(share)}</data>`;

/** A rate of no messages: measured, but no number. */
export const NOTHING_SENT = '<span class="none" title="nothing was sent">–</span>';

export const NOT_MEASURED = '<span class="none">not measured</span>';

/** A small count of people, or one that would tell it. */
export const SUPPRESSED =
  '<span class="none" title="hidden, since it is or would tell a small count of members">hidden</span>';
