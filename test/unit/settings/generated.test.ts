import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { PAGE_FILE, SCHEMA_FILE, generatedFiles } from '../../../core/settings/generate.js';
import { settingsJsonSchema } from '../../../core/settings/json-schema.js';
import { fitsSchema } from './schema-check.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');
const example = () => parse(read('config/example.yaml')) as any;

describe('what is generated from the classes', () => {
  test.each([SCHEMA_FILE, PAGE_FILE])('%s is what the classes say now', (path) => {
    // If this fails: npm run build && node dist/core/settings/generate.js
    expect(read(path)).toBe(generatedFiles(root)[path]);
  });

  test.each(['config/demo.yaml', 'config/example.yaml'])('the schema accepts %s', (path) => {
    expect(fitsSchema(settingsJsonSchema(), parse(read(path)))).toBe(true);
  });

  test('the schema accepts references, whatever form their values have', () => {
    const config = example();
    config.store = '${env:STORE_URL}';
    config.access = {
      public_url: 'https://x.example',
      tls: { certificate: '${file:/run/secrets/tls.crt}', private_key: '${file:/run/secrets/tls.key}' },
    };
    config.audit = { key: '${env:AUDIT_KEY}' };
    config.report.embed = { key: '${env:EMBED_KEY}', ancestors: ['https://portal.example.org'] };
    config.report.views = { readers: ['powerbi'] };
    expect(fitsSchema(settingsJsonSchema(), config)).toBe(true);
    config.report.embed.ancestors = ['portal.example.org'];
    expect(fitsSchema(settingsJsonSchema(), config)).toBe(false);
  });

  test.each<[string, (config: any) => void]>([
    ['an unknown key', (config) => void (config.sourcez = {})],
    [
      'an unknown key deep inside',
      (config) => void (config.connections.braze_daily.streams.campaigns.write_mode = 'merge'),
    ],
    ['a missing key', (config) => void delete config.project.timezone],
    ['a wrong choice', (config) => void (config.connections.experiment.unstorable_text = 'drop')],
    ['a name with a capital letter', (config) => void (config.sources.Braze = config.sources.braze)],
    [
      'a fraction where a whole number is asked',
      (config) => void (config.connections.braze_daily.error_budget.or = 1.5),
    ],
    [
      'a map step with two verbs',
      (config) => void (config.connections.braze_daily.map.campaign_details[0].rename = { a: 'b' }),
    ],
    ['a measure that both adds and counts', (config) => void (config.report.facts[1].as.sent.sum = 'spend')],
    [
      'a dimension with a column and a constant',
      (config) => void (config.report.facts[0].dimensions.region.const = 'x'),
    ],
    ['a wrong condition', (config) => void (config.report.facts[1].as.sent.where.treatment = { is: 'x' })],
  ])('the schema refuses %s', (_, spoil) => {
    const config = example();
    spoil(config);
    expect(fitsSchema(settingsJsonSchema(), config)).toBe(false);
  });

  test('a whole number with a least value stays a whole number in the schema', () => {
    expect((settingsJsonSchema() as any).definitions.ErrorBudgetSettings.properties.or).toMatchObject({
      type: 'integer',
      minimum: 0,
      default: 1000,
    });
  });

  test('every object in the schema refuses keys that it does not name', () => {
    const { definitions, ...file } = settingsJsonSchema() as any;
    for (const schema of [file, ...Object.values<any>(definitions)]) expect(schema.additionalProperties).toBe(false);
  });
});
