import type { FaultPlan, Fault } from './faults.js';

/** What tests, perhaps in another process, do to the simulator. No token, and no part of Marketing Cloud. */
export interface Controlled {
  readonly faults: FaultPlan;
  readonly requests: object[];
  now(): string;
  setNow(now: string | number): void;
  truth(timeZone: string): object[];
  responses(timeZone: string): object[];
}

export interface ControlReply {
  readonly status: number;
  readonly body: unknown;
}

/** The report's zone, where nobody says another. */
const DEFAULT_ZONE = 'America/Chicago';

/** Status and body of an answer to a path below `/_simulator/`. */
export async function answerControl(
  method: string,
  { pathname, searchParams }: URL,
  body: string,
  { faults, requests, now, setNow, truth, responses }: Controlled,
  onClock: () => Promise<void> | void,
): Promise<ControlReply> {
  const ok = (answer: unknown): ControlReply => ({ status: 200, body: answer });
  const zone = searchParams.get('time_zone') ?? DEFAULT_ZONE;
  try {
    switch (`${method} ${pathname.slice('/_simulator/'.length)}`) {
      case 'GET truth':
        return ok({ observed_at: now(), time_zone: zone, cells: truth(zone) });
      case 'GET responses':
        return ok({ observed_at: now(), time_zone: zone, cells: responses(zone) });
      case 'GET clock':
        return ok({ now: now() });
      case 'POST clock': {
        const { now: to } = parsed(body) as { now?: unknown };
        if (typeof to !== 'string' || Number.isNaN(Date.parse(to)))
          throw new RangeError('now must be an ISO 8601 instant');
        setNow(to);
        await onClock();
        return ok({ now: now() });
      }
      case 'GET faults':
        return ok(faults.waiting());
      case 'POST faults': {
        const given = parsed(body);
        faults.set(...((Array.isArray(given) ? given : [given]) as Fault[]));
        return ok(faults.waiting());
      }
      case 'DELETE faults':
        faults.clear();
        return ok([]);
      case 'GET requests':
        return ok(requests);
      case 'DELETE requests':
        requests.length = 0;
        return ok([]);
      default:
        return { status: 404, body: { message: 'No such control' } };
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { status: 400, body: { message: error.message } };
  }
}

function parsed(body: string): object {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new RangeError('The body is not JSON');
  }
  if (typeof value !== 'object' || value === null) throw new RangeError('The body is no object');
  return value;
}
