import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { Project } from '../e2e/project.js';
import type { CliOptions } from '../support/cli.js';

/** Where distributions put it; `CHROMIUM` names another. */
const PLACES = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export function openBrowser(): Promise<Browser> {
  const executablePath = PLACES.find((place) => place !== '' && existsSync(place));
  if (executablePath === undefined)
    throw new Error('There is no Chromium. Install it (apt-get install chromium), or name it with CHROMIUM.');
  // It has no rights to lose here, and root may not sandbox it.
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

/** The host of a project, and a browser to look at it. */
export async function serveAndOpen(
  project: Project,
  options?: CliOptions,
): Promise<{ readonly url: string; readonly browser: Browser; close(): Promise<void> }> {
  const { child, ended } = project.start(['serve', '--port', '0', '--json'], options);
  const opened = openBrowser();
  const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  const { url } = (JSON.parse(line) as { data: { url: string } }).data;
  const browser = await opened;
  return {
    url,
    browser,
    async close() {
      await browser.close();
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** A page of its own; what it could not load or run is in `faults`. */
export async function openPage(
  browser: Browser,
  { dark = false, width = 1440 }: { readonly dark?: boolean; readonly width?: number } = {},
): Promise<{ readonly page: Page; readonly faults: string[] }> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  return { page, faults };
}

/** Goes there and waits until nothing is loading any more. */
export async function show(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.locator('h1').waitFor();
  await page.waitForFunction(() => document.querySelector('.loading') === null);
}

/** What axe finds wrong, by WCAG 2.2 AA and good practice, or by these rules alone: the rule and the first place. */
export async function violations(page: Page, rules?: readonly string[]): Promise<readonly string[]> {
  // By the debugger, since the page itself runs nothing that the host does not serve.
  await page.evaluate(AXE);
  return page.evaluate(async (only) => {
    const { axe } = window as unknown as {
      axe: {
        run(options: object): Promise<{
          violations: readonly { id: string; nodes: readonly { html: string; failureSummary?: string }[] }[];
        }>;
      };
    };
    const { violations } = await axe.run(only === undefined ? {} : { runOnly: { type: 'rule', values: only } });
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
  }, rules);
}

/** Tab after tab until the thing of this name has the focus, which must be seen. */
export async function tabTo(page: Page, name: string | RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 120; presses++) {
    await page.keyboard.press(key);
    const [text, hasRing] = await page.evaluate(() => {
      const focused = document.activeElement as HTMLElement;
      const text = (
        focused.getAttribute('aria-label') ??
        (focused as HTMLSelectElement).labels?.[0]?.textContent ??
        focused.textContent ??
        ''
      ).trim();
      const { outlineStyle } = getComputedStyle(focused);
      return [text, outlineStyle !== 'none'] as const;
    });
    if (typeof name === 'string' ? text !== name : !name.test(text)) continue;
    if (!hasRing) throw new Error(`"${text}" has the focus, and nobody can see it.`);
    return;
  }
  throw new Error(`No tab leads to ${String(name)}.`);
}
