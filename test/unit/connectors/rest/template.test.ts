import { readFileSync } from 'node:fs';
import { TemplateError } from '../../../../connectors/rest/template/lexer.js';
import { holds, templateOf } from '../../../../connectors/rest/template/template.js';
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
    expect(() => templateOf('{{ a | nothing }}')).toThrow('the filter "nothing" is not supported');
    expect(() => templateOf('{% macro x() %}{% endmacro %}')).toThrow('the tag "macro" is not supported');
    expect(() => templateOf('{{ a ')).toThrow(TemplateError);
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
