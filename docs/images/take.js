/**
 * Takes the pictures of this folder from a running demo:
 *   export TRIBUTARY_DEMO_NOW=2026-03-18T04:59:59Z
 *   node --import ./docs/images/clock.js dist/core/app/cli/main.js demo --port 8080
 *   node docs/images/take.js http://127.0.0.1:8080
 * and that of own figures from a host with config/own-figures.yaml, whose address comes second. `ONLY=NAME` takes one.
 * Look at each of them before it is committed.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const [, , demo = 'http://127.0.0.1:8080', own] = process.argv;
const only = process.env.ONLY;
const PLACES = [process.env.CHROMIUM ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const { runs } = await (await fetch(`${demo}/api/runs?connection=braze_daily`)).json();

/** A file, a page, its width, and what is taken of it. */
const PICTURES = [
  { name: 'report', path: '/performance/2026-03', width: 1440, height: 1500 },
  { name: 'report-dark', path: '/performance/2026-03', width: 1440, height: 1500, isDark: true },
  { name: 'report-768', path: '/performance/2026-03', width: 768, height: 1900 },
  { name: 'report-768-dark', path: '/performance/2026-03?grain=week&beside=previous', width: 768, height: 1900, isDark: true },
  { name: 'report-360', path: '/performance/2026-03', width: 360, height: 2600 },
  { name: 'report-360-dark', path: '/performance/2026-03?region=West', width: 360, height: 2600, isDark: true },
  { name: 'report-print', path: '/performance/2026-03', width: 794, height: 2246, isPrint: true },
  { name: 'report-bars', path: '/performance/2026-03', width: 1440, height: 1300, at: 'By region' },
  { name: 'report-region-segment', path: '/performance/2026-03', width: 1440, height: 760, at: 'Response rate by region' },
  { name: 'report-within', path: '/performance/2026-03?region=Midwest&by=campaign', width: 1440, height: 1500 },
  { name: 'report-months', path: '/performance/2026-03?grain=month', width: 1440, height: 620, at: 'Over time' },
  { name: 'releases', path: '/performance/2026-03/releases', width: 1440, height: 640 },
  { name: 'overview', path: '/', width: 1440, height: 760 },
  { name: 'overview-360-dark', path: '/', width: 360, height: 1300, isDark: true },
  { name: 'connection', path: '/connections/braze_daily', width: 1440, height: 1300 },
  { name: 'backfill', path: '/connections/braze_daily', width: 1440, height: 900, press: 'Backfill …' },
  { name: 'run-dark', path: `/runs/${runs[0].id}`, width: 1440, height: 1300, isDark: true },
  { name: 'run-360', path: `/runs/${runs[0].id}`, width: 360, height: 1800 },
  { name: 'new-source', path: '/sources/new', width: 1440, height: 1150, choose: 'braze' },
  { name: 'new-source-360-dark', path: '/sources/new', width: 360, height: 2200, isDark: true, choose: 'sftp' },
  { name: 'report-costs', path: '/performance/2026-03', width: 1440, height: 760, at: 'Cost and return' },
  { name: 'audit', path: '/audit', width: 1440, height: 700 },
];

const OWN = { name: 'report-own', path: '/performance/2008-03', width: 1440, height: 1290, url: own };

const browser = await chromium.launch({ executablePath: PLACES.find(existsSync), args: ['--no-sandbox'] });
for (const picture of own === undefined ? PICTURES : [...PICTURES, OWN]) {
  const { name, path, width, height, isDark = false, isPrint = false, at, choose, press, url = demo } = picture;
  if (only !== undefined && only !== name) continue;
  const page = await browser.newPage({
    viewport: { width, height: 900 },
    colorScheme: isDark ? 'dark' : 'light',
    reducedMotion: 'reduce',
  });
  if (isPrint) await page.emulateMedia({ media: 'print' });
  await page.clock.setFixedTime(runs[0].ended_at);
  await page.goto(url + path);
  await page.locator('h1').waitFor();
  if (path.startsWith('/performance/2026-03') && !path.includes('releases')) await page.locator('canvas').waitFor();
  await page.waitForFunction(() => document.querySelector('.loading') === null);
  if (choose !== undefined) await page.getByRole('radio', { name: new RegExp(`^${choose}`) }).check();
  if (press !== undefined) await page.getByRole('button', { name: press }).click();
  const top = at === undefined ? 0 : (await page.getByRole('heading', { name: at }).first().boundingBox()).y - 24;
  const whole = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.screenshot({
    path: fileURLToPath(new URL(`${name}.png`, import.meta.url)),
    fullPage: true,
    clip: { x: 0, y: top, width, height: Math.min(height, whole - top) },
  });
  await page.close();
}
await browser.close();
