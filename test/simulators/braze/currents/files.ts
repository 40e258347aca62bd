import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import avro, { type Schema } from 'avsc';
import { grouped } from '../../groups.js';
import { unit } from '../random.js';
import type { CurrentsEvent } from './events.js';

export interface CurrentsOptions {
  /** The folder below which the integration's folder is made. */
  readonly folder: string;
  readonly integration?: string;
  /** JSON lines stand for a program of the customer's that copies what Braze wrote. */
  readonly format?: 'avro' | 'jsonl';
  /** Part of the events that comes with the next delivery only. */
  readonly lateShare?: number;
  /** Part of the events that is written twice. */
  readonly twiceShare?: number;
}

/** One integration of Currents. What it has written it does not write again, but for the doubles that it owes. */
export interface Currents {
  /** The folder that holds `event_type=…`, from the folder of the options on. */
  readonly path: string;
  /** Writes what is new among the events that are known; `isLast` holds nothing back. Returns what was held back. */
  deliver(events: readonly CurrentsEvent[], now: number, isLast?: boolean): Promise<ReadonlySet<string>>;
  /** How many records and files were written, and how many of the records before. */
  readonly written: { records: number; files: number; doubles: number };
}

const optional = (...types: string[]) => ['null', ...types];
const text = optional('string');
/** Fields of the event glossary, personal ones too, with which the connector must do what it promises. */
const COMMON: Readonly<Record<string, unknown>> = {
  id: 'string',
  user_id: 'string',
  external_user_id: text,
  app_group_id: text,
  time: 'int',
  timezone: text,
};
const CAMPAIGN = { campaign_id: text, campaign_name: text, message_variation_id: text, send_id: text };
const CANVAS = { canvas_id: text, canvas_name: text, canvas_variation_id: text, canvas_step_id: text };
const MESSAGE = { ...COMMON, ...CAMPAIGN, dispatch_id: text, ...CANVAS, canvas_step_message_variation_id: text };
const EMAIL = { ...MESSAGE, email_address: text, user_agent: text };
const MORE: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'users.messages.email.Open': { machine_open: optional('boolean') },
  'users.messages.email.Click': { url: text, link_alias: text, is_suspected_bot_click: optional('boolean') },
  'users.messages.email.Bounce': { bounce_reason: text, is_drop: optional('boolean') },
  'users.messages.email.SoftBounce': { bounce_reason: text },
  'users.messages.sms.ShortLinkClick': { url: text, user_phone_number: text },
  'users.messages.sms.InboundReceive': { action: text, message_body: text, user_phone_number: text },
  'users.campaigns.Conversion': { conversion_behavior_index: optional('int'), conversion_behavior: text },
  'users.canvas.Entry': { in_control_group: optional('boolean') },
  'users.canvas.Conversion': { conversion_behavior_index: optional('int'), conversion_behavior: text },
  'users.behaviors.CustomEvent': { name: 'string', properties: text },
};

function fieldsOf(type: string): Readonly<Record<string, unknown>> {
  const base = type.startsWith('users.messages.email.')
    ? EMAIL
    : type.startsWith('users.messages.')
      ? { ...MESSAGE, device_id: text, platform: text }
      : type.startsWith('users.campaigns.')
        ? { ...COMMON, ...CAMPAIGN }
        : type.startsWith('users.canvas.')
          ? { ...COMMON, ...CANVAS }
          : COMMON;
  return { ...base, ...MORE[type] };
}

function recordOf(event: CurrentsEvent): Record<string, unknown> {
  const { id, type, at, campaign, element, canvas, member, dispatchId, own } = event;
  // A name may be missing for an hour.
  const named = (name: string) => (unit(at, 7) < 0.05 ? null : name);
  const said: Record<string, unknown> = {
    id,
    user_id: member.userId,
    external_user_id: member.externalId,
    app_group_id: '7c8d2f10-0000-4000-8000-000000000001',
    time: Math.floor(at / 1000),
    timezone: 'America/Chicago',
    ...(canvas === undefined
      ? { campaign_id: campaign.id, campaign_name: named(campaign.name), message_variation_id: element.id }
      : {
          canvas_id: campaign.id,
          canvas_name: named(canvas.name),
          canvas_variation_id: canvas.variant.id,
          canvas_step_id: canvas.step?.id,
          canvas_step_message_variation_id: canvas.step === undefined ? undefined : element.id,
          in_control_group: canvas.variant.isControl,
        }),
    dispatch_id: dispatchId,
    email_address: member.email,
    user_agent: 'Mozilla/5.0 (clinic; member.phone 555-0100)',
    bounce_reason: `550 5.1.1 <${member.email}>: no such user`,
    conversion_behavior: '{"type":"Performs Custom Event"}',
    ...own,
  };
  return Object.fromEntries(Object.keys(fieldsOf(type)).map((name) => [name, said[name] ?? null]));
}

