import { loadManifest } from '../../../../connectors/rest/manifest/load.js';
import { parseText, type Component } from '../../../../connectors/rest/manifest/text.js';

const load = (text: string) => loadManifest(text, { name: 'm.yaml' });
const told = (text: string) =>
  load(text).problems.map(({ severity, line, message }) => `${severity} ${line}: ${message}`);

const BASE = (stream: string) => `version: 7.0.0
type: DeclarativeSource
check: { type: CheckStream, stream_names: [a] }
streams:
${stream}`;
const RETRIEVER = `{ type: SimpleRetriever, requester: { type: HttpRequester, url_base: "https://x.example" }, record_selector: { type: RecordSelector, extractor: { type: DpathExtractor, field_path: [] } } }`;

const PAGED = (strategy: string, more = '') =>
  RETRIEVER.replace(
    'requester',
    `${more}paginator: { type: DefaultPaginator, page_token_option: { type: RequestOption, inject_into: request_parameter, field_name: p }, pagination_strategy: { type: ${strategy}, page_size: 10 } }, requester`,
  );

/** Once for each of a list, or of what the parent has. */
const SLICED = (path: string, router = 'type: ListPartitionRouter, cursor_field: id, values: ["1"]') =>
  RETRIEVER.replace('url_base', `path: "${path}", url_base`).replace(
    'requester',
    `partition_router: { ${router} }, requester`,
  );

const CURSOR = 'type: DatetimeBasedCursor, cursor_field: t, datetime_format: "%s", start_datetime: "0"';

