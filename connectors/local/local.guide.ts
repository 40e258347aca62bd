import type { SourceGuide } from '#sdk';
import { FILES_STREAMS } from '#sdk/files';

/** What the connector's page says beside its options. */
export const GUIDE: SourceGuide = {
  example: {
    files: [
      {
        stream: 'engagement',
        path: 'exports/engagement_*.csv.gz',
        format: 'csv',
        primary_key: ['event_id'],
        columns: { member_id: 'string', sent_on: { type: 'date', format: 'MM/DD/YYYY' } },
        nulls: ['', 'NULL'],
      },
    ],
  },
  credentials: [
    'There are none. The account under which Tributary runs must be allowed to list the folder and to read the files; with `processed: { archive: … }` or `delete` also to write in the folder.',
  ],
  limits: [
    'A record has 16 MB at most, an archive 10,000 entries and 100 GB unpacked, unless the options say otherwise.',
  ],
  otherStreams: FILES_STREAMS,
};
