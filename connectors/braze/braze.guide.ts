import type { SourceGuide } from '#sdk';

/** What the connector's page says beside options and streams; limits and open questions as of 2026-11-24. */
export const GUIDE: SourceGuide = {
  example: {
    endpoint: 'https://rest.iad-05.braze.com',
    api_key: '${env:BRAZE_API_KEY}',
    start_date: '2024-01-01',
    time_zone: 'America/Chicago',
  },
  everything: {
    apps: ['an-app'],
    events_by_segment: ['a1c_test_completed'],
    sends: [{ campaign_id: 'a-campaign', send_id: 'a-send' }],
  },
  credentials: [
    'In the dashboard open *Settings, APIs and Identifiers*. It names the REST endpoint of your instance: that is `endpoint`, not the address of the dashboard or of the SDK.',
    'Create an API key there with the permissions of the streams that you read, as the table of streams names them. Those of an existing key cannot be changed: create a new one.',
    'Where the key is limited to IP addresses, add that of the machine on which Tributary runs.',
    'A key belongs to one workspace: several workspaces are several sources.',
    'Take `time_zone` from *Settings, Company*: Braze cuts its days in it.',
    'Give the key as a reference (`${env:…}` or `${file:…}`) and try it: `tributary check braze`. It tries the three permissions of campaigns; that of another stream is missed when the stream is read.',
  ],
  limits: [
    'Quotas belong to the workspace, and its own sends count against them: 250,000 calls an hour for all endpoints together, 50,000 a minute for series of campaigns, 1,000 an hour for the lists of events and products and the series of purchases together.',
    'Four fifths of each are used at most, six calls at a time. When Braze says that a quota is used up, all wait for its reset, up to 65 minutes; then the run ends as `rate_limit` and the next one goes on.',
    "A call gives at most 100 days of a campaign, 14 of a Canvas. Sends are kept for 14 days, members' events for 90.",
    '2,000 campaigns and 200 Canvases with 14 days of lookback take some 3,900 calls a day: 1.0 % of the hour ([benchmarks](../benchmarks.md)). `tributary sync` says how many there were.',
  ],
  otherStreams:
    'Each entry of `users` is a stream: the users of a segment with the listed `fields` and `custom_attributes`, and nothing else ' +
    '(permission `users.export.segment`; one call, then a question each 10 seconds whether the archive is there, for 15 minutes at ' +
    'most). It is read whole; its key is `braze_id`, else `external_id`. Each column says something of a person: the connection must say under ' +
    '`protect` what becomes of it, or nothing is exported.',
  uncertain: [
    'Whether the day of `ending_at` is one of the days returned: one day more than the window is asked for, and days beside the window are left out, so both readings give the same rows.',
    'Whether days without activity, and days before the first send, are returned: a day that does not come has no row.',
    "That the days of campaigns are those of the company's time zone is stated for Canvases; for campaigns it is implied.",
    '`machine_open` is not on the page of the endpoint; it was seen in answers, as `machine_open` or `machine_opens`. Where it does not come it is null.',
    'Whether `clicks` contains those of machines: that is a setting of the workspace.',
    'What the KPIs call their numbers: only `dau` is shown. The others are taken by the name of their endpoint.',
    'What the quantity of purchases is called: `purchase_quantity` and `quantity` are taken. Whether its series count against the 1,000 an hour: it is taken that they do.',
    'Whether pages of products begin with 0: they are asked for from 0 on, and what comes twice is one.',
    'Whether an unknown key is answered by 401 or 404: both are told as such.',
    "Whether the messages of a Canvas' step have ids: one that stands alone and has none has an empty `variation_id`, others `#` and the position.",
    'How an export of a segment is refused while another one is under way: any 400 is told with both reasons.',
    'The text of a refusal by a quota is not documented; only its status and its headers are looked at.',
  ],
};