describe('manifests', () => {
  it('puts references, types and parameters in place', () => {
    const { root, problems } = load(`version: 7.0.0
definitions:
  a/b: { deep: { type: DpathExtractor, field_path: ["{{ parameters['root'] }}"] } }
  base: { type: DeclarativeStream, retriever: { requester: { url_base: "https://x.example", path: "" }, record_selector: { extractor: "#/definitions/a/b/deep" } } }
check: { stream_names: [a] }
streams:
  - { $ref: "#/definitions/base", name: a, $parameters: { path: /a, root: rows } }
`);
    expect(problems).toEqual([]);
    const [stream] = root['streams'] as Component[];
    const retriever = stream!['retriever'] as Component;
    const selector = retriever['record_selector'] as Component;
    expect(stream).toMatchObject({ type: 'DeclarativeStream', name: 'a', path: '/a' });
    expect(retriever['requester']).toMatchObject({
      type: 'HttpRequester',
      path: '/a',
      $parameters: { path: '/a', root: 'rows' },
    });
    expect(selector).toMatchObject({
      type: 'RecordSelector',
      extractor: { type: 'DpathExtractor', $parameters: { root: 'rows' } },
    });
    expect((root['check'] as Component)['type']).toBe('CheckStream');
  });

  it('reads numbers and words as the YAML of Python does', () => {
    const of = (word: string) => parseText(`version: 7.0.0\nword: ${word}\n`, 'm.yaml').root['word'];
    const texts = ['1e3', '08', '1.5e3', 'y', '.', '-.5', '01:30', '0:30'];
    expect(texts.map(of)).toEqual(texts);
    expect(['1.5e+3', '1.e-2', '.5', '-2.5', '.inf', '010', '1_000', '12:30', '0x1F'].map(of)).toEqual([
      1500,
      0.01,
      0.5,
      -2.5,
      Infinity,
      8,
      1000,
      750,
      31,
    ]);
    expect(of('{ 137e025: yes }')).toEqual({ '137e025': true });
    // Rounded it would be another id.
    expect(['17841405822304915', '-17841405822304915', '17841405822304916', '9007199254740991'].map(of)).toEqual([
      '17841405822304915',
      '-17841405822304915',
      17841405822304916,
      9007199254740991,
    ]);
  });

  it('tells references of the configuration, which an API would get as they stand', () => {
    const short = 'endpoint: https://x.example\nauth: { bearer: "${env:X_TOKEN}" }\nstreams:\n  a: { path: /a }\n';
    const long = BASE(`  - { name: a, type: DeclarativeStream, retriever: ${RETRIEVER} }`);
    const instead =
      "is put in place in a configuration alone, and an API would get it as it stands; write `{{ config['NAME'] }}` here, and give it there under `secrets` or `manifest_config` of the source";
    expect(told(short)).toEqual([`error 2: \`\${env:X_TOKEN}\` ${instead}`]);
    expect(told(long.replace('//x.example', '//${file:host.txt}/${env:PART}').replace('CheckStream', 'Wrong'))).toEqual(
      [
        'error 3: "Wrong" is not supported',
        `error 5: \`\${file:host.txt}\` ${instead}`,
        `error 5: \`\${env:PART}\` ${instead}`,
      ],
    );
    expect(told(long.replace('{ name: a,', '{ name: a, $parameters: { key: "${vault:a}" },'))).toEqual([
      `error 5: \`\${vault:a}\` ${instead}`,
    ]);
    const deep = BASE(
      `  - name: a\n    type: DeclarativeStream\n    $parameters:\n      key: "\${env:KEY}"\n    retriever: ${RETRIEVER}`,
    );
    expect(told(deep)).toEqual([`error 8: \`\${env:KEY}\` ${instead}`]);
    // What no API gets.
    const spec = 'spec: { type: Spec, connection_specification: { description: "as `${env:X}`" } }\n';
    expect(told(long.replace('//x.example', '//x.example/${team}').replace('check:', `${spec}check:`))).toEqual([]);
    expect(told(`api: { endpoint: "\${env:X}" }\n`)).toEqual([
      expect.stringContaining('`api` belongs into the configuration of a source'),
    ]);
  });

  it.each([
    [
      'an unknown component',
      `  - { name: a, type: DeclarativeStream, retriever: { type: TimeTravel } }`,
      'error 5: "TimeTravel" is not supported',
    ],
    [
      'a misspelled component',
      `  - { name: a, type: DeclarativeStream, retriever: ${RETRIEVER.replace('DpathExtractor', 'DPathExtracter')} }`,
      'error 5: "DPathExtracter" is not supported; did you mean "DpathExtractor"?',
    ],
    [
      'a component that the language has, and no other',
      `  - { name: a, type: DeclarativeStream, retriever: ${RETRIEVER.replace('url_base', 'authenticator: { type: RateLimitedMultipleTokenAuthenticator }, url_base')} }`,
      'error 5: "RateLimitedMultipleTokenAuthenticator" is not supported',
    ],
    [
      'a Python class',
      `  - { name: a, type: DeclarativeStream, retriever: { class_name: source_a.components.Reader } }`,
      'error 5: CustomRetriever runs the Python class "source_a.components.Reader", which no module of `modules` takes the place of; write one, and name it in the options of the source: `modules: { source_a.components.Reader: ./reader.ts }`',
    ],
    [
      'a part that would be left out',
      `  - { name: a, type: DeclarativeStream, retriever: ${RETRIEVER.replace('field_path: []', 'field_path: [], record_expander: { type: RecordExpander, expand_records_from_field: [x], truncation_indicator_path: [more] }')} }`,
      'error 5: "truncation_indicator_path" of RecordExpander is not supported: a list that the API cuts short would stay short',
    ],
    [
      'a wrong word',
      `  - { name: a, type: DeclarativeStream, retriever: ${RETRIEVER.replace('url_base', 'http_method: PATCH, url_base')} }`,
      'error 5: "http_method" of HttpRequester must be one of GET, POST',
    ],
    [
      'a name that is nowhere',
      `  - { name: a, type: DeclarativeStream, retriever: ${RETRIEVER.replace('url_base: "', 'url_base: "{{ konfig.x }}')} }`,
      'error 5: the template reads "konfig", which is not known anywhere',
    ],
    [
      'a template that is broken',
      `  - { name: a, type: DeclarativeStream, retriever: ${RETRIEVER.replace('url_base: "', 'url_base: "{{ config.x) }}')} }`,
      'error 5: the template cannot be read: ")" stands where the end of the tag is due (character 12)',
    ],
    ...[
      `error_handler: { type: DefaultErrorHandler, backoff_strategies: [{ type: WaitTimeFromHeader, header: x, regex: "(?<=a)b" }] }`,
      `error_handler: { type: DefaultErrorHandler, backoff_strategies: [{ type: WaitUntilTimeFromHeader, header: x, regex: "(?<=a)b" }] }`,
      `path: "{{ 'x' if config.x | regex_search('(?<=a)b') }}"`,
      `path: "{{ config.x | regex_replace(replacement='', regex='(?<=a)b') }}"`,
    ].map((part) => [
      `a pattern with look-around: ${part}`,
      `  - { name: a, type: DeclarativeStream, retriever: ${RETRIEVER.replace('url_base', `${part}, url_base`)} }`,
      expect.stringMatching(
        /^error 5: .*: the pattern "\(\?<=a\)b" is not one of RE2, which is what runs patterns here/,
      ),
    ]),
    [
      'an argument that a filter does not take',
      `  - { name: a, type: DeclarativeStream, retriever: ${RETRIEVER.replace('url_base: "', `url_base: "{{ config.x | trim('/', 2) }}`)} }`,
      'error 5: the template cannot be read: the filter "trim" is given 2 arguments by position; it takes (chars?)',
    ],
    [
      'a reference that leads nowhere',
      `  - { name: a, type: DeclarativeStream, retriever: "#/definitions/none" }`,
      'error 5: the reference "#/definitions/none" leads to nothing',
    ],
    [
      'a field that is missing',
      `  - { name: a, type: DeclarativeStream }`,
      'error 5: DeclarativeStream needs "retriever"',
    ],
    [
      'an option with two names',
      `  - { name: a, type: DeclarativeStream, retriever: ${RETRIEVER.replace('type: SimpleRetriever', 'type: SimpleRetriever, paginator: { type: DefaultPaginator, pagination_strategy: { type: OffsetIncrement, page_size: 9 }, page_size_option: { type: RequestOption, inject_into: body_json, field_name: limit, field_path: [a] } }')} }`,
      'error 5: RequestOption has "field_name" and "field_path"; give one of them',
    ],
    [
      'an option with two names of which one is meant',
      `  - { name: a, type: DeclarativeStream, retriever: ${RETRIEVER.replace('type: SimpleRetriever', 'type: SimpleRetriever, paginator: { type: DefaultPaginator, pagination_strategy: { type: OffsetIncrement, page_size: 9 }, page_size_option: { type: RequestOption, inject_into: request_parameter, field_name: limit, field_path: [a] } }')} }`,
      'warning 5: "field_path" of RequestOption is for body_json alone; "field_name" is used',
    ],
    [
      'a stream without a name',
      `  - { type: DeclarativeStream, retriever: ${RETRIEVER} }`,
      'error 5: a stream needs "name"',
    ],
    [
      'a component in a wrong place',
      `  - { name: a, type: DeclarativeStream, retriever: ${RETRIEVER.replace('DpathExtractor, field_path: []', 'CsvDecoder')} }`,
      'error 5: a CsvDecoder cannot stand here; allowed: DpathExtractor, CombinedExtractor, CustomRecordExtractor',
    ],
    [
      'a field that the language does not have',
      `  - { name: a, type: DeclarativeStream, speed: 9, retriever: ${RETRIEVER} }`,
      'warning 5: DeclarativeStream has no field "speed"; it is ignored',
    ],
    [
      'a key without a place',
      `  - { name: a, type: DeclarativeStream, retriever: ${RETRIEVER.replace('url_base', 'authenticator: { type: ApiKeyAuthenticator, api_token: x }, url_base')} }`,
      'error 5: ApiKeyAuthenticator needs "inject_into" or "header"',
    ],
    [
      'an offset by the records of several lists',
      `  - { name: a, type: DeclarativeStream, retriever: ${PAGED('OffsetIncrement').replace('type: DpathExtractor, field_path: []', 'type: CombinedExtractor, extractors: [{ type: DpathExtractor, field_path: [x] }, { type: DpathExtractor, field_path: [y] }]')} }`,
      expect.stringMatching(/^error 5: OffsetIncrement counts .* would pass records over/),
    ],
    [
      'smaller pages that are numbered',
      `  - { name: a, type: DeclarativeStream, retriever: ${PAGED('PageIncrement', 'page_size_reduction: { type: PageSizeReduction }, ')} }`,
      expect.stringMatching(/^error 5: page_size_reduction moves the borders of the pages that PageIncrement numbers/),
    ],
    [
      'smaller pages that look like the last',
      `  - { name: a, type: DeclarativeStream, retriever: ${PAGED('CursorPagination, cursor_value: x, stop_condition: "{{ last_page_size < 100 }}"', 'page_size_reduction: { type: PageSizeReduction }, ')} }`,
      expect.stringMatching(
        /^error 5: page_size_reduction makes a full page smaller than `stop_condition` takes it for/,
      ),
    ],
    [
      'smaller pages at addresses that have their size',
      `  - { name: a, type: DeclarativeStream, retriever: ${PAGED('CursorPagination, cursor_value: x', 'page_size_reduction: { type: PageSizeReduction }, ').replace('page_token_option: { type: RequestOption, inject_into: request_parameter, field_name: p }', 'page_token_option: { type: RequestPath }')} }`,
      expect.stringMatching(/^error 5: page_size_reduction cannot make pages smaller whose size stands in the address/),
    ],
    [
      'a limit by records of which some are left out',
      `  - { name: a, type: DeclarativeStream, retriever: ${PAGED('PageIncrement', 'pagination_reset: { type: PaginationReset, action: RESET, limits: { type: PaginationResetLimits, number_of_records: 9 } }, ').replace('RecordSelector,', 'RecordSelector, record_filter: { type: RecordFilter, condition: "{{ true }}" },')} }`,
      expect.stringMatching(/^error 5: `limits` of its PaginationReset count records/),
    ],
    [
      'a request option that no request has',
      `  - { name: a, type: DeclarativeStream, retriever: ${RETRIEVER.replace('requester', 'partition_router: { type: GroupingPartitionRouter, group_size: 2, underlying_partition_router: { type: ListPartitionRouter, cursor_field: id, values: ["1"], request_option: { type: RequestOption, inject_into: request_parameter, field_name: id } } }, requester')} }`,
      'error 5: "request_option" below a GroupingPartitionRouter is sent with no request; read `stream_partition` in the requester',
    ],
    [
      'a granularity that is no duration',
      `  - { name: a, type: DeclarativeStream, retriever: ${RETRIEVER}, incremental_sync: { ${CURSOR}, step: P1D, cursor_granularity: 1D } }`,
      'error 5: `cursor_granularity` is "1D", which is no ISO 8601 duration; write it like P1D, P1M or PT1H',
    ],
    [
      'a step that is no duration',
      `  - name: a\n    type: DeclarativeStream\n    retriever: ${RETRIEVER}\n    incremental_sync:\n      ${CURSOR.replaceAll(', ', '\n      ')}\n      cursor_granularity: P1D\n      step: P31X`,
      'error 14: `step` is "P31X", which is no ISO 8601 duration; write it like P1D, P1M or PT1H',
    ],
    [
      'a format that is none of strftime',
      `  - { name: a, type: DeclarativeStream, retriever: ${RETRIEVER}, incremental_sync: { ${CURSOR.replace('"%s"', 'YYYY-MM-DD')} } }`,
      'error 5: "YYYY-MM-DD" has no directive of `strftime`: write it like `%Y-%m-%d`, or `%Y-%m-%dT%H:%M:%S%z` with an offset',
    ],
    [
      'a check of a stream that there is not',
      `  - { name: ab, type: DeclarativeStream, retriever: ${RETRIEVER} }`,
      'warning 3: the check names the stream "a", which there is not; `tributary check` ends with it; did you mean "ab"?',
    ],
    [
      'a field of the slice that no router and no cursor gives',
      `  - { name: a, type: DeclarativeStream, retriever: ${SLICED('{{ stream_partition.idd }}')} }`,
      'warning 5: no slice of the stream has "idd", so `stream_partition` gives nothing for it; did you mean "id"?',
    ],
    [
      'a field of the slice where there are no slices',
      `  - { name: a, type: DeclarativeStream, retriever: ${RETRIEVER.replace('url_base', `path: "{{ stream_slice['id'] }}", url_base`)} }`,
      'warning 5: no slice of the stream has "id", so `stream_slice` gives nothing for it; it has no `partition_router` and no cursor',
    ],
  ])('refuses %s with its line', (_what, stream, expected) => {
    expect(told(BASE(stream))).toEqual([expected]);
  });

  it.each([
    ['the list', '{{ stream_partition.id }}{{ stream_slice["id"] }}{{ stream_slice.partition }}', undefined, ''],
    [
      'a text that asks for it',
      "{{ stream_slice.x or '' }}{{ stream_slice.x | default(1) }}{{ 1 if stream_slice.x }}",
      undefined,
      '',
    ],
    [
      'an option that names it',
      '{{ stream_partition.x }}',
      `type: ListPartitionRouter, cursor_field: "{{ config['f'] }}", values: ["1"]`,
      '',
    ],
    [
      'the cursor',
      '{{ stream_interval.start_time }}{{ stream_slice.until }}',
      undefined,
      `, incremental_sync: { ${CURSOR}, partition_field_end: until }`,
    ],
    [
      'the parent',
      '{{ stream_slice.of }}{{ stream_slice.parent_slice.id }}{{ stream_slice.extra_fields.x }}',
      `type: SubstreamPartitionRouter, parent_stream_configs: [{ type: ParentStreamConfig, parent_key: id, partition_field: of, stream: { type: DeclarativeStream, name: b, retriever: ${SLICED('{{ stream_slice.id }}')} } }]`,
      '',
    ],
  ])('takes a field of the slice that %s gives', (_what, path, router, more) => {
    const retriever = SLICED(path.replaceAll('"', "'"), router);
    expect(told(BASE(`  - { name: a, type: DeclarativeStream, retriever: ${retriever}${more} }`))).toEqual([]);
  });

  it.each([
    [
      'a stream of a condition',
      `  - { type: ConditionalStreams, condition: "{{ config.x }}", streams: [{ name: a, type: DeclarativeStream, retriever: ${RETRIEVER} }] }`,
    ],
    [
      'a dynamic one',
      `  - { name: b, type: DeclarativeStream, retriever: ${RETRIEVER} }\ndynamic_streams:\n  - { type: DynamicDeclarativeStream, name: d, stream_template: { name: "", type: DeclarativeStream, retriever: ${RETRIEVER} }, components_resolver: { type: ConfigComponentsResolver, stream_config: { type: StreamConfig, configs_pointer: [x] }, components_mapping: [{ type: ComponentMappingDefinition, field_path: [name], value: "a" }] } }`,
    ],
  ])('takes a check of %s', (_what, streams) => {
    expect(told(BASE(streams))).toEqual([]);
  });

  it('refuses a pattern of a call rate that RE2 does not take, with its line', () => {
    const budget = `api_budget:
  type: HTTPAPIBudget
  policies:
    - type: UnlimitedCallRatePolicy
      matchers:
        - type: HttpRequestRegexMatcher
          url_path_pattern: "(?<=a)b"
`;
    expect(told(BASE(`  - { name: a, type: DeclarativeStream, retriever: ${RETRIEVER} }\n${budget}`))).toEqual([
      expect.stringMatching(/^error 12: "url_path_pattern" of HttpRequestRegexMatcher: the pattern/),
    ]);
  });

  it('says once in how many lines a name stands that no component there has', () => {
    const one = (name: string) => `  - name: ${name}
    type: DeclarativeStream
    speed: 9
    retriever:
      type: SimpleRetriever
      speed: 9
      requester: { type: HttpRequester, url_base: "https://x.example", path: a }
      record_selector: { type: RecordSelector, extractor: { type: DpathExtractor, field_path: [] } }
`;
    expect(told(BASE(`${one('a')}${one('b')}`))).toEqual([
      'warning 7: DeclarativeStream, SimpleRetriever have no field "speed"; it is ignored, here and in 3 more lines',
    ]);
  });

  it('says once what many streams refer to, and stops at circles and bombs', () => {
    const twice = BASE(`  - { $ref: "#/definitions/s", name: a }
  - { $ref: "#/definitions/s", name: b }
definitions: { s: { type: DeclarativeStream, retriever: { type: Nope } } }`);
    expect(told(twice)).toEqual(['error 7: "Nope" is not supported']);
    expect(told(BASE(`  - "#/definitions/s"\ndefinitions: { s: { x: "#/definitions/s" } }`))).toContain(
      'error 6: the reference "#/definitions/s" leads to itself',
    );
    const doubled = Array.from(
      { length: 40 },
      (_, at) => `  l${at + 1}: ["#/definitions/l${at}", "#/definitions/l${at}"]`,
    );
    const bomb =
      BASE(`  - { type: DeclarativeStream, name: a, retriever: ${RETRIEVER}, transformations: "#/definitions/l40" }
definitions:
  l0: []
${doubled.join('\n')}`);
    expect(() => load(bomb)).toThrow('larger than any manifest');
  });
});

