/** Names that a template of a manifest may read, each where the reference gives it. */
export const NAMES: ReadonlySet<string> = new Set([
  'config', 'parameters', 'stream_slice', 'stream_partition', 'stream_interval', 'next_page_token', 'record', 'value', 'path', 'property',
  'response', 'headers', 'last_record', 'last_page_size', 'page_size', 'request_url', 'session_token', 'creation_response', 'polling_response',
  'download_target', 'raw_schema', 'components_values', 'stream_template_config', 'json_loads', 'stream_name', 'cursor_slice', 'partition',
]); // prettier-ignore
