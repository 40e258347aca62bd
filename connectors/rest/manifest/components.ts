/**
 * The components of the language and their fields. A field is written as its kinds, parted by `|`: `text`, `integer`, `number`,
 * `boolean`, `object`, `any`, `a/b/c` for one of these words, `[kind]` for a list, `{kind}` for a mapping of such, a group of
 * `GROUPS` or a component. A `!` at the end: it is required.
 *
 * Source: the language's public definition (airbyte_cdk/sources/declarative/declarative_component_schema.yaml, CDK 7.39).
 */
export const COMPONENTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  DeclarativeSource: {
    version: 'text!', check: 'CheckStream|CheckDynamicStream!', streams: '[Stream|ConditionalStreams]', dynamic_streams: '[DynamicDeclarativeStream]',
    schemas: 'object', definitions: 'object', spec: 'Spec', concurrency_level: 'ConcurrencyLevel', api_budget: 'HTTPAPIBudget',
    stream_groups: 'object', max_concurrent_async_job_count: 'integer|text', metadata: 'object', description: 'text',
  },
  Spec: { connection_specification: 'object!', documentation_url: 'text', advanced_auth: 'object', config_normalization_rules: 'ConfigNormalizationRules' },
  ConfigNormalizationRules: { config_migrations: '[ConfigMigration]', transformations: '[ConfigTransformation]', validations: '[DpathValidator|PredicateValidator]' },
  ConfigMigration: { description: 'text', transformations: '[ConfigTransformation]!' },
  ConfigRemapField: { map: 'object|text!', field_path: '[text]!' },
  ConfigAddFields: { fields: '[AddedFieldDefinition]!', condition: 'text' },
  ConfigRemoveFields: { field_pointers: '[[text]]!', condition: 'text' },
  DpathValidator: { field_path: '[text]!', validation_strategy: 'ValidateAdheresToSchema|CustomValidationStrategy!' },
  PredicateValidator: { value: 'any!', validation_strategy: 'ValidateAdheresToSchema|CustomValidationStrategy!' },
  ValidateAdheresToSchema: { base_schema: 'object|text!' },
  ConcurrencyLevel: { default_concurrency: 'integer|text!', max_concurrency: 'integer' },
  CheckStream: { stream_names: '[text]', dynamic_streams_check_configs: '[DynamicStreamCheckConfig]', config_overrides: 'object' },
  DynamicStreamCheckConfig: { dynamic_stream_name: 'text!', stream_count: 'integer' },
  CheckDynamicStream: { stream_count: 'integer!', use_check_availability: 'boolean', config_overrides: 'object' },

  DeclarativeStream: {
    name: 'text', retriever: 'Retriever!', incremental_sync: 'DatetimeBasedCursor|IncrementingCountCursor', primary_key: 'text|[text]|[[text]]',
    schema_loader: 'SchemaLoader|[SchemaLoader]', transformations: '[Transformation]', state_migrations: '[StateMigration]', file_uploader: 'object', description: 'text',
  },
  StateDelegatingStream: { name: 'text!', full_refresh_stream: 'DeclarativeStream!', incremental_stream: 'DeclarativeStream!', api_retention_period: 'text' },
  ConditionalStreams: { condition: 'text!', streams: '[Stream]!' },
  DynamicDeclarativeStream: { name: 'text', stream_template: 'Stream!', components_resolver: 'ComponentsResolver!', use_parent_parameters: 'boolean' },
  HttpComponentsResolver: { retriever: 'Retriever!', components_mapping: '[ComponentMappingDefinition]!' },
  ConfigComponentsResolver: { stream_config: 'StreamConfig|[StreamConfig]!', components_mapping: '[ComponentMappingDefinition]!' },
  ParametrizedComponentsResolver: { stream_parameters: 'StreamParametersDefinition!', components_mapping: '[ComponentMappingDefinition]!' },
  StreamConfig: { configs_pointer: '[text]!', default_values: '[object]' },
  StreamParametersDefinition: { list_of_parameters_for_stream: '[object]!' },
  ComponentMappingDefinition: { field_path: '[text]!', value: 'text|object!', value_type: 'ValueType', create_or_update: 'boolean', condition: 'text', description: 'text' },

  SimpleRetriever: {
    requester: 'Requester!', decoder: 'Decoder', record_selector: 'RecordSelector!', paginator: 'DefaultPaginator|NoPagination', pagination_reset: 'PaginationReset',
    page_size_reduction: 'PageSizeReduction', request_window_splitting: 'RequestWindowSplitting',
    ignore_stream_slicer_parameters_on_paginated_requests: 'boolean', partition_router: 'PartitionRouter|[PartitionRouter]',
  },
  PaginationReset: { action: 'SPLIT_USING_CURSOR/RESET!', limits: 'PaginationResetLimits' },
  PaginationResetLimits: { number_of_records: 'integer' },
  PageSizeReduction: {
    reduction_factor: 'number', minimum_page_size: 'integer', max_attempts: 'integer', backoff_seconds: 'number', retries_at_minimum_page_size: 'integer',
    failure_message: 'text', reset_policy: 'NEVER/AFTER_SUCCESSFUL_PAGE',
  },
  RequestWindowSplitting: { failure_message: 'text', min_split_window: 'text' },
  AsyncRetriever: {
    record_selector: 'RecordSelector!', status_mapping: 'AsyncJobStatusMap!', status_extractor: 'Extractor!', download_target_extractor: 'Extractor',
    download_extractor: 'Extractor|ResponseToFileExtractor', creation_requester: 'Requester!', polling_requester: 'Requester!', polling_job_timeout: 'integer|text',
    failed_retry_wait_time_in_seconds: 'integer|text', download_target_requester: 'Requester', download_requester: 'Requester!',
    download_paginator: 'DefaultPaginator|NoPagination', abort_requester: 'Requester', delete_requester: 'Requester', partition_router: 'PartitionRouter|[PartitionRouter]',
    decoder: 'Decoder', download_decoder: 'Decoder',
  },
  AsyncJobStatusMap: { running: '[text]!', completed: '[text]!', failed: '[text]!', timeout: '[text]!', skipped: '[text]' },

  HttpRequester: {
    url_base: 'text', url: 'text', path: 'text', http_method: 'GET/POST', authenticator: 'Authenticator', fetch_properties_from_endpoint: 'PropertiesFromEndpoint',
    query_properties: 'QueryProperties', request_parameters: 'text|object', request_headers: 'text|object', request_body_data: 'text|object', request_body_json: 'text|object',
    request_body: 'RequestBody', error_handler: 'ErrorHandler', use_cache: 'boolean', connect_timeout_in_seconds: 'number', read_timeout_in_seconds: 'number', use_tcp_keepalive: 'boolean',
  },
  RequestBodyPlainText: { value: 'text!' },
  RequestBodyUrlEncodedForm: { value: 'object!' },
  RequestBodyJsonObject: { value: 'object!' },
  RequestBodyGraphQL: { value: 'object!' },
  RequestOption: { inject_into: 'request_parameter/header/path/body_data/body_json!', field_name: 'text', field_path: '[text]' },
  RequestPath: {},
  QueryProperties: { property_list: '[text]|PropertiesFromEndpoint!', always_include_properties: '[text]', property_chunking: 'PropertyChunking', property_selector: 'JsonSchemaPropertySelector' },
  PropertiesFromEndpoint: { property_field_path: '[text]!', retriever: 'Retriever!' },
  PropertyChunking: { property_limit_type: 'characters/property_count!', property_limit: 'integer', record_merge_strategy: 'GroupByKeyMergeStrategy' },
  GroupByKeyMergeStrategy: { key: 'text|[text]!' },
  JsonSchemaPropertySelector: { transformations: '[Transformation]' },

  NoAuth: {},
  ApiKeyAuthenticator: { api_token: 'text', header: 'text', inject_into: 'RequestOption' },
  BearerAuthenticator: { api_token: 'text!' },
  BasicHttpAuthenticator: { username: 'text!', password: 'text' },
  SelectiveAuthenticator: { authenticator_selection_path: '[text]!', authenticators: '{Authenticator}!' },
  OAuthAuthenticator: {
    client_id_name: 'text', client_id: 'text', client_secret_name: 'text', client_secret: 'text', refresh_token_name: 'text', refresh_token: 'text',
    token_refresh_endpoint: 'text', access_token_name: 'text', access_token_value: 'text', expires_in_name: 'text', grant_type_name: 'text', grant_type: 'text',
    refresh_request_body: 'object', refresh_request_headers: 'object', send_refresh_request_as_query_params: 'boolean', scopes: '[text]', token_expiry_date: 'text|integer',
    token_expiry_date_format: 'text', refresh_token_error_status_codes: '[integer]', refresh_token_error_key: 'text', refresh_token_error_values: '[text]',
    refresh_token_updater: 'object', profile_assertion: 'JwtAuthenticator', use_profile_assertion: 'boolean|text',
  },
  JwtAuthenticator: {
    secret_key: 'text!', base64_encode_secret_key: 'boolean|text', algorithm: 'text!', token_duration: 'integer', header_prefix: 'text', jwt_headers: 'object',
    additional_jwt_headers: 'object', jwt_payload: 'object', additional_jwt_payload: 'object', passphrase: 'text', request_option: 'RequestOption',
  },
  SessionTokenAuthenticator: {
    login_requester: 'HttpRequester!', session_token_path: '[text]!', expiration_duration: 'text',
    request_authentication: 'ApiKey|Bearer!', decoder: 'JsonDecoder|XmlDecoder',
  },
  ApiKey: { inject_into: 'RequestOption!', api_token: 'text' },
  Bearer: {},
  LegacySessionTokenAuthenticator: {
    header: 'text!', login_url: 'text!', session_token: 'text', session_token_response_key: 'text!', username: 'text', password: 'text', validate_session_url: 'text!',
  },

  DefaultPaginator: {
    pagination_strategy: 'PageIncrement|OffsetIncrement|CursorPagination|CustomPaginationStrategy!', page_size_option: 'RequestOption',
    page_token_option: 'RequestOption|RequestPath', decoder: 'any', url_base: 'text',
  },
  NoPagination: {},
  PageIncrement: { page_size: 'integer|text', start_from_page: 'integer', inject_on_first_request: 'boolean' },
  OffsetIncrement: { page_size: 'integer|text', inject_on_first_request: 'boolean' },
  CursorPagination: { cursor_value: 'text!', page_size: 'integer|text', stop_condition: 'text', decoder: 'any' },

  RecordSelector: { extractor: 'Extractor!', record_filter: 'RecordFilter|CustomRecordFilter', schema_normalization: 'SchemaNormalization|CustomSchemaNormalization', transform_before_filtering: 'boolean' },
  DpathExtractor: { field_path: '[text]!', record_expander: 'RecordExpander', decoder: 'any' },
  CombinedExtractor: { extractors: '[Extractor]!', mode: 'union/first_match', skip_empty_records: 'boolean' },
  ResponseToFileExtractor: { preserve_na_values: 'boolean' },
  RecordExpander: {
    expand_records_from_field: '[text]!', remain_original_record: 'boolean', parent_fields: '[ParentFieldPath]', merge_parent: 'boolean', on_no_records: 'skip/emit_parent',
    truncation_indicator_path: '[text]', truncated_list_retriever: 'Retriever',
  },
  ParentFieldPath: { parent_path: '[text]!', record_path: '[text]!' },
  RecordFilter: { condition: 'text' },
  AddFields: { fields: '[AddedFieldDefinition]!', condition: 'text' },
  AddedFieldDefinition: { path: '[text]!', value: 'text|any!', value_type: 'ValueType' },
  RemoveFields: { field_pointers: '[[text]]!', condition: 'text' },
  KeysToLower: {},
  KeysToSnakeCase: {},
  FlattenFields: { flatten_lists: 'boolean' },
  DpathFlattenFields: { field_path: '[text]!', delete_origin_value: 'boolean', replace_record: 'boolean', key_transformation: 'KeyTransformation' },
  KeyTransformation: { prefix: 'text', suffix: 'text' },
  KeysReplace: { old: 'text!', new: 'text!' },

  DefaultErrorHandler: { backoff_strategies: '[BackoffStrategy]', max_retries: 'integer|text', response_filters: '[HttpResponseFilter]' },
  CompositeErrorHandler: { error_handlers: '[ErrorHandler]!', backoff_strategies: '[BackoffStrategy]' },
  HttpResponseFilter: {
    action: 'SUCCESS/FAIL/RETRY/IGNORE/RESET_PAGINATION/RATE_LIMITED/REFRESH_TOKEN_THEN_RETRY/REDUCE_PAGE_SIZE/SPLIT_REQUEST_WINDOW',
    failure_type: 'system_error/config_error/transient_error', error_message: 'text', error_message_contains: 'text', http_codes: '[integer]', predicate: 'text',
  },
  ConstantBackoffStrategy: { backoff_time_in_seconds: 'number|text!', jitter_range_in_seconds: 'number' },
  ExponentialBackoffStrategy: { factor: 'number|text', jitter_range_in_seconds: 'number' },
  WaitTimeFromHeader: { header: 'text!', regex: 'text', max_waiting_time_in_seconds: 'number|text' },
  WaitTimeFromResponse: { wait_time_in_seconds: 'text!', max_waiting_time_in_seconds: 'number|text' },
  WaitUntilTimeFromHeader: { header: 'text!', min_wait: 'number|text', regex: 'text', max_waiting_time_in_seconds: 'number|text' },

  HTTPAPIBudget: { policies: '[CallRatePolicy]!', ratelimit_reset_header: 'text', ratelimit_remaining_header: 'text', status_codes_for_ratelimit_hit: '[integer]' },
  FixedWindowCallRatePolicy: { period: 'text!', call_limit: 'integer!', matchers: '[HttpRequestRegexMatcher]!' },
  MovingWindowCallRatePolicy: { rates: '[Rate]!', matchers: '[HttpRequestRegexMatcher]!' },
  UnlimitedCallRatePolicy: { matchers: '[HttpRequestRegexMatcher]!' },
  Rate: { limit: 'integer|text!', interval: 'text!' },
  HttpRequestRegexMatcher: { method: 'text', url_base: 'text', url_path_pattern: 'text', params: 'object', headers: 'object', weight: 'integer|text' },

  DatetimeBasedCursor: {
    cursor_field: 'text!', start_datetime: 'text|MinMaxDatetime!', end_datetime: 'text|MinMaxDatetime', datetime_format: 'text!', cursor_datetime_formats: '[text]',
    start_time_option: 'RequestOption', end_time_option: 'RequestOption', cursor_granularity: 'text', step: 'text', lookback_window: 'text', partition_field_start: 'text',
    partition_field_end: 'text', is_data_feed: 'boolean', is_client_side_incremental: 'boolean', is_compare_strictly: 'boolean', global_substream_cursor: 'boolean',
    clamping: 'object', allow_catalog_defined_cursor_field: 'boolean',
  },
  MinMaxDatetime: { datetime: 'text!', datetime_format: 'text', min_datetime: 'text', max_datetime: 'text' },
  IncrementingCountCursor: { cursor_field: 'text!', start_value: 'text|integer', start_value_option: 'RequestOption', allow_catalog_defined_cursor_field: 'boolean' },
  LegacyToPerPartitionStateMigration: {},

  ListPartitionRouter: { cursor_field: 'text!', values: 'text|[any]!', request_option: 'RequestOption' },
  SubstreamPartitionRouter: { parent_stream_configs: '[ParentStreamConfig]!' },
  ParentStreamConfig: {
    stream: 'Stream!', parent_key: 'text!', partition_field: 'text!', request_option: 'RequestOption', incremental_dependency: 'boolean', lazy_read_pointer: '[text]', extra_fields: '[[text]]',
  },
  GroupingPartitionRouter: { group_size: 'integer!', underlying_partition_router: 'PartitionRouter!', deduplicate: 'boolean' },
  UnionPartitionRouter: { partition_field: 'text!', partition_routers: '[PartitionRouter]!' },

  JsonDecoder: {},
  JsonlDecoder: {},
  JsonItemsDecoder: { items_path: 'text!', encoding: 'text' },
  IterableDecoder: {},
  XmlDecoder: {},
  CsvDecoder: { encoding: 'text', delimiter: 'text', set_values_to_none: '[text]' },
  GzipDecoder: { decoder: 'Decoder!' },
  ZipfileDecoder: { decoder: 'Decoder!' },

  InlineSchemaLoader: { schema: 'object' },
  JsonFileSchemaLoader: { file_path: 'text' },
  DynamicSchemaLoader: { retriever: 'Retriever!', schema_filter: 'RecordFilter|CustomRecordFilter', schema_transformations: '[Transformation]', schema_type_identifier: 'SchemaTypeIdentifier!' },
  SchemaTypeIdentifier: { schema_pointer: '[text]', key_pointer: '[text]!', type_pointer: '[text]', types_mapping: '[TypesMap]' },
  TypesMap: { target_type: 'text|[text]|object!', current_type: 'text|[text]!', condition: 'text' },
}; // prettier-ignore

