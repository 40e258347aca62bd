-- A file into a new keyed table. In one transaction, as the server then need not log the rows (wal_level = minimal).
BEGIN;
CREATE TABLE events (
  event_id    uuid PRIMARY KEY,
  member_id   text,
  email       text,
  campaign_id text,
  channel     text,
  event_type  text,
  occurred_at timestamptz,
  send_date   date,
  attempt     bigint,
  cost        numeric,
  score       double precision,
  is_machine  boolean,
  subject     text,
  user_agent  text
);
COPY events FROM STDIN (FORMAT csv, HEADER);
COMMIT;
