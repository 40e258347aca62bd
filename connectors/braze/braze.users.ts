import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { ConnectorError, type FileVersion } from '#sdk';
import { fileSpec, type FileSpec, type FileTransport } from '#sdk/files';
import type { HttpClock } from '#sdk/http';
import { grantHint, type Braze } from './braze.api.js';

// Users of a segment, as Braze exports them: https://www.braze.com/docs/api/endpoints/export/user_data/post_users_segment, read
// 2026-11-29. One export of a segment at a time; the archive lies at its address some seconds or minutes after the call.
const PATH = '/users/export/segment';
const POLL_MS = 10_000;
const PATIENCE_MS = 15 * 60_000;
/** How often a download goes on where it broke off. */
const RESUMES = 3;

const TYPES = ['string', 'integer', 'number', 'decimal', 'boolean', 'date', 'timestamptz', 'json'] as const;
const KEYS = ['braze_id', 'external_id'] as const;

export const usersExport = z
  .strictObject({
    stream: z
      .string()
      .regex(/^[a-z][a-z0-9_]*$/, 'must be in lower case: letters, digits and _')
      .describe('Name of the stream'),
    segment_id: z.string().min(1).describe('Segment whose users are exported'),
    fields: z
      .record(z.string().regex(/^[a-z][a-z0-9_]*$/), z.enum(TYPES))
      .describe(
        'Fields of the profile that are asked for, with the types of their columns; `braze_id` or `external_id` is the key',
      ),
    custom_attributes: z
      .record(z.string().regex(/^[^.]+$/, 'may have no dot'), z.enum(TYPES))
      .default({})
      .describe('Custom attributes that are asked for, with the types of their columns'),
  })
  .refine(({ fields }) => KEYS.some((key) => key in fields), {
    path: ['fields'],
    message: 'must have braze_id or external_id, which is the key',
  })
  // Braze would send all of them, whatever else is asked for.
  .refine(({ fields }) => !('custom_attributes' in fields), {
    path: ['fields'],
    message: 'may not have custom_attributes: name each under `custom_attributes`',
  })
  .refine((one) => new Set(columnNames(one)).size === columnNames(one).length, {
    path: ['custom_attributes'],
    message: 'gives two columns one name',
  });

export type UsersExport = z.output<typeof usersExport>;

const columnOf = (attribute: string): string => attribute.toLowerCase().replaceAll(/[^a-z0-9_]+/g, '_');
const columnNames = ({
  fields,
  custom_attributes,
}: Readonly<Record<'fields' | 'custom_attributes', Readonly<Record<string, unknown>>>>): readonly string[] => [
  ...Object.keys(fields),
  ...Object.keys(custom_attributes).map(columnOf),
];

/** JSON lines in an archive; nothing but what is listed, and each column says something of a person. */
export function usersSpec({ stream, fields, custom_attributes, segment_id }: UsersExport): FileSpec {
  const attributes = Object.entries(custom_attributes).map(([name, type]) => [
    columnOf(name),
    { type, in_file: `custom_attributes.${name}`, personal: true },
  ]);
  return fileSpec.parse({
    stream,
    path: segment_id,
    format: 'jsonl',
    compression: ['zip'],
    only_columns: true,
    columns: {
      ...Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, { type, personal: true }])),
      ...Object.fromEntries(attributes),
    },
    primary_key: [KEYS.find((key) => key in fields)],
  });
}

const systemSleep: Pick<HttpClock, 'sleep'> = {
  sleep: (ms, signal) => wait(ms, undefined, { signal }),
};

