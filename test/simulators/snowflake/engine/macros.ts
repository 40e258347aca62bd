/**
 * What the engine lacks, written in its own SQL. Names begin with `sf_`. A value that cannot be converted raises an error that
 * `database.ts` turns into Snowflake's (`@@code|sqlstate|text`); the `sf_try_` forms give NULL.
 */
const conversion = (name: string, code: string, what: string, tried: string): string[] => [
  `CREATE MACRO sf_try_${name}(x) AS ${tried}`,
  `CREATE MACRO sf_to_${name}(x) AS coalesce(sf_try_${name}(x), CASE WHEN x IS NOT NULL
     THEN error('@@${code}|${code === '100037' || code === '100038' ? '22018' : '22007'}|${what} ''' || x || ''' is not recognized') END)`,
];

const OFFSET = String.raw`\s*(Z|[+-]\d{2}:?\d{2}|[+-]\d{2})$`;
/** A time of day stands before an offset; else `2026-01-02` would lose its day. */
const HAS_TIME = String.raw`\d{1,2}:\d{2}`;
/** Seconds since 1970, or milli-, micro- or nanoseconds by their size, as documented for TO_TIMESTAMP of a string of digits. */
const EPOCH = `make_timestamp(CASE WHEN abs(n) < 31536000000 THEN n * 1000000 WHEN abs(n) < 31536000000000 THEN n * 1000 WHEN abs(n) < 31536000000000000 THEN n ELSE n // 1000 END)`;

export const MACROS: readonly string[] = [
  `CREATE MACRO sf_epoch(n) AS ${EPOCH}`,
  ...conversion(
    'boolean',
    '100037',
    'Boolean value',
    `CASE WHEN lower(trim(x)) IN ('true', 't', 'yes', 'y', 'on', '1') THEN TRUE WHEN lower(trim(x)) IN ('false', 'f', 'no', 'n', 'off', '0') THEN FALSE END`,
  ),
  ...conversion('real', '100038', 'Numeric value', 'TRY_CAST(trim(x) AS DOUBLE)'),
  ...conversion(
    'date',
    '100040',
    'Date',
    `CASE WHEN regexp_full_match(trim(x), '-?\\d+') THEN CAST(sf_epoch(TRY_CAST(x AS BIGINT)) AS DATE) ELSE CAST(TRY_CAST(trim(x) AS TIMESTAMP) AS DATE) END`,
  ),
  ...conversion('time', '100108', 'Time', 'TRY_CAST(trim(x) AS TIME)'),
  ...conversion(
    'ntz',
    '100035',
    'Timestamp',
    `CASE WHEN regexp_full_match(trim(x), '-?\\d+') THEN sf_epoch(TRY_CAST(x AS BIGINT))
       WHEN regexp_matches(x, '${HAS_TIME}') THEN TRY_CAST(regexp_replace(trim(x), '${OFFSET}', '') AS TIMESTAMP) ELSE TRY_CAST(trim(x) AS TIMESTAMP) END`,
  ),
  ...conversion(
    'ltz',
    '100035',
    'Timestamp',
    `CASE WHEN regexp_full_match(trim(x), '-?\\d+') THEN timezone('UTC', sf_epoch(TRY_CAST(x AS BIGINT))) ELSE TRY_CAST(regexp_replace(trim(x), '\\s*([+-]\\d{2})(\\d{2})$', '\\1:\\2') AS TIMESTAMPTZ) END`,
  ),
  `CREATE MACRO sf_minutes(t) AS CASE WHEN t = '' OR t = 'Z' THEN 0
     ELSE (CASE WHEN t[1] = '-' THEN -1 ELSE 1 END) * (CAST(t[2:3] AS INT) * 60 + coalesce(TRY_CAST(replace(t[4:], ':', '') AS INT), 0)) END`,
  `CREATE MACRO sf_offset_of(z) AS CAST(date_diff('minute', timezone('UTC', z), timezone(current_setting('TimeZone'), z)) AS SMALLINT)`,
  `CREATE MACRO sf_tz_of(z) AS CASE WHEN z IS NULL THEN NULL ELSE {'utc': timezone('UTC', z), 'offset': sf_offset_of(z)} END`,
  `CREATE MACRO sf_tz_text(x, z) AS CASE WHEN z IS NULL THEN NULL WHEN regexp_matches(x, '${HAS_TIME}') AND regexp_matches(x, '${OFFSET}')
     THEN {'utc': timezone('UTC', z), 'offset': CAST(sf_minutes(regexp_extract(trim(x), '${OFFSET}', 1)) AS SMALLINT)} ELSE sf_tz_of(z) END`,
  `CREATE MACRO sf_tz_instant(x) AS timezone('UTC', x.utc)`,
  `CREATE MACRO sf_tz_wall(x) AS x.utc + to_minutes(CAST(x."offset" AS BIGINT))`,
  `CREATE MACRO sf_offset_text(m) AS (CASE WHEN m < 0 THEN '-' ELSE '+' END) || lpad(CAST(abs(m) // 60 AS VARCHAR), 2, '0') || lpad(CAST(abs(m) % 60 AS VARCHAR), 2, '0')`,
  `CREATE MACRO sf_ntz_text(t) AS strftime(t, '%Y-%m-%d %H:%M:%S.%g')`,
  `CREATE MACRO sf_real_text(x) AS regexp_replace(CAST(x AS VARCHAR), '\\.0$', '')`,
  `CREATE MACRO sf_fit(x, n) AS CASE WHEN length(x) > n THEN error('@@100078|22000|String ''' || left(x, 40) || ''' is too long and would be truncated') ELSE x END`,
  `CREATE MACRO sf_not_null(x, name) AS CASE WHEN x IS NULL THEN error('@@100072|22000|NULL result in a non-nullable column') ELSE x END`,
  `CREATE MACRO sf_json(x) AS CASE WHEN x IS NULL OR trim(x) = '' THEN NULL WHEN json_valid(x) THEN CAST(json(x) AS JSON)
     ELSE error('@@100069|22P02|Error parsing JSON: ' || left(x, 80)) END`,
  `CREATE MACRO sf_try_json(x) AS CASE WHEN x IS NOT NULL AND trim(x) <> '' AND json_valid(x) THEN CAST(json(x) AS JSON) END`,
  `CREATE MACRO sf_json_text(x) AS json_extract_string(x, '$')`,
  `CREATE MACRO sf_divide(a, b) AS CASE WHEN b = 0 THEN error('@@100051|22012|Division by zero') ELSE a / b END`,
  // Both are whole numbers; rounds half away from zero.
  `CREATE MACRO sf_quotient(a, b) AS CASE WHEN b = 0 THEN error('@@100051|22012|Division by zero')
     ELSE sign(a) * sign(b) * ((abs(a) * 2 + abs(b)) // (abs(b) * 2)) END`,
  // Names of lambdas must be no column's.
  `CREATE MACRO sf_flatten(x) AS CASE json_type(x)
     WHEN 'ARRAY' THEN list_transform(range(CAST(json_array_length(x) AS BIGINT)), lambda sf_i: {'key': CAST(NULL AS VARCHAR), 'index': sf_i, 'value': json_extract(x, '$[' || sf_i || ']'), 'path': '[' || sf_i || ']'})
     WHEN 'OBJECT' THEN list_transform(json_keys(x), lambda sf_k: {'key': sf_k, 'index': CAST(NULL AS BIGINT), 'value': json_extract(x, '$."' || replace(sf_k, '"', '\\"') || '"'), 'path': sf_k})
     ELSE [] END`,
];
