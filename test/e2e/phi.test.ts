import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { stopTestServer } from '../support/postgres.js';
import { atProbe, newProject, type Project } from './project.js';

/** Identifiers of a person, each in a column that is protected in another way. */
const CANARIES = ['Q-CANARY-77', 'jane.canary@example.org', '1931-05-06', '60697', 'Canary Street', '555-0177'];
const HEADER = 'id,member,email,born,zip,street,phone,channel,sent';
const row = (id: number, channel: string, member = CANARIES[0]) =>
  [id, member, ...CANARIES.slice(1), channel, 5].join(',');

const config = (more: { readonly channels?: string; readonly keys?: string; readonly rules?: string } = {}) => `keys:
${more.keys ?? '  member_key: "${env:MEMBER_1}"\n  phi_key: "${env:PHI_1}"'}
sources:
  exports:
    connector: local
    config:
      files:
        - { stream: people, path: ./data/*.csv, format: csv, primary_key: [id, member], columns: { sent: integer, zip: string } }
connections:
  daily:
    source: exports
    destination: warehouse
    schema: raw
    streams: { people: { phi: true } }
    error_budget: { records: 100%, or: 100 }
    map: { people: [ { drop: [street] } ] }
    expect: { people: [ { set: { channel: [${more.channels ?? 'email'}] } } ] }
    protect:
      people: ${more.rules ?? '{ id: keep, member: { tokenize: member_key }, email: { encrypt: phi_key }, born: { generalise: birth_date }, zip: { generalise: zip }, phone: { mask: 2 }, channel: keep, sent: keep }'}
`;
const OLD = { MEMBER_1: 'member-key-number-one-0001', PHI_1: 'phi-key-number-one-000001' };
const env = { ...OLD, MEMBER_2: 'member-key-number-two-0002', PHI_2: 'phi-key-number-two-000002' };
const ROTATED = {
  phi: '  member_key: "${env:MEMBER_1}"\n  phi_key: "${env:PHI_2}"\nformer_keys:\n  phi_key: { "1": "${env:PHI_1}" }',
  both: '  member_key: "${env:MEMBER_2}"\n  phi_key: "${env:PHI_2}"\nformer_keys:\n  phi_key: { "1": "${env:PHI_1}" }\n  member_key: { "1": "${env:MEMBER_1}" }',
};

let project: Project;
const told: string[] = [];
/** Every word of the program is kept, to be searched. */
const run = async (args: readonly string[], node?: readonly string[]) => {
  const end = await project.run(args, { env, ...(node === undefined ? {} : { node }) });
  told.push(end.stdout, end.stderr);
  return end;
};
const people = () => project.rows('SELECT id, member, email, born, zip, phone FROM raw.people ORDER BY id');

beforeAll(async () => {
  project = await newProject(config());
  await project.write(
    'data/1.csv',
    [HEADER, row(1, 'email'), row(2, 'fax'), `${row(3, 'email')},too,many`, ''].join('\n'),
  );
});
afterAll(async () => {
  await project?.remove();
  await stopTestServer();
});

/** Every row of every table, of the host and of the warehouse. */
async function tablesOf(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const texts: string[] = [];
    for (const { name } of rows)
      texts.push(
        name,
        ...(await client.query<{ t: string }>(`SELECT t::text AS t FROM ${name} t`)).rows.map(({ t }) => t),
      );
    return texts.join('\n');
  } finally {
    await client.end();
  }
}

async function filesOf(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const texts = files
    .filter((file) => file.isFile())
    .map((file) => readFile(join(file.parentPath, file.name), 'latin1'));
  return (await Promise.all(texts)).join('\n');
}

const found = (text: string) => CANARIES.filter((canary) => text.includes(canary));

