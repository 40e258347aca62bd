import { readFileSync } from 'node:fs';
import { TemplateError } from '../../../../connectors/rest/template/lexer.js';
import { LIST_FILTERS } from '../../../../connectors/rest/template/list-filters.js';
import { holds, templateOf } from '../../../../connectors/rest/template/template.js';
import { TESTS } from '../../../../connectors/rest/template/tests.js';
import { TEXT_FILTERS } from '../../../../connectors/rest/template/text-filters.js';
import { VALUE_FILTERS } from '../../../../connectors/rest/template/value-filters.js';
import { Float, repr } from '../../../../connectors/rest/template/values.js';

interface Case {
  readonly template: string;
  /** What the reference (airbyte-cdk 7.39, Jinja 3.1) answers, as Python's `repr` writes it. */
  readonly value: string;
  readonly as_text_or_list: string;
  readonly condition: string;
}

const cases = JSON.parse(readFileSync('test/fixtures/rest-templates.json', 'utf8')) as Case[];
const context = {
  config: { a: 'A', n: '12' },
  record: {
    s: 'abcd',
    n: 2,
    none: null,
    empty: '',
    list: ['x', 'y', 'z'],
    nested: { a: 1, b: 'two' },
    rows: [
      { id: 3, ok: true },
      { id: 1, ok: false },
    ],
    big: 9007199254740993n,
    float: 1.5,
    wholefloat: Float.of(2),
    u: 'é\u200b😀',
    date: '2020-02-03',
  },
};
const value = (template: string, names: Record<string, unknown> = context) => templateOf(template).value(names);