const schemaOf = (type: string): Schema =>
  ({
    type: 'record',
    name: type.replaceAll('.', '_'),
    fields: Object.entries(fieldsOf(type)).map(([name, of]) => ({ name, type: of })),
  }) as Schema;

async function contentOf(type: string, events: readonly CurrentsEvent[], format: 'avro' | 'jsonl'): Promise<Buffer> {
  if (format === 'jsonl')
    return Buffer.from(events.map((event) => `${JSON.stringify(recordOf(event))}\n`).join(''), 'utf8');
  const encoder = new avro.streams.BlockEncoder(schemaOf(type), { codec: 'deflate' });
  const chunks: Buffer[] = [];
  encoder.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise((resolve, reject) => encoder.on('end', resolve).on('error', reject));
  for (const event of events) encoder.write(recordOf(event));
  encoder.end();
  await ended;
  return Buffer.concat(chunks);
}

export function startCurrents(options: CurrentsOptions): Currents {
  const {
    folder,
    integration = '66f0c4e2a1b2c3d4e5f60718',
    format = 'avro',
    lateShare = 0.1,
    twiceShare = 0.04,
  } = options;
  const path = `dataexport.prod-05.S3.integration.${integration}`;
  const done = new Set<string>();
  const held = new Set<string>();
  let owed: CurrentsEvent[] = [];
  let offset = 0;
  const written = { records: 0, files: 0, doubles: 0 };
  const draw = (event: CurrentsEvent, what: number) => unit(Number.parseInt(event.id.slice(0, 8), 16), what);

  async function write(type: string, hour: string, events: readonly CurrentsEvent[]): Promise<void> {
    const place = join(folder, path, `event_type=${type}`, `date=${hour}`, '481', 'prod-05');
    await mkdir(place, { recursive: true });
    const name = `dataexport.prod-05.${type}.integration.${integration}+${offset % 4}+${String(offset).padStart(10, '0')}`;
    offset += 1;
    await writeFile(join(place, `${name}.${format}`), await contentOf(type, events, format));
    written.files += 1;
    written.records += events.length;
  }

  return {
    path,
    written,
    async deliver(events, now, isLast = false) {
      const fresh: CurrentsEvent[] = [];
      for (const event of events) {
        if (done.has(event.id)) continue;
        // Held back once, an event comes with the next delivery, in a folder of its own hour.
        if (!isLast && !held.has(event.id) && draw(event, 1) < lateShare) {
          held.add(event.id);
          continue;
        }
        held.delete(event.id);
        done.add(event.id);
        fresh.push(event);
      }
      const doubles = fresh.filter((event) => draw(event, 2) < twiceShare);
      // Half of them stand twice in one file, the others come once more with the next delivery.
      const now2 = doubles.filter((event) => draw(event, 3) < 0.5);
      const all = [...fresh, ...now2, ...owed];
      written.doubles += now2.length + owed.length;
      owed = doubles.filter((event) => draw(event, 3) >= 0.5);
      const hourOf = (instant: number) => new Date(instant).toISOString().slice(0, 13).replace('T', '-');
      for (const [type, group] of grouped(all, ({ type: each }) => each)) {
        // Braze starts another file where there is much to say.
        const hours = group.length > 200 ? 2 : 1;
        const parts = grouped(group, (event) => hourOf(now - (1 + Math.floor(draw(event, 4) * hours)) * 3_600_000));
        for (const [hour, part] of parts) await write(type, hour, part);
      }
      return new Set(held);
    },
  };
}
