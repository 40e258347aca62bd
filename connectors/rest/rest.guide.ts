import type { SourceGuide } from '#sdk';

/** What the connector's page says beside its options. */
export const GUIDE: SourceGuide = {
  example: {
    api: {
      endpoint: 'https://dashboard.example.com/api/v1',
      auth: { bearer: "{{ config['token'] }}" },
      streams: {
        results: {
          path: '/results',
          records: 'data',
          primary_key: ['campaign_id', 'day'],
          paging: { cursor: 'next_cursor', parameter: 'cursor' },
          cursor: { field: 'day', format: '%Y-%m-%d', start: "{{ config['start_date'] }}", from: 'from', to: 'to' },
          fields: { campaign_id: 'string', day: 'date', sent: 'integer', opened: 'integer' },
        },
      },
    },
    manifest_config: { start_date: '2024-01-01' },
    secrets: { token: '${env:DASHBOARD_TOKEN}' },
  },
  credentials: [
    'What the API wants: the manifest says where it goes, `secrets` holds it. A reference such as `${env:NAME}` or `${file:PATH}` keeps it out of the file.',
  ],
  limits: [
    'https alone, to the hosts that the manifest names, and to no private or local address unless `allow` says so.',
    'An answer has at most 64 MiB, and an eighth as many lists, mappings and XML elements; a slice has 100,000 pages, unless the options say otherwise. An `api_budget` of the manifest is kept.',
    'A file in an answer (`GzipDecoder`, `ZipfileDecoder`, a packed report) is read as it is unpacked, up to 64 times `max_response_bytes`. A row of it has at most `max_response_bytes` characters, a CSV 10,000 columns.',
  ],
  uncertain: [
    'A template that cannot be evaluated fails the stream with its text; the reference goes on with the template itself as the value.',
    'An answer that is no JSON where JSON is due fails; the reference takes it for no records.',
  ],
  otherStreams:
    'The streams are those of the manifest, with the columns of their schemas; a stream without schema has the columns of its first records.',
};
