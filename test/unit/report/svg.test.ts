import { barChart } from '../../../report/render/bar-chart.js';

test('a name that looks like an id of the drawing stays as it is, and ids are those of the page', () => {
  const bar = { label: 'zr0-Alpha zr12-c3', sent: 3, opened: null, responded: 1, response_rate: null };
  const svg = barChart([bar], { id: 'campaigns', title: 'Figures', width: 880, isWide: true });
  expect(svg.match(/<text[^>]*>zr0-Alpha zr12-c3<\/text>/g)).not.toBeNull();
  const withoutNames = svg.replaceAll('zr0-Alpha zr12-c3', '');
  expect(withoutNames).not.toMatch(/zr\d/);
  for (const [, id] of svg.matchAll(/url\(#([^)]*)\)/g)) expect(svg).toContain(`id="${id}"`);
});
