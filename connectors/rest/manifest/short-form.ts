import { z } from 'zod';
import { didYouMean, nearest } from '#sdk';
import { isoSpan } from '../time/span.js';
import { fields, schemaOf } from './short-fields.js';
import { givenAt, keysAt, meantBy } from './short-ways.js';
import { finestUnit } from '../time/format.js';
import { PLACEHOLDER, shortRules } from './short-rules.js';
import { isComponent, lineOf, type Component, type Lines } from './text.js';
import type { Problem } from './validate.js';

const text = (about: string) => z.string().describe(about);
/** A reference to where it lies, or a template such as `{{ config['token'] }}`. */
const secret = (about: string) => z.string().meta({ secret: true, description: about });

/** As everywhere in a configuration, or as manifests write it. */
const span = (about: string) =>
  z
    .string()
    .refine((text) => isoSpan(text) !== undefined, 'must be a duration such as `31d` or `P31D`')
    .describe(about);

const auth = z
  .union([
    z.strictObject({ bearer: secret('Token that is sent as `Authorization: Bearer`') }),
    z.strictObject({ basic: z.strictObject({ username: z.string(), password: secret('Password of the account') }) }),
    z.strictObject({ header: z.strictObject({ name: text('Name of the header'), value: secret('What it says') }) }),
    z.strictObject({ query: z.strictObject({ name: text('Name of the parameter'), value: secret('What it says') }) }),
    z.strictObject({
      oauth: z.strictObject({
        token_url: text('Where tokens are had (client credentials)'),
        client_id: z.string(),
        client_secret: secret('Secret of the client'),
        scope: z.string().optional(),
      }),
    }),
  ])
  .describe('How it logs in');

const sized = {
  size: z.int().min(1).optional().describe('Records in a page'),
  size_parameter: z.string().optional().describe('Query parameter that asks for so many'),
};
const paging = z
  .union([
    z.strictObject({
      page: text('Query parameter with the number of the page'),
      start: z.int().default(1).describe('Number of the first page'),
      ...sized,
    }),
    z.strictObject({ offset: text('Query parameter with the number of records before the page'), ...sized }),
    z.strictObject({
      cursor: text('Where the answer holds what asks for the next page, e.g. `meta.next`'),
      parameter: text('Query parameter that it goes into'),
      ...sized,
    }),
    z.strictObject({
      next_url: text('Where the answer holds the address of the next page; `header`: in its header `Link`'),
      ...sized,
    }),
  ])
  .describe('How more than one page is read');

const stream = z.strictObject({
  path: text('Below the address; `{campaign_id}` stands for the value of `for_each`'),
  method: z.enum(['GET', 'POST']).default('GET'),
  records: z
    .string()
    .default('')
    .describe('Where the list stands in the answer, e.g. `data.items`; empty: the answer is the list'),
  primary_key: z
    .union([z.string(), z.array(z.string())])
    .default([])
    .describe('What tells its records apart: one field, or a list'),
  parameters: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe('Query parameters'),
  body: z.record(z.string(), z.unknown()).optional().describe('JSON body'),
  paging: paging.optional(),
  cursor: z
    .strictObject({
      field: text('Field of the records that tells when each was changed'),
      format: z.string().default('%Y-%m-%dT%H:%M:%SZ').describe('How times are written, as in `strftime`'),
      start: text('Where the first run begins: written so, or as `2026-01-31` or `2026-01-31T10:00:00Z`'),
      from: z.string().optional().describe('Query parameter with the begin; without it everything is asked for'),
      to: z.string().optional().describe('Query parameter with the end'),
      window: span('How much is asked for at once, e.g. `31d`').optional(),
      lookback: span('How much is read again, e.g. `14d`').optional(),
    })
    .optional()
    .describe('How only what is new is read'),
  for_each: z
    .strictObject({
      stream: text('The other stream'),
      field: text('Its field'),
      as: text('Name of the value in `path` and in the records'),
    })
    .optional()
    .describe('Once for each record of another stream'),
  fields,
});

/** What a user writes in place of a manifest, as a file or under `api`. */
export const shortForm = z.strictObject({
  endpoint: text('Address of the API'),
  auth: auth.optional(),
  headers: z.record(z.string(), z.string()).default({}).describe('Sent with each request'),
  rate_limit: z
    .strictObject({ calls: z.int().min(1), per: span('In which time, e.g. `1m`') })
    .optional()
    .describe('The most calls in a time'),
  concurrency: z
    .int()
    .min(1)
    .max(50)
    .optional()
    .describe('Slices of a stream that are asked for at once; default: one'),
  check: z.string().optional().describe('The stream that `tributary check` reads; default: the first'),
  streams: z.record(z.string(), stream).describe('Streams by name'),
});

export type ShortForm = z.output<typeof shortForm>;
export type ShortStream = z.output<typeof stream>;

