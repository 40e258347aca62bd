import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { local } from '../../../../connectors/local/local.source.js';
import { sfmc } from '../../../../connectors/sfmc/sfmc.source.js';
import { planColumns } from '../../../../core/middleware/index.js';
import type { CatalogStream } from '../../../../core/protocol/index.js';
import { PRESETS } from '../../../../core/sdk/files/presets/index.js';
import { folder, listed, signal } from './stream-support.js';

async function catalogs(baseFolder: string, entry: Record<string, unknown>): Promise<Record<string, CatalogStream>> {
  const source = await local.open(local.config.parse({ files: [entry] }), { signal: signal(), baseFolder });
  const streams = await source.streams(() => undefined);
  return Object.fromEntries(Object.entries(streams).map(([name, { catalog }]) => [name, catalog]));
}

const columnsOf = ({ fields }: CatalogStream) => fields.map(({ name, type, nullable }) => ({ name, type, nullable }));

describe('a preset of files', () => {
  test('makes one entry a stream for each of its streams, or for those that are named', async () => {
    using place = folder();
    const all = await catalogs(place.path, { preset: 'braze_currents', path: 'currents/x' });
    expect(Object.keys(all)).toEqual(Object.keys(PRESETS.braze_currents.streams));
    const few = await catalogs(place.path, { preset: 'braze_currents', path: 'x', streams: ['email_opens'] });
    expect(few['email_opens']).toMatchObject({
      summary: 'One row per opening of an e-mail, those of machines too.',
      primaryKey: ['id'],
    });
  });

  test('says what is wrong with it', () => {
    const issues = (entry: Record<string, unknown>) =>
      local.config
        .safeParse({ files: [entry] })
        .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    expect(issues({ preset: 'braze_currents', path: 'x', streams: ['opens'] })).toEqual([
      expect.stringContaining('files.0.streams.0: is no stream of this preset; allowed: email_sends, '),
    ]);
    expect(issues({ preset: 'braze_currents', path: 'x', streams: ['email_send'] })).toEqual([
      'files.0.streams.0: is no stream of this preset; did you mean "email_sends"?',
    ]);
    expect(issues({ preset: 'sfmc_data_view', path: 'x' })).toEqual([
      'files.0.streams: names the one stream that `path` holds',
    ]);
    expect(issues({ stream: 's', path: 'x' })).toEqual([expect.stringContaining('files.0.format: ')]);
  });

  test('a stream whose folder is not there yet has no files, and other folders are not looked into', async () => {
    using place = folder();
    mkdirSync(join(place.path, 'x/event_type=users.messages.email.Send/date=2026-11-01-00'), { recursive: true });
    writeFileSync(join(place.path, 'x/event_type=users.messages.email.Send/date=2026-11-01-00/a.avro'), '');
    const config = local.config.parse({ files: [{ preset: 'braze_currents', path: 'x' }] });
    const source = await local.open(config, { signal: signal(), baseFolder: place.path });
    await source.check();
    const streams = await source.streams(() => undefined);
    const names = async (name: string) => {
      const stream = streams[name]!;
      if (stream.kind !== 'files') throw new Error('not of files');
      return (await listed(stream)).map((file) => file.name);
    };
    expect(await names('email_sends')).toEqual(['x/event_type=users.messages.email.Send/date=2026-11-01-00/a.avro']);
    expect(await names('email_opens')).toEqual([]);
  });

  test('check tells a kind of event that is not there yet, and fails where the folder is not', async () => {
    using place = folder();
    mkdirSync(join(place.path, 'x/event_type=users.messages.email.Send/date=2026-11-01-00'), { recursive: true });
    writeFileSync(join(place.path, 'x/event_type=users.messages.email.Send/date=2026-11-01-00/a.avro'), '');
    const check = async (path: string) => {
      const files = [
        { preset: 'braze_currents', path, streams: ['email_sends', 'email_opens'] },
        { preset: 'braze_currents', path, streams: ['custom_events'] },
      ];
      const source = await local.open(local.config.parse({ files }), { signal: signal(), baseFolder: place.path });
      const notes: string[] = [];
      await source.check((note) => notes.push(note));
      return notes;
    };
    expect(await check('x/')).toEqual([
      expect.stringMatching(/^stream "email_opens": no file matches x\/event_type=\S+\*\.avro in \S+ yet; /),
      expect.stringMatching(/^stream "custom_events": no file matches x\/event_type=\S+\*\.avro in \S+ yet; /),
    ]);
    await expect(check('y')).rejects.toMatchObject({
      kind: 'config',
      message: `Folder "${place.path}/y" does not exist.`,
    });
  });

  test('no member lands but by a rule', async () => {
    using place = folder();
    const { email_opens: opens } = await catalogs(place.path, { preset: 'braze_currents', path: 'x' });
    const plan = (protect: Record<string, 'drop' | 'keep' | { tokenize: { key: Buffer; version: number } }>) =>
      planColumns(opens!.fields, { stream: 'email_opens', map: [], expect: [], protect }, opens!.primaryKey);
    expect(() => plan({})).toThrow(
      'Stream "email_opens" has columns that tell who a person is, and nobody has said what becomes of: user_id, external_user_id.',
    );
    const tokenize = { key: Buffer.alloc(32, 1), version: 1 };
    const landed = plan({ user_id: { tokenize }, external_user_id: { tokenize } });
    expect(landed.filter((column) => column.tokenize !== undefined).map(({ source }) => source)).toEqual([
      'user_id',
      'external_user_id',
    ]);
    expect(landed.map(({ source }) => source)).not.toContain('email_address');
  });

  test('of Marketing Cloud lands in the same columns, types and keys as the API does', async () => {
    using place = folder();
    const config = sfmc.config.parse({
      endpoint: 'https://example.auth.marketingcloudapis.com',
      client_id: 'a',
      client_secret: 'b',
      accounts: [1],
      start_date: '2026-01-01',
      time_zone: 'America/Chicago',
      subscribers: true,
    });
    const api = await (await sfmc.open(config, { signal: signal(), baseFolder: '.' })).streams(() => undefined);
    const files = await catalogs(place.path, { preset: 'sfmc_tracking_extract', path: '*.zip' });
    for (const [name, catalog] of Object.entries(files)) {
      const same = api[name]!.catalog;
      expect({ name, key: catalog.primaryKey }).toEqual({ name, key: same.primaryKey });
      const wanted = columnsOf(same);
      // An extract of jobs has no counts to date, and names no email by number.
      for (const column of columnsOf(catalog)) expect(wanted).toContainEqual(column);
      if (!['sends', 'unsubscribe_events'].includes(name)) expect(columnsOf(catalog)).toHaveLength(wanted.length);
    }
  });
});
