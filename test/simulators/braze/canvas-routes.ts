import { dayText } from './calendar.js';
import type { Canvas } from './canvases.js';
import { addUp, canvasDays, type Breakdown } from './canvas-series.js';
import {
  isArchivedAt,
  isoText,
  lastEdited,
  pageSize,
  sendHourOf,
  type Route,
  type RouteContext,
} from './campaign-routes.js';
import { detailsChannel } from './channels.js';
import { choice, editTime, instant, integer, readParameters, Refusal, required } from './parameters.js';

const flags = ['true', 'false'] as const;
const flag = choice(flags, 'false');

const list: Route['answer'] = (query, { world, now }) => {
  const asked = readParameters(query, {
    page: integer(0, 1_000_000, 0),
    include_archived: flag,
    sort_direction: choice(['asc', 'desc'], 'asc'),
    'last_edit.time[gt]': editTime,
  });
  const editedAfter = asked['last_edit.time[gt]'] ?? Number.NEGATIVE_INFINITY;
  const found = world
    .canvasesAt(now)
    .filter(({ entry }) => asked.include_archived === 'true' || !isArchivedAt(entry, now))
    .filter(({ entry }) => lastEdited(entry, now) > editedAfter);
  if (asked.sort_direction === 'desc') found.reverse();
  const canvases = found.slice(asked.page * pageSize, (asked.page + 1) * pageSize).map(({ id, name, entry }) => ({
    id,
    last_edited: isoText(lastEdited(entry, now)),
    name,
    tags: entry.tags,
  }));
  return { message: 'success', canvases };
};

const findCanvas = (id: string, { world, now }: RouteContext): Canvas => {
  const found = world.canvasesAt(now).find((canvas) => canvas.id === id);
  if (found === undefined || found.entry.isDeleted) throw new Refusal(400, 'Invalid Canvas ID');
  return found;
};

const details: Route['answer'] = (query, context) => {
  const asked = readParameters(query, { canvas_id: required, post_launch_draft_version: flag });
  const { id, name, entry, steps, isDraft } = findCanvas(asked.canvas_id, context);
  const { now, world } = context;
  const today = world.calendar.dayOf(now);
  const last = Math.min(today, entry.lastDay ?? today);
  const kept = steps.filter(({ isRemoved }) => !isRemoved);
  return {
    message: 'success',
    created_at: isoText(entry.createdAt),
    updated_at: isoText(lastEdited(entry, now)),
    name,
    description: '',
    archived: isArchivedAt(entry, now),
    draft: isDraft,
    enabled: !isDraft && !isArchivedAt(entry, now) && (entry.lastDay === null || entry.lastDay >= today),
    has_post_launch_draft: false,
    schedule_type: 'time_based',
    first_entry: sendHourOf(entry, context, entry.firstDay, last, 1),
    last_entry: sendHourOf(entry, context, last, entry.firstDay, -1),
    channels: [...new Set(kept.map(({ channel }) => detailsChannel(channel)))],
    variants: entry.elements.map((element) => ({
      id: element.id,
      name: element.name,
      first_step_ids: element.isControl ? [] : kept.slice(0, 1).map((step) => step.id),
    })),
    tags: entry.tags,
    teams: [],
    steps: kept.map((step, order) => ({
      id: step.id,
      name: step.name,
      type: 'message',
      next_step_ids: kept.slice(order + 1, order + 2).map((next) => next.id),
      next_paths: [],
      channels: [detailsChannel(step.channel)],
      messages: Object.fromEntries(
        step.messages.elements.map((element) => [
          element.id,
          { channel: detailsChannel(step.channel), name: element.name, body: `Hello from canvas ${id}` },
        ]),
      ),
    })),
  };
};

const read = (query: URLSearchParams, context: RouteContext) => {
  const asked = readParameters(query, {
    canvas_id: required,
    ending_at: instant,
    starting_at: instant,
    length: integer(1, 14, 0),
    include_variant_breakdown: flag,
    include_step_breakdown: flag,
    include_deleted_step_data: flag,
  });
  const canvas = findCanvas(asked.canvas_id, context);
  const { world, quirks, now } = context;
  if (asked.ending_at === null) throw new Refusal(400, 'ending_at is required');
  if ((asked.length === 0) === (asked.starting_at === null))
    throw new Refusal(400, 'Give either length or starting_at');
  const end = world.calendar.dayOf(asked.ending_at) - (quirks.endingDay === 'left_out' ? 1 : 0);
  const start = asked.starting_at === null ? end - asked.length + 1 : world.calendar.dayOf(asked.starting_at);
  if (end - start >= 14) throw new Refusal(400, 'starting_at must be at most 14 days before ending_at');
  const breakdown: Breakdown = {
    variants: asked.include_variant_breakdown === 'true',
    steps: asked.include_step_breakdown === 'true',
    removedSteps: asked.include_deleted_step_data === 'true',
  };
  return { canvas, days: canvasDays(world, canvas, [start, end], now, breakdown), first: dayText(start) };
};

const dataSeries: Route['answer'] = (query, context) => {
  const { canvas, days } = read(query, context);
  return { message: 'success', data: { name: canvas.name, stats: days } };
};

const dataSummary: Route['answer'] = (query, context) => {
  const { canvas, days } = read(query, context);
  const sum = days.reduce(addUp, { total_stats: {} });
  delete sum.time;
  return { message: 'success', data: { name: canvas.name, ...sum } };
};

export const canvasRoutes: Readonly<Record<string, Route>> = {
  '/canvas/list': { scope: 'canvas.list', bucket: 'shared', answer: list },
  '/canvas/details': { scope: 'canvas.details', bucket: 'shared', answer: details },
  '/canvas/data_series': { scope: 'canvas.data_series', bucket: 'shared', answer: dataSeries },
  '/canvas/data_summary': { scope: 'canvas.data_summary', bucket: 'shared', answer: dataSummary },
};
