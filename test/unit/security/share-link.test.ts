import { openView, sealView, type SharedView } from '../../../core/security/index.js';

const KEY = 'a key of a test, of at least 32 letters';
const VIEW: SharedView = {
  id: '0123456789ab',
  month: '2026-03',
  filter: { region: 'West' },
  expiresAt: '2026-06-01T00:00:00.000Z',
};

test('a link opens as it was sealed, and not by another key', () => {
  const word = sealView(KEY, VIEW);
  expect(openView(KEY, word)).toEqual(VIEW);
  expect(openView(`${KEY}!`, word)).toBeUndefined();
});

test('whoever changes the month, the filter or the end of a link has none', () => {
  const [content, signature] = sealView(KEY, VIEW).split('.') as [string, string];
  for (const changed of [{ month: '2026-04' }, { filter: {} }, { expiresAt: '2099-01-01T00:00:00.000Z' }]) {
    const forged = Buffer.from(JSON.stringify({ ...VIEW, ...changed })).toString('base64url');
    expect(openView(KEY, `${forged}.${signature}`)).toBeUndefined();
  }
  for (const word of ['', content, `${content}.`, `${content}.${signature.slice(1)}`, `${content}.${signature}.x`])
    expect(openView(KEY, word)).toBeUndefined();
});
