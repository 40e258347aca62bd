import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sources } from '../../../connectors/index.js';
import { connectorPages, MORE } from '../../../core/app/connector-pages.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const pages = await connectorPages();

describe.each(Object.entries(pages))('%s', (path, page) => {
  test('is what the definition says now', () => {
    // If this fails: npm run build && npx node dist/core/app/connector-pages.js
    expect(readFileSync(join(root, path), 'utf8')).toBe(page);
  });

  test('leads nowhere that is not there', () => {
    const links = Array.from(page.matchAll(/\]\(([^)#]+)\)/g), ([, link]) => join(dirname(path), link!));
    expect(links.filter((link) => !existsSync(join(root, link)))).toEqual([]);
    const anchors = Array.from(page.matchAll(/\]\(#([^)]+)\)/g), ([, anchor]) => anchor!);
    expect(anchors.filter((anchor) => !page.includes(`\n### ${anchor}\n`))).toEqual([]);
  });
});

test('the page of a system says which options of a list are required, and of which type they are; and where more stands', () => {
  const sfmc = pages['docs/connectors/sfmc.md']!;
  expect(sfmc).toContain('| `data_extensions[].stream` | string | **required** |');
  expect(sfmc).toContain('| `start_date` | date | **required** |');
  expect(sfmc).toContain('| `time_zone` | time zone | **required** |');
  expect(sfmc).toContain('| `endpoint` | URL | **required** |');
  expect(pages['docs/connectors/braze.md']).toMatch(/`users\[\]\.fields` \| map of /);
  for (const [name, links] of Object.entries(MORE))
    for (const [, path] of links) expect(pages[`docs/connectors/${name}.md`]).toContain(`](../../${path})`);
});

describe.each(sources.map((source) => [source.name, source] as const))('the source %s', (_, source) => {
  test('says how to get credentials, what its limits are, and has an example', () => {
    expect(source.guide).toMatchObject({ example: expect.any(Object), credentials: expect.any(Array) });
    expect(source.guide!.limits.length).toBeGreaterThan(0);
  });

  test('describes each column of its streams, and tells of a source of an API which permissions and calls they need', async () => {
    const { example, everything, uncertain, isAskedForStreams } = source.guide!;
    if (isAskedForStreams === true) return;
    const open = await source.open(source.config.parse({ ...example, ...everything }), {
      signal: new AbortController().signal,
      baseFolder: '/',
    });
    const streams = Object.values(await open.streams(() => undefined, ''));
    await open.close();
    for (const { catalog } of streams) {
      expect([catalog.name, catalog.fields.filter(({ description }) => !description).map(({ name }) => name)]).toEqual([
        catalog.name,
        [],
      ]);
      expect(catalog.permissions?.length).toBeGreaterThan(0);
      expect(catalog.calls).toMatch(/^one per /);
      if (catalog.fields.some(({ description }) => description?.includes('*uncertain*')))
        expect(uncertain?.length).toBeGreaterThan(0);
    }
  });
});