/** The export of a run as a place with one file, which is made when it is asked for. */
export function usersTransport(
  { http }: Braze,
  { segment_id, fields, custom_attributes }: UsersExport,
  clock: Pick<HttpClock, 'sleep'> = systemSleep,
): FileTransport {
  const place = `the export of segment ${segment_id}`;
  // Of the whole run: another export of the segment would be refused while the first is under way.
  let made: Promise<FileVersion> | undefined;
  let address = '';

  const begin = async (signal: AbortSignal): Promise<string> => {
    const attributes = Object.keys(custom_attributes);
    const { status, body } = await http.request<any>({
      method: 'POST',
      path: PATH,
      body: {
        segment_id,
        fields_to_export: Object.keys(fields),
        ...(attributes.length === 0 ? {} : { custom_attributes_to_export: attributes }),
      },
      statusKinds: { 202: 'transient', 400: 'skip', 403: { kind: 'auth', hint: grantHint(PATH) } },
      signal,
    });
    if (status === 400)
      throw new ConnectorError('source', `Braze refuses ${place} with 400`, {
        hint: 'Check `segment_id` and `fields`. It is refused too while another export of the segment is under way.',
      });
    if (typeof body?.url !== 'string')
      throw new ConnectorError('config', `Braze gives no address for ${place}`, {
        hint: 'The workspace exports into a bucket of its own: read the files there with the source `s3`.',
      });
    address = body.url;
    return String(body.object_prefix ?? '');
  };

  /** Until it lies there the storage answers 403 or 404. */
  const awaited = async (version: string, signal: AbortSignal): Promise<FileVersion> => {
    for (let waitedMs = 0; ; waitedMs += POLL_MS) {
      const answer = await ask(0, signal, 'bytes=0-0');
      await answer.body?.cancel();
      if (answer.ok) {
        const bytes = Number(
          /\/(\d+)$/.exec(answer.headers.get('content-range') ?? '')?.[1] ?? answer.headers.get('content-length'),
        );
        return {
          name: segment_id,
          bytes,
          modifiedAt: new Date(answer.headers.get('date') ?? 0).toISOString(),
          version,
        };
      }
      if (answer.status !== 403 && answer.status !== 404) throw broken(`the storage answers ${answer.status}`);
      if (waitedMs >= PATIENCE_MS)
        throw new ConnectorError('transient', `Braze has not finished ${place} within 15 minutes`, {
          hint: 'Of a large segment let Braze write into a bucket of yours, and read that with the source `s3`.',
        });
      await clock.sleep(POLL_MS, signal);
    }
  };

  // Not by the client of the API: the address holds its own right, and the key is none of the storage's business.
  const ask = async (from: number, signal: AbortSignal, range = `bytes=${from}-`): Promise<Response> => {
    try {
      return await fetch(address, { headers: { range }, signal });
    } catch {
      signal.throwIfAborted();
      throw broken('the storage is not reached');
    }
  };

  // The address is as good as a password, so no error has it, nor a cause that might.
  const broken = (what: string): ConnectorError =>
    new ConnectorError('transient', `The download of ${place} failed: ${what}`, {
      hint: 'The next run makes a new export.',
    });

  return {
    place,
    async *list(_, signal) {
      made ??= begin(signal).then((version) => awaited(version, signal));
      yield await made;
    },
    async *open(file, signal, from = 0) {
      let position = from;
      for (let resumes = 0; position < file.bytes; resumes += 1) {
        if (resumes > RESUMES) throw broken('it broke off again and again');
        const answer = await ask(position, signal);
        if (!answer.ok || answer.body === null) throw broken(`the storage answers ${answer.status}`);
        // A storage that knows no ranges begins at the beginning.
        let left = answer.status === 206 ? 0 : position;
        try {
          for await (const chunk of answer.body) {
            const wanted = left >= chunk.length ? undefined : chunk.subarray(left);
            left = Math.max(0, left - chunk.length);
            if (wanted === undefined) continue;
            position += wanted.length;
            yield wanted;
          }
        } catch {
          signal.throwIfAborted();
        }
      }
    },
    stat: async () => made,
    move: async () => refuse(),
    remove: async () => refuse(),
  };
}

const refuse = (): never => {
  throw new ConnectorError('internal', 'An export of Braze can be neither moved nor deleted');
};