/** True for the short form: an address, or streams by name, of which a manifest has a list, without what every manifest has. */
export const isShortForm = (root: Component): boolean =>
  root['version'] === undefined &&
  (root['endpoint'] !== undefined ||
    (OF_MANIFESTS.every((key) => root[key] === undefined) && isComponent(root['streams'])));
const OF_MANIFESTS = ['type', 'check', 'definitions', 'dynamic_streams', 'spec'];

/** The components that a short form stands for, or what is wrong with it. */
export function longForm(
  root: Component,
  lines: Lines,
): { readonly root: Component; readonly problems: readonly Problem[] } {
  const parsed = shortForm.safeParse(root);
  if (!parsed.success) return { root, problems: problemsOf(parsed.error.issues, root, lines) };
  const short = parsed.data;
  const problems = shortRules(short, root, lines);
  const isWrong = problems.some(({ severity }) => severity === 'error');
  return { root: isWrong ? root : expanded(short), problems };
}

function problemsOf(found: readonly z.core.$ZodIssue[], root: Component, lines: Lines): readonly Problem[] {
  const problem = (path: readonly string[], message: string): Problem => ({
    severity: 'error',
    line: lineOf(path, root, lines),
    path: path.join('.'),
    message,
  });
  const meant = found.flatMap((issue): readonly (Problem | z.core.$ZodIssue)[] => {
    const judged = meantBy(issue, root);
    if ('issues' in judged) return judged.issues;
    return [problem([...issue.path.map(String), ...(judged.key === undefined ? [] : [judged.key])], judged.message)];
  });
  /** Places of keys that are written otherwise. */
  const near = new Set<string>();
  for (const one of meant)
    if ('code' in one && one.code === 'unrecognized_keys')
      for (const key of one.keys) {
        const path = one.path.map(String);
        near.add([...path, nearest(key, keysAt(shortForm, path))].join('.'));
      }
  return meant.flatMap((one): readonly Problem[] => {
    if (!('code' in one)) return [one];
    const path = one.path.map(String);
    if (one.code === 'unrecognized_keys') {
      const known = keysAt(shortForm, path);
      return one.keys.map((key) =>
        problem([...path, key], `"${key}" is nothing that the short form has; ${didYouMean(key, known)}`),
      );
    }
    if (givenAt(one.path, root) !== undefined) return [problem(path, one.message)];
    const choice = one.code === 'invalid_value' ? `; it may be ${one.values.map(String).join(', ')}` : '';
    return near.has(path.join('.')) ? [] : [problem(path, `it is missing${choice}`)];
  });
}

function expanded(short: ShortForm): Component {
  const names = Object.keys(short.streams);
  const built = new Map<string, Component>();
  const build = (name: string): Component => {
    const made = built.get(name) ?? streamOf(name, short, build);
    built.set(name, made);
    return made;
  };
  return {
    version: '7.0.0',
    type: 'DeclarativeSource',
    check: {
      type: 'CheckStream',
      stream_names: [short.check ?? names.find((name) => short.streams[name]!.for_each === undefined) ?? names[0]],
    },
    streams: names.map(build),
    ...(short.concurrency === undefined
      ? {}
      : { concurrency_level: { type: 'ConcurrencyLevel', default_concurrency: short.concurrency } }),
    ...(short.rate_limit === undefined
      ? {}
      : {
          api_budget: {
            type: 'HTTPAPIBudget',
            policies: [
              {
                type: 'MovingWindowCallRatePolicy',
                rates: [{ type: 'Rate', limit: short.rate_limit.calls, interval: isoSpan(short.rate_limit.per) }],
                matchers: [],
              },
            ],
          },
        }),
  };
}

/** A token may be ended before its time. */
const RENEWING: Component = {
  type: 'DefaultErrorHandler',
  response_filters: [{ type: 'HttpResponseFilter', action: 'REFRESH_TOKEN_THEN_RETRY', http_codes: [401] }],
};

/** A value in a path is one step of it, whatever stands in it. */
const ONE_STEP = "{{ stream_partition['$1']|urlencode|replace('/', '%2F') }}";

