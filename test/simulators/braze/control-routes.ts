import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FaultPlan } from './faults.js';
import { checkFault } from './faults.js';
import { fatal, writeReply } from './replies.js';
import type { RequestLog } from './request-log.js';
import { instantOf, type BrazeWorld } from './world.js';

export interface Control {
  readonly world: BrazeWorld;
  readonly faults: FaultPlan;
  readonly requests: RequestLog;
  now(): number;
  setNow(now: string | number): void;
  onClock(): Promise<void> | void;
}

const maxBodyBytes = 1_000_000;

const readJson = async (request: IncomingMessage): Promise<unknown> => {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > maxBodyBytes) throw new RangeError('The body is too large');
    pieces.push(piece);
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8'));
  } catch {
    throw new RangeError('The body is not JSON');
  }
};

const clockBody = ({ now, world }: Control): Record<string, unknown> => ({
  now: new Date(now()).toISOString(),
  time_zone: world.calendar.timeZone,
});

/** Campaign by campaign, since the cells of a large world are longer than a string may be. */
const writeTruth = async (response: ServerResponse, query: URLSearchParams, { world, now }: Control): Promise<void> => {
  const observedAt = instantOf(query.get('at') ?? now());
  const campaignId = query.get('campaign_id') ?? undefined;
  const filter = { from: query.get('from') ?? undefined, to: query.get('to') ?? undefined };
  for (const day of [filter.from, filter.to]) if (day !== undefined) instantOf(`${day}T00:00:00Z`);
  const campaigns = world.truthCampaigns(observedAt).filter(({ id }) => campaignId === undefined || id === campaignId);
  const head = { observed_at: new Date(observedAt).toISOString(), time_zone: world.calendar.timeZone, campaigns };
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  response.write(`${JSON.stringify(head).slice(0, -1)},"cells":[`);
  let separator = '';
  for (const { id } of campaigns) {
    const cells = world.truthCells(id, observedAt, filter);
    if (cells.length === 0 || response.destroyed) continue;
    const hasRoom = response.write(separator + JSON.stringify(cells).slice(1, -1));
    separator = ',';
    if (!hasRoom) await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
  }
  response.end(']}');
};

/** What tests and the demo, perhaps in another process, do to the simulator. No key, and no part of Braze. */
export const answerControl = async (
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  control: Control,
): Promise<void> => {
  const reply = (body: unknown): void =>
    writeReply(response, { status: 200, body: body as Record<string, unknown>, headers: {} });
  const { faults, requests } = control;
  try {
    switch (`${request.method} ${url.pathname}`) {
      case 'GET /_simulator/truth':
        return await writeTruth(response, url.searchParams, control);
      case 'GET /_simulator/clock':
        return reply(clockBody(control));
      case 'POST /_simulator/clock': {
        const body = (await readJson(request)) as { now?: unknown } | null;
        if (typeof body?.now !== 'string') throw new RangeError('now must be an ISO 8601 instant');
        control.setNow(body.now);
        await control.onClock();
        return reply(clockBody(control));
      }
      case 'GET /_simulator/faults':
        return reply(faults.list());
      case 'POST /_simulator/faults': {
        const body = await readJson(request);
        faults.set(...(Array.isArray(body) ? body : [body]).map(checkFault));
        return reply(faults.list());
      }
      case 'DELETE /_simulator/faults':
        faults.clear();
        return reply([]);
      case 'GET /_simulator/requests':
        return reply(requests.list());
      case 'DELETE /_simulator/requests':
        requests.clear();
        return reply([]);
      default:
        return writeReply(response, fatal(404, 'No such control'));
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    writeReply(response, fatal(400, error.message));
  }
};
