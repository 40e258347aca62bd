import { TemplateError } from '../../../../connectors/rest/template/lexer.js';
import { templateOf } from '../../../../connectors/rest/template/template.js';
import { metered } from '../../../../connectors/rest/template/work.js';
import { Text } from '../../../../connectors/rest/run/text.js';

const numbers = Array.from({ length: 20_000 }, (_, at) => at);
const words = Array.from({ length: 20_000 }, (_, at) => `k${(at * 7919) % 20_000}`);
const given = () => ({
  numbers: [...numbers],
  words: [...words],
  mapping: Object.fromEntries(words.map((word) => [word, 1])),
  text: 'Ab é '.repeat(20_000),
  letters: 'a'.repeat(1_000_000),
});
const value = (template: string) => templateOf(template).strict(given());

/** With fewer steps than there are, so that nothing here takes long. */
const FEW = 5000;
const within = (template: string) => metered(() => value(template), FEW);
const SPENT = `a template takes more than ${FEW} steps`;
const DEEP = 'a value is nested more than 1000 deep';
const repeated = (work: string) =>
  `{% for i in numbers %}{% for j in numbers %}{% set x = ${work} %}{% endfor %}{% endfor %}`;
/** A list in a list in a list …, and one that holds the one before it twice, so that it is small and without end. */
const nested = (use: string) =>
  `{% set ns = namespace(x=[], y=[]) %}{% for i in numbers[:1500] %}{% set ns.x = [ns.x] %}{% set ns.y = [ns.y] %}{% endfor %}{{ ${use} }}`;
const doubled = (use: string) =>
  `{% set ns = namespace(x=[1], y=[1]) %}{% for i in numbers[:50] %}{% set ns.x = [ns.x, ns.x] %}{% set ns.y = [ns.y, ns.y] %}{% endfor %}{{ ${use} }}`;
const LONG_NUMBER = '{% set b = 9 ** 300 %}{% set b = b * b * b * b * b * b * b * b * b * b * b * b * b %}';

