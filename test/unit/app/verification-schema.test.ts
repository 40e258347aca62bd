import { verificationSchema } from '../../../core/app/verification-schema.js';

test('two connections never verify in one schema, however long their names are', () => {
  const long = `${'exports_of_the_regional_outreach_programme_'.padEnd(52, 'x')}_`;
  const names = [`${long}north`, `${long}south`, 'daily', 'x'.repeat(46), 'x'.repeat(47)];
  const schemas = names.map(verificationSchema);
  expect(new Set(schemas).size).toBe(names.length);
  for (const schema of schemas) expect(schema).toMatch(/^tributary_verify_[a-z0-9_]{1,46}$/);
  expect(schemas[2]).toBe('tributary_verify_daily');
});
