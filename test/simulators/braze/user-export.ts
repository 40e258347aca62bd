import { createHash } from 'node:crypto';
import type { RouteContext } from './campaign-routes.js';
import { Refusal } from './parameters.js';
import { between, unit, uuid } from './random.js';

/** A user as an export tells it. */
export type ExportedUser = Readonly<Record<string, unknown>> & {
  readonly custom_attributes: Readonly<Record<string, unknown>>;
};

/** Of these endpoints Braze says that a file holds about 5,000 users. */
const USERS_PER_FILE = 5_000;
const MEMBERS = 6_000;
/** So long the archive is not there, by the clock of the limits. */
const MADE_AFTER_MS = 25_000;
/** So long it is kept. */
const KEPT_MS = 4 * 3_600_000;
const REGIONS = ['Midwest', 'Northeast', 'South', 'West'];

/** The users of a segment, as an export tells them; every fiftieth is known by no id of the company. */
export const exportedUsersOf = (seed: number, segment: string): readonly ExportedUser[] =>
  Array.from({ length: MEMBERS }, (_, index) => {
    const draw = (what: number) => unit(seed, index, what, segment.charCodeAt(0), segment.charCodeAt(1));
    const id = uuid(seed, index, segment.charCodeAt(2), segment.charCodeAt(3));
    return {
      braze_id: id.replaceAll('-', '').slice(0, 24),
      ...(index % 50 === 49 ? {} : { external_id: `M-${id.slice(0, 13)}` }),
      email: `member.${index}@example.org`,
      first_name: ['Ana', 'José', 'Zoë', 'Li'][index % 4],
      phone: `+1555${String(1_000_000 + index)}`,
      country: 'US',
      email_subscribe: index % 9 === 0 ? 'unsubscribed' : 'opted_in',
      created_at: '2024-03-01T10:00:00.000Z',
      custom_attributes: {
        Region: REGIONS[Math.floor(draw(1) * REGIONS.length)],
        'Plan Type': index % 3 === 0 ? 'PPO' : 'HMO',
        age: Math.round(between(18, 90, draw(2))),
        ...(index % 7 === 0 ? {} : { a1c_due: '2026-12-01' }),
      },
    };
  });

interface Export {
  readonly segment: string;
  readonly readyAt: number;
  readonly users: readonly object[];
  zip?: Promise<Buffer>;
}

export interface UserExports {
  /** The answer to `POST /users/export/segment`. */
  begin(body: unknown, context: RouteContext): Record<string, unknown>;
  /** What lies at the address of an archive: 403 until it is made, as storages answer. */
  archive(
    path: string,
    range: string | undefined,
  ): Promise<{
    readonly status: number;
    readonly headers: Readonly<Record<string, string | undefined>>;
    readonly bytes: Buffer;
  }>;
}

const TEXTS = ['segment_id', 'callback_endpoint', 'output_format'];
const LISTS = ['fields_to_export', 'custom_attributes_to_export'];

export const createUserExports = (seed: number, urlOf: () => string, wallClock: () => number): UserExports => {
  const exports = new Map<string, Export>();
  const refuse = (message: string): never => {
    throw new Refusal(400, message);
  };
  return {
    begin(body, { world }) {
      if (typeof body !== 'object' || body === null || Array.isArray(body)) return refuse('The body is no JSON object');
      const given = body as Record<string, unknown>;
      for (const [name, value] of Object.entries(given)) {
        if (TEXTS.includes(name) ? typeof value !== 'string' : !LISTS.includes(name))
          refuse(`${name} is unknown or no text`);
        if (
          LISTS.includes(name) &&
          !(Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string'))
        )
          refuse(`${name} must be a list of names`);
      }
      const segment = world.workspace.segments.find(({ id }) => id === given['segment_id']);
      if (segment === undefined) return refuse('Invalid Segment ID');
      const fields = given['fields_to_export'] as readonly string[] | undefined;
      if (fields === undefined) return refuse('fields_to_export is required');
      const members = exportedUsersOf(seed, segment.id);
      const stranger = fields.find((name) => !members.some((member) => name in member));
      if (stranger !== undefined) refuse(`fields_to_export has the unknown field ${stranger}`);
      const attributes = (given['custom_attributes_to_export'] as readonly string[] | undefined) ?? [];
      if (attributes.length > 500) refuse('custom_attributes_to_export has more than 500 names');
      const running = [...exports.values()].some((one) => one.segment === segment.id && one.readyAt > wallClock());
      if (running) refuse('An export of this segment is under way');
      const part = (from: object, names: readonly string[]) =>
        Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)));
      const users = members.map((member) => ({
        ...part(member, fields),
        // All of them, whatever else is asked for.
        ...(attributes.length > 0 && !fields.includes('custom_attributes')
          ? { custom_attributes: part(member.custom_attributes, attributes) }
          : {}),
      }));
      const id = createHash('sha256').update(`${seed} ${exports.size}`).digest('hex').slice(0, 32);
      exports.set(id, { segment: segment.id, readyAt: wallClock() + MADE_AFTER_MS, users });
      return {
        message: 'success',
        object_prefix: `${id}-1`,
        url: `${urlOf()}/_archives/${id}.zip?signature=a-right-of-its-own`,
      };
    },
    async archive(path, range) {
      const found = exports.get(/^\/_archives\/(\w+)\.zip$/.exec(path)?.[1] ?? '');
      const now = wallClock();
      if (found === undefined || now < found.readyAt || now > found.readyAt + KEPT_MS)
        return { status: found === undefined ? 404 : 403, headers: {}, bytes: Buffer.from('<Error/>') };
      const whole = await (found.zip ??= zipped(found.users));
      const asked = /^bytes=(\d+)-(\d*)$/.exec(range ?? '');
      if (asked === null) return { status: 200, headers: {}, bytes: whole };
      const from = Number(asked[1]);
      const to = asked[2] === '' ? whole.length - 1 : Math.min(Number(asked[2]), whole.length - 1);
      return {
        status: 206,
        headers: { 'content-range': `bytes ${from}-${to}/${whole.length}` },
        bytes: whole.subarray(from, to + 1),
      };
    },
  };
};

async function zipped(users: readonly object[]): Promise<Buffer> {
  // What the demo runs with does not have it.
  const { ZipFile } = await import('yazl');
  const zip = new ZipFile();
  for (let from = 0; from < users.length; from += USERS_PER_FILE) {
    const lines = users.slice(from, from + USERS_PER_FILE).map((user) => `${JSON.stringify(user)}\n`);
    zip.addBuffer(Buffer.from(lines.join('')), `users-${from / USERS_PER_FILE}.json`, { mtime: new Date(0) });
  }
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
