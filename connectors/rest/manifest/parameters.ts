import { isComponent, type Component, type Lines } from './text.js';

/** The type of a component that names none, by its place. */
const USUAL_TYPES: Readonly<Record<string, string>> = {
  'AddFields.fields': 'AddedFieldDefinition',
  'CompositeErrorHandler.error_handlers': 'DefaultErrorHandler',
  'ConfigComponentsResolver.components_mapping': 'ComponentMappingDefinition',
  'ConfigComponentsResolver.stream_config': 'StreamConfig',
  'CursorPagination.decoder': 'JsonDecoder',
  'CustomPartitionRouter.parent_stream_configs': 'ParentStreamConfig',
  'DatetimeBasedCursor.end_datetime': 'MinMaxDatetime',
  'DatetimeBasedCursor.end_time_option': 'RequestOption',
  'DatetimeBasedCursor.start_datetime': 'MinMaxDatetime',
  'DatetimeBasedCursor.start_time_option': 'RequestOption',
  'DeclarativeSource.check': 'CheckStream',
  'DeclarativeSource.spec': 'Spec',
  'DeclarativeSource.streams': 'DeclarativeStream',
  'DeclarativeStream.retriever': 'SimpleRetriever',
  'DeclarativeStream.schema_loader': 'JsonFileSchemaLoader',
  'DefaultErrorHandler.response_filters': 'HttpResponseFilter',
  'DefaultPaginator.decoder': 'JsonDecoder',
  'DefaultPaginator.page_size_option': 'RequestOption',
  'DpathExtractor.decoder': 'JsonDecoder',
  'DpathExtractor.record_expander': 'RecordExpander',
  'DynamicDeclarativeStream.components_resolver': 'ConfigComponentsResolver',
  'DynamicDeclarativeStream.stream_template': 'DeclarativeStream',
  'DynamicSchemaLoader.retriever': 'SimpleRetriever',
  'HttpComponentsResolver.components_mapping': 'ComponentMappingDefinition',
  'HttpComponentsResolver.retriever': 'SimpleRetriever',
  'HttpRequester.error_handler': 'DefaultErrorHandler',
  'ListPartitionRouter.request_option': 'RequestOption',
  'ParentStreamConfig.request_option': 'RequestOption',
  'ParentStreamConfig.stream': 'DeclarativeStream',
  'RecordExpander.parent_fields': 'ParentFieldPath',
  'RecordSelector.extractor': 'DpathExtractor',
  'RecordSelector.record_filter': 'RecordFilter',
  'SchemaTypeIdentifier.types_map': 'TypesMap',
  'SimpleRetriever.paginator': 'NoPagination',
  'SimpleRetriever.record_selector': 'RecordSelector',
  'SimpleRetriever.requester': 'HttpRequester',
  'SubstreamPartitionRouter.parent_stream_configs': 'ParentStreamConfig',
};

/** The same for a component with a `class_name`. */
const CUSTOM_TYPES: Readonly<Record<string, string>> = {
  'CompositeErrorHandler.backoff_strategies': 'CustomBackoffStrategy',
  'DeclarativeStream.retriever': 'CustomRetriever',
  'DeclarativeStream.transformations': 'CustomTransformation',
  'DefaultErrorHandler.backoff_strategies': 'CustomBackoffStrategy',
  'DefaultPaginator.pagination_strategy': 'CustomPaginationStrategy',
  'HttpRequester.authenticator': 'CustomAuthenticator',
  'HttpRequester.error_handler': 'CustomErrorHandler',
  'RecordSelector.extractor': 'CustomRecordExtractor',
  'SimpleRetriever.partition_router': 'CustomPartitionRouter',
};

const isTruthy = (value: unknown) =>
  value !== undefined && value !== null && value !== '' && value !== 0 && value !== false &&
  !(Array.isArray(value) && value.length === 0) &&
  !(isComponent(value) && Object.keys(value).length === 0); // prettier-ignore

/** True for a JSON Schema, in which nothing is a component: its `type` is "object", a list, or a property of that name. */
const isJsonSchema = ({ type }: Component) => type === 'object' || (typeof type === 'object' && type !== null);

/**
 * Gives each component its type, where its place says it, and the `$parameters` of those around it, nearer ones winning; each
 * parameter also fills the field of its name where that is empty. Answers a copy.
 */
export function propagate(
  node: Component,
  place: string,
  outer: Component,
  lines: Lines,
  outerWins = false,
): Component {
  const made: Component = { ...node };
  lines.inherit(made, node);
  if (made['type'] === undefined) {
    const usual = made['class_name'] === undefined ? USUAL_TYPES[place] : CUSTOM_TYPES[place];
    if (usual !== undefined) made['type'] = usual;
  }
  const own = isComponent(made['$parameters']) ? made['$parameters'] : {};
  delete made['$parameters'];
  const both = outerWins ? [own, outer] : [outer, own];
  const parameters: Component = Object.assign({}, ...both);
  lines.inherit(parameters, ...both);
  if (isJsonSchema(made)) return made;
  if (made['type'] === undefined) {
    for (const [key, value] of Object.entries(made))
      if (isComponent(value) && isTruthy(value['type']))
        made[key] = propagate(value, place, parameters, lines, outerWins);
    return made;
  }
  for (const [key, value] of Object.entries(parameters)) if (!isTruthy(made[key])) made[key] = value;
  for (const [key, value] of Object.entries(made)) {
    if (typeof value !== 'object' || value === null) continue;
    // A parameter of the field's own name would be put into itself for ever.
    const passed = { ...parameters };
    delete passed[key];
    lines.inherit(passed, parameters);
    const inside = `${String(made['type'])}.${key}`;
    if (isComponent(value)) made[key] = propagate(value, inside, passed, lines, outerWins);
    else if (Array.isArray(value)) {
      const list = value.map((item: unknown) =>
        isComponent(item) ? propagate(item, inside, passed, lines, outerWins) : item,
      );
      lines.inherit(list, value);
      made[key] = list;
    }
  }
  if (Object.keys(parameters).length > 0) made['$parameters'] = parameters;
  return made;
}
