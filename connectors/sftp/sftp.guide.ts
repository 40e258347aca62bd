import type { SourceGuide } from '#sdk';
import { FILES_STREAMS } from '#sdk/files';

/** What the connector's page says beside its options. */
export const GUIDE: SourceGuide = {
  example: {
    host: 'sftp.example.org',
    username: 'tributary',
    private_key: '${file:/run/secrets/sftp_key}',
    passphrase: '${env:SFTP_PASSPHRASE}',
    host_key_sha256: 'SHA256:3xIuLGnD0qg7cY4eTA0eUHnGXyG4VYkzOhVvSOjmDd4',
    files: [{ stream: 'engagement', path: 'out/engagement_*.csv.gz', format: 'csv', primary_key: ['event_id'] }],
  },
  credentials: [
    'Make a key pair for Tributary alone: `ssh-keygen -t ed25519 -f sftp_key`. The public part goes to whoever runs the server; the private one stays here, as a secret of its own.',
    'Ask for an account that may list the folder and read the files; with `processed: { archive: … }` or `delete` also rename and remove them.',
    "Ask for the fingerprint of the server's key on another way than the network (a call, a signed mail) and put it into `host_key_sha256`. `tributary check sftp` says which key it met where none is given.",
    'Where the server lets in known addresses only, tell its people that of the machine on which Tributary runs.',
    'Step by step, with jump hosts and agents: [docs/guides/sftp.md](../guides/sftp.md).',
  ],
  limits: [
    'One connection is open at a time for a run. A connection that drops is opened again up to three times without progress between, and the file read on from where it was.',
    'Each answer has 20 seconds (`timeout`); a quiet connection is asked for a sign of life every 15 (`keepalive`).',
    'A record has 16 MB at most, an archive 10,000 entries and 100 GB unpacked, unless the options say otherwise.',
  ],
  uncertain: [
    'The protocol tells times in whole seconds: a file that is replaced by one of the same size within the same second is taken for the same. Let files be written under another name and renamed.',
  ],
  otherStreams: FILES_STREAMS,
};