it.each([
  ['lists', `version: 7.0.0\nstreams:\n  ${'['.repeat(20_000)}${']'.repeat(20_000)}`],
  ['mappings', `version: 7.0.0\nstreams:\n  ${'{a: '.repeat(20_000)}1${'}'.repeat(20_000)}`],
  ['dashes', `version: 7.0.0\nstreams:\n  ${'- '.repeat(20_000)}x`],
  ['what a parser can still read', `version: 7.0.0\nstreams:\n  ${'['.repeat(200)}${']'.repeat(200)}`],
])('%s in each other without end are refused with the line', (_what, text) => {
  expect(() => load(text)).toThrow(/^m\.yaml:3:\d+: it is nested more than 100 levels deep/);
});

it('a block of a configuration that is a file of its own is told where it begins', () => {
  const block = 'api:\n  endpoint: https://x.example\n  streams: { a: { path: /a } }\n';
  expect(told(block)).toEqual([
    expect.stringMatching(/^error 1: .*begins with what stands under it, `endpoint`, without `api:`/),
  ]);
  expect(told(block.replace('api:\n', '').replaceAll(/^ {2}/gm, ''))).toEqual([]);
});

const SHORT = (stream: string, more = '') => `endpoint: https://x.example
streams:
  campaigns: { path: /campaigns, primary_key: id }
  daily:
    path: /campaigns/{campaign_id}/daily
    for_each: { stream: campaigns, field: id, as: campaign_id }
${stream}${more}`;