describe('templates of manifests', () => {
  it.each(cases)('answers what the reference does: $template', ({ template, ...expected }) => {
    const made = templateOf(template);
    const shown = (answer: unknown) => repr(answer === undefined ? null : answer);
    expect({
      value: shown(made.value(context)),
      as_text_or_list: shown(made.value(context, undefined, ['string', 'list'])),
      condition: shown(holds(made, context)),
    }).toEqual(expected);
  });

  it('takes the default where something is not there', () => {
    expect(templateOf('{{ record.none_such.more }}').value(context, 'default')).toBe('default');
    expect(templateOf("{{ '' }}").value(context, 'default')).toBe('default');
    expect(templateOf('').value(context, 'default')).toBe('default');
  });

  it('refuses a name that is not known, and what has no meaning', () => {
    expect(() => value('{{ nowhere }}')).toThrow('the name "nowhere" is not known here');
    expect(() => value("{{ 1 + 'a' }}")).toThrow('an int and a str have no "+"');
    expect(() => value('{{ record.none > 1 }}')).toThrow('cannot be compared');
    for (const given of [
      "'-'.join(['a', record.nope])",
      "'a'.split(record.nope)",
      "format_datetime('2020-02-03', record.nope)",
    ])
      expect(() => value(`{{ ${given} }}`)).toThrow('undefined stands where a text is due');
    expect(() => value('{{ record.nested[:2] }}')).toThrow('a dict has no slices');
    expect(() => value("{{ record.s['x':] }}")).toThrow('a place of a slice is a str, and not a whole number');
    expect(() => value('{{ +record.s }}')).toThrow('a str and a str have no "+"');
    expect(() => templateOf('{{ a | nothing }}')).toThrow('the filter "nothing" is not supported');
    expect(() => templateOf('{% macro x() %}{% endmacro %}')).toThrow('the tag "macro" is not supported');
    expect(() => templateOf('{{ a ')).toThrow(TemplateError);
  });

  it.each([
    [
      "record.s | replace('a', 'b', 1, 2)",
      'the filter "replace" is given 4 arguments by position; it takes (old, new, count?)',
    ],
    ["record.s | replace('a')", 'the filter "replace" needs "new"; it takes (old, new, count?)'],
    ["record.s | replace('a', 'b', old='c')", 'the filter "replace" is given "old" by position and by name'],
    ["record.s | replace('a', 'b', count=1, count=2)", 'the filter "replace" is given "count" twice'],
    ['record.n | round(digits=2)', 'the filter "round" has no parameter "digits"; it takes (precision?, method?)'],
    ['record.s | upper(1)', 'the filter "upper" is given 1 argument by position; it takes nothing'],
    ['record.n is divisibleby', 'the test "divisibleby" needs "num"; it takes (num)'],
    ['record.n is divisibleby(by=2)', 'the test "divisibleby" has no parameter "by"'],
    ['record.n is eq(2, 3)', 'the test "eq" is given 2 arguments by position'],
    ["record.list | map('round', digits=2)", 'the filter "round" has no parameter "digits"'],
    ["record.list | map('map', 'round', digits=2)", 'the filter "round" has no parameter "digits"'],
    ["record.list | map(attribute='a', otherwise=0)", 'the filter "map" has no parameter "otherwise"'],
    ["record.list | select('divisibleby', 2, 3)", 'the test "divisibleby" is given 2 arguments by position'],
    ['record.list | selectattr', 'the filter "selectattr" needs "attribute"'],
    [
      "format_datetime(record.date, '%Y', zone='UTC')",
      'the function "format_datetime" has no parameter "zone"; it takes (dt, format, input_format?)',
    ],
    ['format_datetime(record.date)', 'the function "format_datetime" needs "format"'],
    ['now_utc(1)', 'the function "now_utc" is given 1 argument by position'],
    ['record.s | wordwrap(5)', 'the filter "wordwrap" is not supported'],
  ])('refuses what does not fit the parameters when it is compiled: %s', (template, message) => {
    expect(() => templateOf(`{{ ${template} }}`)).toThrow(message);
    expect(() => templateOf(`{% if false %}{{ ${template} }}{% endif %}`)).toThrow(TemplateError);
  });

  it.each([
    [
      "record.s.split(' ', 1, 2)",
      'the method "split" of a str is given 3 arguments by position; it takes (sep?, maxsplit?)',
    ],
    ['record.s.split(most=1)', 'the method "split" of a str has no parameter "most"'],
    [
      "record.s.replace('a', 'b', count=1)",
      'the method "replace" of a str has no parameter "count"; it takes (old, new, count?, /)',
    ],
    ['record.list.sort(key=1)', 'the method "sort" of a list has no parameter "key"; it takes (*, reverse?)'],
    ['record.list.sort(true)', 'the method "sort" of a list is given 1 argument by position'],
    ['record.nested.get()', 'the method "get" of a dict needs "key"'],
    ['now_utc().replace(tz=none)', 'the method "replace" of a datetime has no parameter "tz"'],
    ["record.s['upper'](1)", 'the method "upper" of a str is given 1 argument by position'],
    ["record.list | map('nothing')", 'the filter "nothing" is not supported'],
    ["record.list | selectattr('id', 'nothing')", 'the test "nothing" is not supported'],
    ["record.s.encode('utf-8')", '"encode" of a str is not supported'],
    ['now_utc().timetuple()', '"timetuple" of a datetime is not supported'],
    ['record.list | map(record.s, 1)', 'the filter "abcd" is not supported'],
    ["record.rows | map('sum' if record.n else 'max', 1, 2, 3)", 'the filter "sum" is given 3 arguments by position'],
  ])('refuses when it is called what cannot be known before: %s', (template, message) => {
    expect(() => value(`{{ ${template} }}`)).toThrow(message);
  });

  it('has no filter and no test that passes over an argument', () => {
    for (const name of Object.keys({ ...TEXT_FILTERS, ...VALUE_FILTERS, ...LIST_FILTERS })) {
      if (name === 'format') continue;
      expect(() => templateOf(`{{ record.s | ${name}(no_such=1) }}`)).toThrow(`the filter "${name}"`);
      expect(() => templateOf(`{{ record.s | ${name}(1, 2, 3, 4, 5, 6) }}`)).toThrow(`the filter "${name}" is given 6`);
    }
    for (const name of Object.keys(TESTS)) {
      expect(() => templateOf(`{{ record.s is ${name}(no_such=1) }}`)).toThrow(`the test "${name}"`);
      expect(() => templateOf(`{{ record.s is ${name}(1, 2) }}`)).toThrow(`the test "${name}" is given 2`);
    }
  });

  it('cannot reach anything but values', () => {
    const reached = [
      "{{ record.s.constructor('return process')() }}",
      "{{ [].constructor.constructor('return 1')() }}",
      "{{ config['__proto__']['polluted'] }}",
      '{{ now_utc.constructor }}',
      "{{ ''.__class__.__mro__[1].__subclasses__() }}",
      '{{ cycler.__init__.__globals__.os.popen("id") }}',
    ];
    for (const template of reached) {
      const names = { ...context, cycler: {} };
      expect(templateOf(template).value(names, 'nothing')).toBe('nothing');
    }
    templateOf("{% set x = {} %}{% set y = x.update({'__proto__': {'polluted': 1}}) %}{{ x }}").value(context);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('is stopped when it works too much', () => {
    const endless =
      '{% for a in record.long %}{% for b in record.long %}{% for c in record.long %}x{% endfor %}{% endfor %}{% endfor %}';
    const long = { record: { long: Array.from({ length: 1000 }, (_, at) => at) } };
    expect(() => value(endless, long)).toThrow('takes more than 1000000 steps');
    expect(() => value("{{ 'x' * 1000000000 }}")).toThrow('makes more than');
    expect(() => value(`{% set x = 'xxxxxxxxxx' %}${'{% set x = x ~ x %}'.repeat(40)}{{ x }}`)).toThrow(
      'makes more than',
    );
    expect(() => value("{{ '%999999999d' % 1 }}")).toThrow('makes more than');
    expect(() => value("{{ 'a'.ljust(1000000000) }}")).toThrow('makes more than');
    expect(() => value('{{ 9 ** 999 }}')).toThrow('too large');
    for (const large of [
      "'a' | center(1000000000)",
      "'a' | indent(1000000000)",
      "'a\\tb'.expandtabs(1000000000)",
      "'{:1000000000}'.format(1)",
      "'{:{}}'.format(1, 1000000000)",
      "'%.1000000000f' % 1.5",
      "'%*d' % (1000000000, 1)",
      '[1] | slice(1000000000)',
      '[1] | batch(1000000000, 0)',
      '[1] | tojson(1000000000)',
      "('a' * 10000) | replace('', 'x' * 10000)",
      "('a' * 10000) | regex_replace('a', 'x' * 10000)",
      '([[1] * 10000] * 10000) | sum(start=[])',
    ])
      expect(() => value(`{{ ${large} }}`)).toThrow('makes more than');
    expect(value('{{ 1.5 | round(1000000000) }}')).toBe(1.5);
    expect(value('{{ 12 | round(-1000000000) }}')).toBe(0);
    expect(value("{{ ('f' * 1000000) | int(7, 16) }}")).toBe(7);
    expect(() => value("{{ ([1] * 5000) | join('x' * 10000) }}")).toThrow('makes more than');
    expect(() => value(`{{ ${'('.repeat(50_000)}1${')'.repeat(50_000)} }}`)).toThrow('nested too deep');
    // Digits beyond what Python reads stay what they are: the work would grow with their square.
    expect(value("{{ ('9' * 5000) | int(7) }}")).toBe(7);
    expect(value("{{ '9' * 5000 }}")).toBe('9'.repeat(5000));
    expect(() => value('{{ range(10) }}')).toThrow('"range" is not known');
    expect(value("{{ ('a' * 5000 ~ 'b') | regex_search('(a+)+$') }}")).toBeUndefined();
  });

  it('refuses a format that leaves values over, as Python does, and not a map of which nothing is asked', () => {
    for (const wrong of ["'a' % 2", "'a' % 'b'", "'%s' % ('a', 1)", "'a' % none", "'%%' % 1.5"])
      expect(() => value(`{{ ${wrong} }}`)).toThrow('fewer places than there are values');
    expect(value("{{ 'a' % {} }}{{ 'b' % [1] }}{{ 'c' % () }}{{ '%(x)s' % {'x': 1, 'y': 2} }}")).toBe('abc1');
  });

  it('keeps the digits of large whole numbers', () => {
    expect(value('{{ record.big }}')).toBe(9007199254740993n);
    expect(value('{{ record.big + 2 }}')).toBe(9007199254740995n);
  });

  it('gives copies of what records hold', () => {
    const made = value('{{ record.nested }}') as Record<string, unknown>;
    made['a'] = 2;
    expect(context.record.nested.a).toBe(1);
  });
});
