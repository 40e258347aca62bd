import { shownAddress } from '../../../../connectors/rest/requests/answer.js';
import { guarded } from '../../../../connectors/rest/requests/address-guard.js';

const shown = (path: string, ...values: readonly string[]) =>
  shownAddress({ url: new URL(`https://api.example${path}`), hidden: () => values }).replace('https://api.example', '');

describe('an address for people', () => {
  it.each([
    ['/m/Smith%20Ann/x', ['Ann', 'Smith Ann']],
    ['/m/Smith%20Ann%20Lee/x', ['Smith Ann', 'Ann Lee']],
    ['/m/Smith+Ann/x', ['Smith Ann']],
    ['/m/smith-ann/x', ['Smith Ann']],
    ['/m/ann%2Fb@c.example/x', ['b', 'ann/b@c.example']],
    ['/m/1985-03-12/x', ['12', '1985-03-12']],
    ['/m/Bj%C3%B6rn/x', ['Björn']],
    ['/m/bj%c3%b6rn/x', ['BJÖRN']],
    ['/m/Bj%25C3%25B6rn/x', ['Björn']],
    ['/m/Bj%F6rn/x', ['Björn']],
    ['/m/%41nn/x', ['%41nn']],
    ['/m/Bj%C3%B6rn/x', ['/people/Bj%C3%B6rn']],
    ["/m/Members('M4471')/x", ['M4471']],
    ['/m/M4471/x', ['4471']],
    ['/m/M4471/x', ['https://api.example/people/M4471/all?since=2024']],
    ['/m/(b)%20%C3%A4%20!/x', ['(b) ä !']],
  ])('shows no part that records put into %s', (path, values) => {
    expect(shown(path, ...values)).toBe('/m/…/x');
  });

  it('shows no more where one part cannot be read', () => {
    expect(shown('/m/100%/Bj%C3%B6rn', 'Björn')).toBe('/m/…/…');
    expect(shown('/m/Ann/b@c.example/y', 'b', 'ann/b@c.example')).toBe('/m/…/…/y');
  });

  it('shows what only looks like it, and nothing of a query', () => {
    expect(shown('/v1/members/12/days12?id=Ann', '1', '2', '12', 'Ann', 'member')).toBe('/v1/members/…/days12');
    expect(shown('/m/100%25/%C3%A4')).toBe('/m/100%25/%C3%A4');
    expect(shown('/v1/%C3%A4//x', 'M4471', '(', '')).toBe('/v1/ä//x');
  });

  it('is told without it where it is none', () => {
    const guard = { allowed: { loopback: false, private: false, http: false }, hosts: new Set<string>(), patterns: [] };
    const address = `/m/${'x'.repeat(90)}/M4471-Ann/x?y`;
    expect(() => guarded(address, guard, () => ['M4471-Ann'])).toThrow(`"/m/${'x'.repeat(90)}/…/x?…" is no http`);
    expect(() => guarded('ann:M4471', guard, () => ['ann:M4471'])).toThrow('"…" is no http or https address');
    expect(() => guarded('file:///etc/x', guard)).toThrow('"file:///etc/x" is no http or https address');
  });

  it('is told whatever records hold, without what is longer than any path', () => {
    const long = ['x'.repeat(100_000), '(', 'M4471', '1', '/others/'.repeat(500), '1'.repeat(100_000)];
    expect(shown('/members/M4471/v1/1?q=1', ...long)).toBe('/members/…/v1/…');
  });
});