it.each([
  [
    'a placeholder that nothing gives',
    SHORT('').replace('{campaign_id}/', '{campain_id}/'),
    'error 5: nothing gives `{campain_id}`; did you mean `{campaign_id}`, the name of `for_each`?',
  ],
  [
    'a placeholder without `for_each`',
    SHORT('').replace('path: /campaigns,', 'path: "/{account}/campaigns",'),
    'error 3: nothing gives `{account}`: the stream has no `for_each`',
  ],
  [
    'a field of the slice that nothing gives',
    SHORT('    parameters:\n      limit: 9\n      id: "{{ stream_slice.campain_id }}"'),
    'error 9: no slice of the stream has "campain_id", so `stream_slice` gives nothing for it; did you mean "campaign_id"?',
  ],
  [
    'a window that no request asks for',
    SHORT('    cursor:\n      { field: day, format: "%Y-%m-%d", start: "2024-01-01",\n        window: 31d }'),
    "error 9: a window needs `from`, the query parameter that asks for it (or `{{ stream_slice['start_time'] }}` in the path, parameters or body); without it each window asks for everything again",
  ],
  [
    'a window whose end no request names',
    SHORT(
      '    cursor:\n      { field: day, format: "%Y-%m-%d", start: "2024-01-01",\n        from: since, window: 31d }',
    ),
    'warning 9: a window without `to`, the query parameter that says where it ends, asks for all from its start on, and so does each of the next ones',
  ],
  [
    'a window that the format cannot tell',
    SHORT(
      '    cursor:\n      { field: day, format: "%Y-%m", start: "2024-01",\n        from: since, to: until, window: 7d }',
    ),
    'error 9: a window of 7d is shorter than what `format` tells apart (P1M)',
  ],
  [
    'a format that is none of strftime',
    SHORT('    cursor: { field: day, format: YYYY-MM-DD, start: "2024-01-01" }'),
    'error 7: "YYYY-MM-DD" has no directive of `strftime`: write it like `%Y-%m-%d`, or `%Y-%m-%dT%H:%M:%S%z` with an offset',
  ],
  [
    'a start that is no date',
    SHORT('    cursor:\n      { field: day, format: "%s",\n        start: 01/31/2024 }'),
    'error 9: it is "01/31/2024", which is no day (2026-01-31), no instant (2026-01-31T10:00:00Z), and not written as `format` says ("%s")',
  ],
  [
    'fields without the key',
    SHORT('    primary_key: [campaign_id, day]\n    fields: { campaign_id: string, sent: integer }'),
    'error 8: it leaves out "day", which `primary_key` names',
  ],
  [
    'fields without what `for_each` gives',
    SHORT('    primary_key: day\n    fields: { day: date, sent: integer }'),
    'warning 8: it leaves out "campaign_id", which `for_each` gives each record: the column is not loaded',
  ],
  ['a check of no stream', SHORT('', 'check: dayly\n'), 'error 7: there is no stream "dayly"; did you mean "daily"?'],
])('tells %s of a short form with its line', (_what, text, expected) => {
  expect(told(text)).toEqual([expected]);
});

it('tells nothing of a short form that is right, braces of templates in its path included', () => {
  expect(
    told(SHORT('    fields: { campaign_id: string }').replace('/daily', '/{{config.x}}/{{ config["y"] }}')),
  ).toEqual([]);
  const windowed = '    cursor: { field: day, format: "%Y-%m-%d", start: "2024-01-01", window: P1D }';
  expect(told(SHORT(windowed).replace('/daily', '/{start_time}/daily'))).toEqual([]);
  const asked = `    method: POST\n    body: { since: "{{ stream_slice['start_time'] }}" }\n`;
  expect(told(SHORT(`${asked}${windowed}`))).toEqual([]);
});
