import { openPaper } from '../../../report/render/pdf/paper.js';
import { drawTable } from '../../../report/render/pdf/table.js';
import { text } from '../../../report/render/shown.js';

test('words beside figures keep their distance', async () => {
  const paper = await openPaper({ title: 'A table', author: 'Outreach', made: new Date('2026-03-01T12:00:00Z') });
  drawTable(paper, {
    id: 'one',
    title: 'One',
    caption: 'One',
    columns: [
      { key: 'p', label: 'p', kind: 'count' },
      { key: 'verdict', label: 'Verdict', kind: 'text' },
    ],
    rows: [[{ is: 'count', value: 1_000 }, text('none')]],
  });
  const { getDocumentProxy } = await import('unpdf');
  const document = await getDocumentProxy(new Uint8Array(await paper.end([])));
  const { items } = await (await document.getPage(1)).getTextContent();
  const placed = items.flatMap((item) => ('str' in item ? [item] : []));
  const at = (word: string) => placed.find(({ str }) => str === word)!;
  for (const [figure, word] of [
    ['p', 'Verdict'],
    ['1,000', 'none'],
  ] as const)
    expect(at(word).transform[4] - (at(figure).transform[4] + at(figure).width)).toBeGreaterThan(6);
});
