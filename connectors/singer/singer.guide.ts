import type { SourceGuide } from '#sdk';

/** What the connector's page says beside its options. */
export const GUIDE: SourceGuide = {
  example: {
    command: ['/opt/taps/tap-example/bin/tap-example'],
    config: { start_date: '2024-01-01T00:00:00Z' },
    secrets: { api_key: '${env:TAP_EXAMPLE_API_KEY}' },
    cursors: { orders: 'updated_at' },
  },
  isAskedForStreams: true,
  credentials: [
    'What the tap wants: its own documentation says. `secrets` keeps it out of the file by references such as `${env:NAME}` or `${file:PATH}`.',
    'The tap gets it in a file that only its own account may read, in a folder that is removed when the run ends.',
    'The tap is a program with all rights of the account that Tributary runs as: install it in an environment of its own, from a source that you trust.',
  ],
  limits: [
    'A line, which is a message, has at most 64 MiB; a tap that is silent for an hour is ended. Options change both.',
    'Files of BATCH messages are JSON lines in local files, plain or gzipped.',
  ],
  uncertain: [
    'Whether a property that is `required` must be there: taps leave out what was not chosen, so only the key must.',
    'An instant without a zone is taken as one of UTC, as the specification has it.',
    'Whether every tap counts its versions upwards: one that goes back to an older version has nothing removed, and a warning says so.',
  ],
  otherStreams: 'The streams are those that the tap discovers, with the columns of their JSON Schemas.',
};