describe('the work of a template', () => {
  it.each([
    'numbers | sort', 'words | sort(reverse=true)', "words | join(',')", 'words | unique | list', 'numbers | tojson', 'mapping | tojson',
    "numbers | map('string') | list", "numbers | select('odd') | list", "numbers | map(attribute='x', default=1) | list", '-1 in numbers',
    'numbers == (numbers | list)', 'mapping == dict(mapping)', 'numbers.count(-1)', 'numbers.index(99999)', 'numbers[1:]', 'numbers[::-1]',
    'numbers + numbers', 'numbers * 2', 'numbers | sum', 'max(words)', "words | groupby(0)", 'numbers ~ 1', 'mapping.items()', '1 if mapping else 2',
    "text | replace('A', 'b')", "text.count('A')", 'text.casefold()', 'text | title', 'text | urlencode', 'text | hash', 'text | length', 'text[3]',
    'text * 2', 'text == text[:]', "text.find('zz')", "text | regex_replace('A', 'b')", "letters | regex_search('(a|b)*c')", "'%d' * 1000 % 1",
    "now_utc().strftime('%c')", "today_with_timezone('UTC')", 'words.insert(0, 1)', '[1, text] | tojson', "'x' | map('upper') | list and words | map('upper') | list",
  ])('is charged by the sizes of what it goes through: %s', (work) => {
    const fault = work.includes('%d') ? TemplateError : SPENT;
    expect(() => within(repeated(work))).toThrow(fault);
  }); // prettier-ignore

  it.each([
    ['b % 7', SPENT],
    ["b ~ ''", SPENT],
    ['b | round(-2000)', SPENT],
    ['b * b', 'a template makes a whole number of more than 4300 digits'],
  ])('is charged by the digits of whole numbers: %s', (work, fault) => {
    expect(() => within(LONG_NUMBER + repeated(work))).toThrow(fault);
  });

  it('ends where whole numbers grow', () => {
    const fault = 'a template makes a whole number of more than 4300 digits';
    expect(() =>
      value('{% set ns = namespace(n=3) %}{% for i in numbers %}{% set ns.n = ns.n * ns.n %}{% endfor %}{{ ns.n }}'),
    ).toThrow(fault);
    expect(() =>
      value('{% set ns = namespace(n=3) %}{% for i in numbers %}{% set ns.n = ns.n * 7 + 1 %}{% endfor %}{{ ns.n }}'),
    ).toThrow(fault);
    expect(() => templateOf(`{{ ${'9'.repeat(5000)} }}`)).toThrow('a number has too many digits');
    expect(value('{{ 9 ** 300 * 9 ** 300 }}')).toBe(9n ** 600n);
  });

  it.each([
    'ns.x', "ns.x ~ ''", 'ns.x | tojson', 'ns.x | string', 'ns.x | upper', 'ns.x == ns.y', '[ns.x, [ns.x]] | sort', 'ns.x | join',
  ])('ends where a value is nested deep, or holds itself: %s', (use) => {
    expect(() => within(nested(use))).toThrow(/nested (?:more than 1000|too) deep/);
    expect(() => within(`{% set ns = namespace(x=[], y=[]) %}{% set _ = ns.x.append(ns.x) %}{% set _ = ns.y.append(ns.y) %}{{ ${use} }}`)).toThrow(TemplateError);
  }); // prettier-ignore

  it.each(['ns.x', "ns.x ~ ''", 'ns.x | tojson', 'ns.x == ns.y', 'ns.x < ns.y', '[ns.x, ns.y] | max'])(
    'ends where what is small holds the same twice over and over: %s',
    (use) => expect(() => within(doubled(use))).toThrow(SPENT),
  );

  it('tells tuples in tuples apart up to a length', () => {
    const tuples = (made: string) =>
      `{% set ns = namespace(x=(1,)) %}{% for i in numbers[:40] %}{% set ns.x = ${made} %}{% endfor %}{{ [ns.x] | unique | list | length }}`;
    expect(() => within(tuples("(ns.x, '')"))).toThrow(/makes more than|takes more than/);
    expect(() => within(tuples('(ns.x, ns.x)'))).toThrow(/makes more than|takes more than/);
  });

  it.each([
    ["('a' * 250000 ~ 'b' ~ 'a' * 250000) in letters", SPENT],
    ["letters.split('a' * 250000 ~ 'b' ~ 'a' * 250000)", SPENT],
    ["letters.rfind('a' * 100000 ~ 'b')", SPENT],
    ["letters.rsplit('a' * 100000 ~ 'b')", SPENT],
    ["(letters ~ 'b') | regex_search('(a{0,300}){0,3}b')", SPENT],
    ["(letters ~ 'c') | regex_replace('a.*b.*c|a', 'x')", SPENT],
    [`'x' | regex_search('(' ~ 'a?' * 300000 ~ ')')`, SPENT],
    ["'{:010000000,}'.format(1)", SPENT],
    [`format_datetime('${'1'.repeat(80)}', '%Y', '${'%f'.repeat(30)}x')`, 'does not fit the format'],
    [`now_utc().strptime('${'1'.repeat(80)}', '${'%d%m'.repeat(20)}x')`, 'does not fit the format'],
    [`'[' ~ '1,' * 60000 ~ ']'`, SPENT],
    ["now_utc().strftime('%c' * 2500)", SPENT],
    ["format_datetime('2020-01-01', '%-D' * 2000)", SPENT],
    ["('é' * 10000) | urlencode", SPENT],
  ])('ends in a single step that would not end: %s', (work, fault) => {
    expect(() => within(`{{ ${work} }}`)).toThrow(fault);
  });

  it('makes nothing of nothing, however often', () => {
    expect(value('{{ [] * 1000000000 }}')).toEqual([]);
    expect(value("{{ '' * 9 ** 300 }}")).toBe('');
    expect(value("{{ letters.strip('b' * 1000000 ~ 'a') }}")).toBe('');
  });

  it.each([
    `{{ ${'1 + '.repeat(100_000)}1 }}`,
    `{{ letters${' | upper'.repeat(50_000)} }}`,
    `{{ letters${'.b'.repeat(50_000)} }}`,
    '{% if 1 %}'.repeat(20_000) + '{% endif %}'.repeat(20_000),
  ])('is told where a template is nested too deep', (template) => {
    expect(() => within(template)).toThrow('it is nested too deep');
  });

  it('counts what is done in a turn of a loop, and the scopes around it', () => {
    const loop = (body: string) =>
      `{% for i in numbers[:1000] %}{% for j in numbers[:2] %}${body}{% endfor %}{% endfor %}`;
    expect(within(loop('{% set x = i + j %}'))).toBe('');
    expect(() => within(loop(`{% set x = ${'1 + '.repeat(300)}1 %}`))).toThrow(SPENT);
    const scopes = 300;
    expect(() => within('{% for q in [1] %}'.repeat(scopes) + loop('{{ text is defined }}') + '{% endfor %}'.repeat(scopes))).toThrow(SPENT); // prettier-ignore
  });

  it('becomes an error of the manifest that names the template', () => {
    const around = { config: given(), parameters: {} };
    for (const [template, fault] of [
      ['{% for i in config.numbers %}{% set x = config.words | sort %}{% endfor %}', SPENT],
      ['{% set q = [] %}{% set _ = q.append(q) %}{{ q }}', DEEP],
      ['{{ config.letters * 11 }}', 'makes more than'],
    ] as const) {
      const text = new Text(template, around);
      for (const work of [() => text.text(), () => text.value()])
        expect(() => metered(work, FEW)).toThrow(
          expect.objectContaining({ kind: 'config', message: expect.stringMatching(new RegExp(`^The template "\\{.*${fault}`)) }),
        ); // prettier-ignore
    }
  });

  it('leaves room for what manifests do', () => {
    const deduped = '{% set seen = [] %}{% for w in words[:5000] %}{% if w not in seen %}{% set _ = seen.append(w) %}{% endif %}{% endfor %}{{ seen | length }}'; // prettier-ignore
    expect(value(deduped)).toBe(5000);
    expect(value('{% set all = [] %}{% for n in numbers %}{% set _ = all.append(n) %}{% endfor %}{{ all | length }}')).toBe(20_000); // prettier-ignore
    expect(value("{% set ns = namespace(t='') %}{% for w in words %}{% set ns.t = ns.t ~ ',' ~ w %}{% endfor %}{{ ns.t | length }}")).toBe(words.join('').length + 20_000); // prettier-ignore
    expect(value("{{ words | map('upper') | select('ne', 'K1') | unique | sort | join(',') | length }}")).toBe(words.join('').length - 2 + 19_998); // prettier-ignore
    expect(value("{{ text | trim | replace('é', 'e') | lower | regex_replace('b e', '-') | tojson | length }}")).toBeGreaterThan(50_000); // prettier-ignore
    expect(value("{% for w in words[:5000] %}{{ format_datetime('2020-01-01', '%Y-%m-%d') }}{% endfor %}")).toHaveLength(50_000); // prettier-ignore
    expect(value("{% for n in numbers %}{{ format_datetime('2020-01-01', '%Y-%m-%d') }}{% endfor %}")).toHaveLength(200_000); // prettier-ignore
    expect(value("{% for n in numbers[:3000] %}{{ today_with_timezone('UTC') }}{% endfor %}")).toHaveLength(30_000);
    expect(value('{{ letters | base64encode | base64decode | urlencode | length }}')).toBe(1_000_000);
  });
});