describe('a stream of PHI', () => {
  test('leaves no identifier in tables, quarantine, logs, audit log or files; what it rejects is encrypted whole', async () => {
    const { code } = await run(['sync', 'daily']);
    expect(code).toBe(0);
    const [landed] = await people();
    expect(landed).toMatchObject({
      id: '1',
      born: expect.stringMatching(/^\d{4} or before$/),
      zip: '606',
      phone: '****77',
    });
    expect(landed.member).toMatch(/^tok_1_/);
    expect(landed.email).toMatch(/^enc_1_/);
    const quarantined = await project.data<any[]>(['quarantine', 'list', 'daily'], { env });
    expect(quarantined.map(({ reason }) => reason).toSorted()).toEqual(['not_in_set', 'ragged_row']);
    for (const { id } of quarantined) await run(['quarantine', 'show', 'daily', id]);
    for (const args of [
      ['runs', 'list'],
      ['status'],
      ['audit', 'list'],
      ['discover', 'exports', '--json'],
      ['quarantine', 'replay', 'daily', '--dry-run'],
      ['classify', 'exports'],
    ])
      await run(args);
    const payloads = await project.rows<{ payload: object }>('SELECT payload FROM tributary.quarantine');
    expect(payloads.map(({ payload }) => Object.keys(payload))).toEqual([['_sealed'], ['_sealed']]);
    for (const text of [
      await tablesOf(project.warehouseUrl),
      await tablesOf(project.storeUrl),
      told.join('\n'),
      await filesOf(join(project.folder, 'home')),
    ])
      expect(found(text)).toEqual([]);
  });

  test('is proposed by names and samples, and no value is told', async () => {
    const [{ stream, records, columns }] = await project.data<any[]>(['classify', 'exports'], { env });
    expect({ stream, records }).toEqual({ stream: 'people', records: 2 });
    const rules = Object.fromEntries(columns.map(({ column, rule }: any) => [column, rule]));
    expect(rules).toEqual({
      id: 'keep',
      member: '{ tokenize: member_key }',
      email: 'drop',
      born: '{ generalise: birth_date }',
      zip: '{ generalise: zip }',
      street: 'drop',
      phone: '{ mask: 4 }',
      channel: 'keep',
      sent: 'keep',
    });
    const { stdout, stderr } = await run(['classify', 'exports']);
    expect(found(stdout + stderr)).toEqual([]);
    expect(stdout).toContain('mark the stream `phi: true`');
  });

  test('a replay opens what is sealed, and protects it as a sync does', async () => {
    await project.configure(config({ channels: 'email, fax' }));
    expect((await run(['quarantine', 'replay', 'daily'])).code).toBe(0);
    const [first, second] = await people();
    expect({ ...second, id: '1' }).toEqual(first);
  });

  test('a new key of encryption leaves what the old one sealed readable, to whom the log names', async () => {
    await project.configure(config({ channels: 'email, fax', keys: ROTATED.phi }));
    await project.write('data/2.csv', [HEADER, row(4, 'email'), row(5, 'post'), ''].join('\n'));
    expect((await run(['sync', 'daily'])).code).toBe(0);
    const sealed = (await people()).map(({ email }) => email as string);
    expect(sealed.map((text) => text.slice(0, 6)).toSorted()).toEqual(['enc_1_', 'enc_1_', 'enc_2_']);
    const end = await project.run(['keys', 'reveal', 'daily', 'people', 'email', ...sealed], { env });
    expect(end.stdout.trim().split('\n')).toEqual(Array.from(sealed, () => CANARIES[1]));
    expect(
      (await run(['keys', 'reveal', 'daily', 'people', 'email', `${(sealed[0] as string).slice(0, -3)}AAA`])).code,
    ).toBe(3);
    expect((await run(['keys', 'reveal', 'daily', 'people', 'member', 'x'])).stderr).toContain(
      'Nothing encrypts the column',
    );
    expect((await run(['audit', 'list'])).stdout).toContain('keys.reveal');
  });

  test('a new key of tokens is refused until the tables were brought to it, in one cut-over that can be killed', async () => {
    await project.configure(config({ channels: 'email, fax', keys: ROTATED.both }));
    const before = await people();
    const refused = await run(['sync', 'daily', '--full-refresh']);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain('holds tokens of version 1 of a key whose version is now 2');
    const dry = await run(['keys', 'rotate-tokens', 'member_key', '--dry-run']);
    expect(dry.stdout).toMatch(/daily +people +member +1 +3\n/);
    const killed = await run(
      ['keys', 'rotate-tokens', 'member_key', '--yes'],
      atProbe('tokens_moved', "process.kill(process.pid, 'SIGKILL');"),
    );
    expect(killed.signal).toBe('SIGKILL');
    expect(await people()).toEqual(before);

    expect((await run(['keys', 'rotate-tokens', 'member_key', '--yes'])).code).toBe(0);
    const after = await people();
    expect(new Set(after.map(({ member }) => member)).size).toBe(1);
    expect(after[0].member).toMatch(/^tok_2_/);
    expect(await project.rows('SELECT key_name, old, new FROM tributary.token_crosswalk')).toEqual([
      { key_name: 'member_key', old: before[0].member, new: after[0].member },
    ]);
    // What is read again is the same member, and so the same row; and so is what waited in quarantine.
    await project.configure(config({ channels: 'email, fax, post', keys: ROTATED.both }));
    expect((await run(['sync', 'daily', '--full-refresh'])).code).toBe(0);
    expect((await run(['quarantine', 'replay', 'daily'])).code).toBe(0);
    const whole = await people();
    expect(whole.map(({ id }) => id)).toEqual(['1', '2', '4', '5']);
    expect(new Set(whole.map(({ member }) => member))).toEqual(new Set([after[0].member]));
    expect((await run(['keys', 'rotate-tokens', 'member_key', '--yes'])).stdout).toMatch(/member +0 +0\n/);
  });

  test.each([
    ['sync', 'daily'],
    ['quarantine', 'replay', 'daily'],
    ['keys', 'rotate-tokens', 'member_key', '--dry-run'],
  ])(
    'a key that became another in place of its version is refused by a process that begins with it: %s %s',
    async (...verb) => {
      const before = await people();
      const keys = ROTATED.both.replace('"1": "${env:MEMBER_1}"', '"1": "${env:PHI_1}"');
      await project.configure(config({ channels: 'email, fax, post', keys }));
      await project.write('data/3.csv', [HEADER, row(6, 'email'), ''].join('\n'));
      const { code, stderr } = await run(verb);
      expect([code, stderr]).toEqual([
        3,
        expect.stringContaining('Version 1 of the key "member_key" is another than the one in use.'),
      ]);
      expect(await people()).toEqual(before);
    },
  );

  test('the search would find them: with rules that keep everything it does', async () => {
    const rules =
      '{ id: keep, member: keep, email: keep, born: keep, zip: keep, phone: keep, channel: keep, sent: keep }';
    const open = await newProject(config({ rules }));
    await open.write('data/1.csv', [HEADER, row(1, 'email'), ''].join('\n'));
    await open.run(['sync', 'daily'], { env });
    expect(found(await tablesOf(open.warehouseUrl)).length).toBeGreaterThan(3);
    await open.remove();
  });
});
