import type { SourceGuide } from '#sdk';

/** What the connector's page says beside options and streams; limits and open questions as of 2026-11-24. */
export const GUIDE: SourceGuide = {
  example: {
    endpoint: 'https://mc0a1b2c3d4e5f6g7h8i9j0k1l2m.auth.marketingcloudapis.com',
    client_id: '${env:SFMC_CLIENT_ID}',
    client_secret: '${env:SFMC_CLIENT_SECRET}',
    accounts: [510001, 510002],
    start_date: '2026-05-01',
    time_zone: 'America/Chicago',
    data_extensions: [
      { stream: 'members', data_extension: 'Care_Members', fields: ['SubscriberKey', 'Region', 'Segment'] },
    ],
  },
  everything: { subscribers: true },
  credentials: [
    'In *Setup, Apps, Installed Packages* choose *New*, and add an *API Integration* component of type *server-to-server*.',
    'Give it the scopes of the streams that you read, as the table of streams names them, and access to each business unit in `accounts`. A change takes up to five minutes, and a new run.',
    'Its page shows client id, client secret and the authentication base URI, which is `endpoint`.',
    'The number (MID) of a business unit stands beside its name at the top of the page.',
    'Give id and secret as references (`${env:…}` or `${file:…}`) and try them: `tributary check sfmc` logs in to each business unit and asks for the last minute of its tracking, and for each data extension and field that the file names.',
  ],
  limits: [
    'Salesforce publishes no limit of calls. 1,600 SOAP and 2,000 REST calls a minute are used at most, over all business units, of the 2,000 and 2,500 that are reported as safe. A refusal is waited for, up to 65 minutes; then the run ends as `rate_limit` and the next one goes on.',
    'A page of SOAP has 2,500 objects, one of REST 50 (rows of data extensions 2,500). 5 million events take 2,000 calls and 75 seconds at least ([benchmarks](../benchmarks.md)). `tributary sync` says how many there were.',
    'Events cost one call per day, business unit and kind of event at least, even where nothing happened. `message_days` has five kinds: a first run over 180 days and 2 business units takes 180 × 2 × 5 = 1,800 calls, a good minute under the limit; each stream of events beside it adds a fifth. A daily run reads 7 days again. While calls wait for their turn, `sync` says `waiting for the limit of calls…`.',
    'A token lives for about 18 minutes. One serves all streams of a business unit and is fetched anew a minute before its end.',
    'Data views hold six months. A query activity stops after 30 minutes.',
  ],
  uncertain: [
    'The texts of throttle faults are not documented: any fault that speaks of a limit is one. A fault that is not known is repeated.',
    "The server's clock: its documentation says UTC−6 all the year, and has one example that says UTC−4. UTC−6 is taken. Windows are asked for in UTC, and an event beside its window ends the stream.",
    'How late events show is not published: the last 7 days are read again.',
    'How far back events reach is not stated for SOAP.',
    'How long a continuation lives: one that is lost is begun anew, by halves of its span.',
    'Whether both ends of a span are included: what comes twice has the same key.',
    "Dates of data extensions come in ISO or US form, by the language of the account: both are read. Journeys name no zone: the server's is taken.",
    'Whether a wrong key of a data extension is answered by 400 or 404: both are told.',
    'Whether the `URLID` of an event by the API is that of a tracking extract: the same name is taken for the same number.',
    'Whether a refusal of a missing REST scope is always a 403: it is what people report.',
  ],
  otherStreams:
    'Each entry of `data_extensions` is a stream of its own, read whole (permission `data_extensions_read`, one call per 2,500 rows). Its columns ' +
    'are the fields in lower case, typed as Marketing Cloud types them; its key is the primary key of the data extension, else ' +
    '`custom_object_key`, else `primary_key`. `subscribers` is on offer with `subscribers: true`.\n\n' +
    'A column that tells who a person is needs a rule under `protect` of the connection (`keep` is one), or its stream is refused before ' +
    'anything is read: `subscriber_key` and `subscriber_id` of every stream; of a data extension the field by which it is sendable, those of ' +
    'the types `EmailAddress` and `Phone`, and texts and numbers that are named as the key or id of a subscriber or contact, an e-mail ' +
    'address, a phone or mobile number, or the id or token of a device. Other fields are yours to judge.',
};
