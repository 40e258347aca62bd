import type { SourceGuide } from '#sdk';
import { FILES_STREAMS } from '#sdk/files';

/** What the connector's page says beside its options. */
export const GUIDE: SourceGuide = {
  example: {
    bucket: 'acme-campaign-exports',
    region: 'us-east-1',
    access_key_id: '${env:AWS_ACCESS_KEY_ID}',
    secret_access_key: '${env:AWS_SECRET_ACCESS_KEY}',
    files: [{ stream: 'engagement', path: 'out/engagement_*.csv.gz', format: 'csv', primary_key: ['event_id'] }],
  },
  credentials: [
    'On a machine of AWS give its role the rights below and leave the credential out: it is then taken from where AWS tools look (environment, profile, role of the machine).',
    'Elsewhere make a user in IAM with nothing but these rights, and an access key for it. Another storage has its own page for such keys; for it `endpoint` is needed, and often `path_style: true`.',
    'Rights: `s3:ListBucket` on the bucket and `s3:GetObject` on the objects; with `processed: { archive: … }` or `delete` also `s3:PutObject` and `s3:DeleteObject`. Objects under a KMS key need `kms:Decrypt`.',
  ],
  limits: [
    'Objects above 5 GB cannot be archived.',
    'A body that breaks off is read on from where it was, three times without progress at most.',
    'A record has 16 MB at most, an archive 10,000 entries and 100 GB unpacked, unless the options say otherwise.',
  ],
  uncertain: [
    'The ETag is taken as the version. Other storages than that of AWS may give another one to the same content: the object is then read again.',
  ],
  otherStreams: FILES_STREAMS,
};
