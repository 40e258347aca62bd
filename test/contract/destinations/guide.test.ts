import { readFileSync } from 'node:fs';
import { DESTINATION_CASES } from '../../../core/sdk/testing/index.js';

it('docs/guides/write-a-destination.md lists the cases', () => {
  const guide = readFileSync(new URL('../../../docs/guides/write-a-destination.md', import.meta.url), 'utf8');
  const listed = guide.slice(guide.indexOf('## 3. The cases')).match(/(?<=^- ).*$/gm);
  expect(listed).toEqual(DESTINATION_CASES.map(({ name }) => name));
});
