import type { SourceGuide } from '#sdk';
import { FILES_STREAMS } from '#sdk/files';

/** What the connector's page says beside its options. */
export const GUIDE: SourceGuide = {
  example: {
    bucket: 'acme-campaign-exports',
    credentials: '${file:/run/secrets/gcs.json}',
    files: [{ stream: 'engagement', path: 'out/engagement_*.csv.gz', format: 'csv', primary_key: ['event_id'] }],
  },
  credentials: [
    'On a machine of Google Cloud, or under workload identity, give its service account the rights below and leave the credential out: it is then taken from where Google tools look.',
    'Elsewhere make a service account with nothing but these rights, and a key for it as JSON.',
    'Rights: `storage.objects.list` and `storage.objects.get` (role Storage Object Viewer); with `processed: { archive: … }` or `delete`, and as the place of a destination, also `storage.objects.create` and `storage.objects.delete` (role Storage Object User).',
  ],
  limits: [
    'A body that breaks off is read on from where it was, three times without progress at most.',
    'A record has 16 MB at most, an archive 10,000 entries and 100 GB unpacked, unless the options say otherwise.',
  ],
  uncertain: [
    'Objects with the metadata `Content-Encoding: gzip` are read as they lie there, packed; a name without `.gz` is told by its first bytes.',
  ],
  otherStreams: FILES_STREAMS,
};
