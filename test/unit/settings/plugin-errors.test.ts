import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ConnectorError } from '../../../core/sdk/errors.js';
import { fileSpec } from '../../../core/sdk/files/file-spec.js';
import { loadSettings, type PluginUse } from '../../../core/settings/index.js';
import { SAMPLE, SECRETS } from './sample.js';

const config = z.strictObject({
  api_key: z.string().min(1),
  page_size: z.int().max(100).optional(),
  verify: z.boolean().optional(),
  files: z.array(z.strictObject({ path: z.string(), format: z.enum(['csv', 'jsonl']) })).optional(),
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-settings-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The errors, without the name of the file, of the sample whose source has these options. */
async function errorsWith(options: string, from = SAMPLE, schema: z.ZodObject = config): Promise<readonly string[]> {
  const file = join(folder, 'tributary.yaml');
  await writeFile(file, from.replace('      api_key: ${env:BRAZE_API_KEY}', options));
  const checkPlugin = async (use: PluginUse) => {
    if (use.connector === 'nowhere')
      throw new ConnectorError('config', 'There is no connector.', { hint: 'Write one.' });
    if (use.kind === 'destination') return { issues: [] };
    const parsed = schema.safeParse(use.config);
    return {
      issues: parsed.error?.issues ?? [],
      knownKeys: (path: readonly PropertyKey[]) => (path.length === 0 ? Object.keys(schema.shape) : []),
    };
  };
  try {
    await loadSettings(file, { env: SECRETS, checkPlugin });
    return [];
  } catch (error) {
    return (error as Error).message.split('\n').map((line) => line.replace(`${file}:`, ''));
  }
}

describe("what a plugin finds wrong with its own options is told at the option's line", () => {
  test('nothing, where nothing is wrong', async () => {
    expect(await errorsWith('      api_key: x\n      files: [{ path: a, format: csv }]')).toEqual([]);
  });

  test('all at once, each at its place, together with those of the file', async () => {
    const errors = await errorsWith(
      `      api_kee: x
      page_size: 500
      verify: yes
      files:
        - path: a
          format: xml
        - { path: 7, format: csv, colour: red }`,
      SAMPLE.replace('version: 1', 'version: 2'),
    );
    expect(errors.map((line) => line.split(': ').slice(0, 2).join(' '))).toEqual([
      '1:10 version',
      '10:5 sources.braze.config.api_key',
      '11:7 sources.braze.config.api_kee',
      '12:18 sources.braze.config.page_size',
      '13:15 sources.braze.config.verify',
      '16:19 sources.braze.config.files[0].format',
      '17:19 sources.braze.config.files[1].path',
      '17:35 sources.braze.config.files[1].colour',
    ]);
    expect(errors[1]).toBe('10:5: sources.braze.config.api_key: is required: string');
    expect(errors[2]).toContain('unknown key; did you mean "api_key"?');
    expect(errors[4]).toContain('yes, no, on and off are plain text in YAML 1.2: write true or false');
    expect(errors[5]).toBe('16:19: sources.braze.config.files[0].format: must be one of csv, jsonl');
  });

  test('a variable that is not set, once', async () => {
    expect(await errorsWith('      api_key: ${env:NO_SUCH_KEY}')).toEqual([
      expect.stringMatching(/^11:16: sources.braze.config.api_key: environment variable NO_SUCH_KEY is not set/),
    ]);
  });

  test('a connector that does not exist', async () => {
    const errors = await errorsWith('      api_key: x', SAMPLE.replace('connector: braze', 'connector: nowhere'));
    expect(errors).toEqual(['9:16: sources.braze.connector: There is no connector. Write one.']);
  });

  test('a file that cannot be read says how to get one', async () => {
    await expect(loadSettings(join(folder, 'none.yaml'), { env: {} })).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringMatching(/none\.yaml: cannot be read \(ENOENT\)$/),
      details: { hint: expect.stringContaining('--config') },
    });
  });
});

test('a format of a column that is none, at its line, with what is allowed', async () => {
  const columns = (...lines: string[]) =>
    [
      '      files:',
      '        - stream: a',
      '          path: x',
      '          format: csv',
      '          columns:',
      ...lines,
    ].join('\n');
  const ofFiles = z.strictObject({ files: z.array(fileSpec) });
  expect(
    await errorsWith(
      columns(
        '            day: { type: date, format: DD/MM/YY }',
        '            at: { type: timestamp, format: "D.M.YYYY H:mm" }',
        '            then: { type: timestamptz, format: epoch_minutes }',
        '            month: { type: date, format: YYYY-MM }',
      ),
      SAMPLE,
      ofFiles,
    ),
  ).toEqual([
    expect.stringMatching(
      /^16:40: sources\.braze\.config\.files\[0\]\.columns\.day\.format: "DD\/MM\/YY" is unknown; allowed: a pattern of YYYY/,
    ),
    expect.stringMatching(
      /^18:48: .*columns\.then\.format: "epoch_minutes" is unknown; allowed: epoch_seconds, epoch_millis/,
    ),
  ]);
});