/** Components that stand for each other. */
export const GROUPS: Readonly<Record<string, readonly string[]>> = {
  Stream: ['DeclarativeStream', 'StateDelegatingStream'],
  Retriever: ['SimpleRetriever', 'AsyncRetriever', 'CustomRetriever'],
  Requester: ['HttpRequester', 'CustomRequester'],
  Authenticator: [
    'NoAuth', 'ApiKeyAuthenticator', 'BearerAuthenticator', 'BasicHttpAuthenticator', 'OAuthAuthenticator', 'JwtAuthenticator', 'SessionTokenAuthenticator',
    'LegacySessionTokenAuthenticator', 'SelectiveAuthenticator', 'CustomAuthenticator', 'RateLimitedMultipleTokenAuthenticator',
  ],
  Extractor: ['DpathExtractor', 'CombinedExtractor', 'CustomRecordExtractor'],
  Transformation: ['AddFields', 'RemoveFields', 'KeysToLower', 'KeysToSnakeCase', 'FlattenFields', 'DpathFlattenFields', 'KeysReplace', 'CustomTransformation'],
  ConfigTransformation: ['ConfigRemapField', 'ConfigAddFields', 'ConfigRemoveFields', 'CustomConfigTransformation'],
  ErrorHandler: ['DefaultErrorHandler', 'CompositeErrorHandler', 'CustomErrorHandler'],
  BackoffStrategy: ['ConstantBackoffStrategy', 'ExponentialBackoffStrategy', 'WaitTimeFromHeader', 'WaitTimeFromResponse', 'WaitUntilTimeFromHeader', 'CustomBackoffStrategy'],
  CallRatePolicy: ['FixedWindowCallRatePolicy', 'MovingWindowCallRatePolicy', 'UnlimitedCallRatePolicy'],
  PartitionRouter: ['ListPartitionRouter', 'SubstreamPartitionRouter', 'GroupingPartitionRouter', 'UnionPartitionRouter', 'CustomPartitionRouter'],
  ComponentsResolver: ['HttpComponentsResolver', 'ConfigComponentsResolver', 'ParametrizedComponentsResolver'],
  SchemaLoader: ['InlineSchemaLoader', 'DynamicSchemaLoader', 'JsonFileSchemaLoader', 'CustomSchemaLoader'],
  StateMigration: ['LegacyToPerPartitionStateMigration', 'CustomStateMigration'],
  RequestBody: ['RequestBodyPlainText', 'RequestBodyUrlEncodedForm', 'RequestBodyJsonObject', 'RequestBodyGraphQL'],
  Decoder: ['JsonDecoder', 'JsonItemsDecoder', 'XmlDecoder', 'CsvDecoder', 'JsonlDecoder', 'GzipDecoder', 'IterableDecoder', 'ZipfileDecoder', 'CustomDecoder'],
}; // prettier-ignore

/** Words that a field may have. */
export const WORDS: Readonly<Record<string, readonly string[]>> = {
  ValueType: ['string', 'number', 'integer', 'boolean'],
  SchemaNormalization: ['Default', 'None'],
};
