import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the API holds; the same in every run. */
export const CLINICS = Array.from({ length: 5 }, (_, index) => ({
  id: `clinic-${index + 1}`,
  name: `Clinic ${index + 1}`,
  region: index === 4 ? null : (['Urban', 'Suburban', 'Rural'][index % 3] ?? null),
}));

const FIRST_DAY = Date.UTC(2025, 0, 1);
const DAY_MS = 86_400_000;
const STATUSES = ['booked', 'kept', 'cancelled', 'missed'] as const;

/** Three appointments a day for 75 days: 225, more than two calls of 31 days, more than one page each. */
export const APPOINTMENTS = Array.from({ length: 225 }, (_, index) => {
  const day = new Date(FIRST_DAY + Math.floor(index / 3) * DAY_MS);
  return {
    id: `appointment-${String(index + 1).padStart(4, '0')}`,
    clinic_id: CLINICS[index % CLINICS.length]?.id,
    campaign_id: index % 7 === 0 ? null : `campaign-${(index % 3) + 1}`,
    member_id: `member-${(index * 37) % 101}`,
    status: STATUSES[index % STATUSES.length],
    booked_on: day.toISOString().slice(0, 10),
    updated_at: new Date(day.getTime() + 9 * 3_600_000).toISOString(),
  };
});

export interface ClinicApi {
  readonly url: string;
  /** Path and query of every request so far. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

const CLINICS_PER_PAGE = 2;
const APPOINTMENTS_PER_PAGE = 40;
const LONGEST_SPAN_DAYS = 31;

/** The scheduling system's API on a free port of this machine, as its documentation describes it. */
export async function startClinicApi({ key }: { readonly key: string }): Promise<ClinicApi> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    const { status, body } = answer(request, key);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

function answer(request: IncomingMessage, key: string): { readonly status: number; readonly body: unknown } {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  if (request.headers.authorization !== `Bearer ${key}`) return { status: 401, body: { error: 'unknown key' } };
  if (pathname === '/v1/clinics') {
    const first = (Number(searchParams.get('page') ?? '1') - 1) * CLINICS_PER_PAGE;
    return { status: 200, body: { clinics: CLINICS.slice(first, first + CLINICS_PER_PAGE) } };
  }
  if (pathname !== '/v1/appointments') return { status: 404, body: { error: 'no such path' } };
  const from = searchParams.get('from') ?? '';
  const before = searchParams.get('before') ?? '';
  const days = (Date.parse(before) - Date.parse(from)) / DAY_MS;
  if (!(days > 0 && days <= LONGEST_SPAN_DAYS)) return { status: 400, body: { error: 'a span is 1 to 31 days' } };
  const found = APPOINTMENTS.filter(({ booked_on: day }) => day >= from && day < before);
  const first = Number(searchParams.get('cursor') ?? '0');
  const next = first + APPOINTMENTS_PER_PAGE;
  return {
    status: 200,
    body: { appointments: found.slice(first, next), next_cursor: next < found.length ? String(next) : null },
  };
}
