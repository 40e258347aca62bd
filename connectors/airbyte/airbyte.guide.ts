import type { SourceGuide } from '#sdk';

/** What the connector's page says beside its options. */
export const GUIDE: SourceGuide = {
  example: {
    command: ['./venv/bin/source-faker'],
    config: { count: 1000, seed: 7 },
    streams: ['users', 'purchases'],
  },
  isAskedForStreams: true,
  credentials: [
    'What the source wants: `tributary check` holds `config` and `secrets` against its `spec` and names each option that is wrong.',
    'Secrets go under `secrets`, as references such as `${env:NAME}`; what the `spec` marks as secret is masked in all that is shown, whichever of the two it stands in.',
  ],
  limits: [
    'The program runs once for `spec`, once for `discover` and once for each stream, one after the other; those in Python take about a second to start.',
    'A line of its output has at most 64 MiB. A program that is waited for and silent for `timeout` is ended.',
  ],
  uncertain: [
    'A source that keeps one state for all streams (`GLOBAL`) gives each stream a copy of its own. One that also keeps a place at its server, such as a replication slot, can serve one stream of a connection only.',
    'An instant without a zone is taken for one of UTC, as the destinations of Airbyte do.',
  ],
  otherStreams:
    'The streams are those of the catalog that the source discovers, with the columns of their schemas; a namespace stands before the name, as in `public_orders`.',
};