function streamOf(name: string, short: ShortForm, build: (name: string) => Component): Component {
  const own = short.streams[name]!;
  const { for_each: each } = own;
  return {
    type: 'DeclarativeStream',
    name,
    primary_key: own.primary_key,
    retriever: {
      type: 'SimpleRetriever',
      requester: {
        type: 'HttpRequester',
        url_base: short.endpoint,
        path: own.path.replace(PLACEHOLDER, ONE_STEP),
        http_method: own.method,
        request_parameters: own.parameters,
        request_headers: short.headers,
        ...(own.body === undefined ? {} : { request_body_json: own.body }),
        ...(short.auth === undefined ? {} : { authenticator: authOf(short.auth) }),
        ...(short.auth !== undefined && 'oauth' in short.auth ? { error_handler: RENEWING } : {}),
      },
      record_selector: {
        type: 'RecordSelector',
        extractor: { type: 'DpathExtractor', field_path: own.records === '' ? [] : own.records.split('.') },
      },
      ...(own.paging === undefined ? {} : { paginator: pagingOf(own.paging) }),
      ...(each === undefined
        ? {}
        : {
            partition_router: {
              type: 'SubstreamPartitionRouter',
              parent_stream_configs: [
                {
                  type: 'ParentStreamConfig',
                  stream: build(each.stream),
                  parent_key: each.field,
                  partition_field: each.as,
                },
              ],
            },
          }),
    },
    ...(own.cursor === undefined ? {} : { incremental_sync: cursorOf(own.cursor) }),
    ...(own.fields === undefined
      ? {}
      : { schema_loader: { type: 'InlineSchemaLoader', schema: schemaOf(own.fields, own.cursor) } }),
    // What a partition is about belongs to its records: it is part of what tells them apart. As JSON, since a text such as `1e1` or
    // `None` would be read for what it looks like.
    ...(each === undefined
      ? {}
      : {
          transformations: [
            {
              type: 'AddFields',
              fields: [
                { type: 'AddedFieldDefinition', path: [each.as], value: `{{ stream_partition['${each.as}']|tojson }}` },
              ],
            },
          ],
        }),
  };
}

function authOf(way: z.output<typeof auth>): Component {
  if ('bearer' in way) return { type: 'BearerAuthenticator', api_token: way.bearer };
  if ('basic' in way) return { type: 'BasicHttpAuthenticator', ...way.basic };
  if ('oauth' in way)
    return {
      type: 'OAuthAuthenticator',
      token_refresh_endpoint: way.oauth.token_url,
      client_id: way.oauth.client_id,
      client_secret: way.oauth.client_secret,
      grant_type: 'client_credentials',
      ...(way.oauth.scope === undefined ? {} : { refresh_request_body: { scope: way.oauth.scope } }),
    };
  const [place, { name, value }] =
    'header' in way ? (['header', way.header] as const) : (['request_parameter', way.query] as const);
  return {
    type: 'ApiKeyAuthenticator',
    api_token: value,
    inject_into: { type: 'RequestOption', inject_into: place, field_name: name },
  };
}

const option = (name: string): Component => ({
  type: 'RequestOption',
  inject_into: 'request_parameter',
  field_name: name,
});
const along = (path: string): string =>
  path
    .split('.')
    .map((step) => `.get('${step}', {})`)
    .join('')
    .replace(/, \{\}\)$/, ')');

function pagingOf(way: z.output<typeof paging>): Component {
  const size = way.size === undefined ? {} : { page_size: way.size };
  const sizeOption = way.size_parameter === undefined ? {} : { page_size_option: option(way.size_parameter) };
  if ('page' in way)
    return {
      type: 'DefaultPaginator',
      ...sizeOption,
      page_token_option: option(way.page),
      pagination_strategy: {
        type: 'PageIncrement',
        start_from_page: way.start,
        inject_on_first_request: true,
        ...size,
      },
    };
  if ('offset' in way)
    return {
      type: 'DefaultPaginator',
      ...sizeOption,
      page_token_option: option(way.offset),
      pagination_strategy: { type: 'OffsetIncrement', inject_on_first_request: true, ...size },
    };
  const isHeader = 'next_url' in way && way.next_url === 'header';
  const value = isHeader
    ? "headers['link'].get('next', {}).get('url')"
    : `response${along('cursor' in way ? way.cursor : way.next_url)}`;
  return {
    type: 'DefaultPaginator',
    ...sizeOption,
    page_token_option: 'cursor' in way ? option(way.parameter) : { type: 'RequestPath' },
    pagination_strategy: {
      type: 'CursorPagination',
      cursor_value: `{{ ${value} }}`,
      stop_condition: `{{ not ${value} }}`,
      ...size,
    },
  };
}

function cursorOf(own: NonNullable<ShortStream['cursor']>): Component {
  return {
    type: 'DatetimeBasedCursor',
    cursor_field: own.field,
    datetime_format: own.format,
    start_datetime: own.start,
    ...(own.from === undefined ? {} : { start_time_option: option(own.from) }),
    ...(own.to === undefined ? {} : { end_time_option: option(own.to) }),
    ...(own.window === undefined ? {} : { step: isoSpan(own.window), cursor_granularity: finestUnit(own.format) }),
    ...(own.lookback === undefined ? {} : { lookback_window: isoSpan(own.lookback) }),
    // An API that cannot be asked for a time answers with everything, of which the new is kept.
    ...(own.from === undefined ? { is_client_side_incremental: true } : {}),
  };
}
