import type { SourceGuide } from '#sdk';

/** What the connector's page says beside its options. */
export const GUIDE: SourceGuide = {
  example: {
    destination: 'warehouse',
    streams: {
      campaign_monthly: { table: 'report.campaign_monthly' },
      opened_by_day: { query: 'SELECT date, sum(opened) AS opened FROM report.campaign_daily GROUP BY date' },
    },
  },
  credentials: [
    'There are none of its own: it reads by the connection of the destination that it names, and cannot write there.',
  ],
  limits: [
    'Each stream is read whole, as one snapshot, a thousand rows at a time, from a Postgres or a Snowflake destination.',
  ],
  uncertain: [
    'Marts hold counts as they are, small ones too: what a release hides is not hidden here. Who receives them must be allowed to see them.',
  ],
  otherStreams: 'The streams are those of the configuration, with the columns that the database gives them.',
};
