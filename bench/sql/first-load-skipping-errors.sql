-- As first-load.sql, but rows whose values do not fit are left out instead of ending the load (PostgreSQL 17 or later).
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
COPY events FROM STDIN (FORMAT csv, HEADER, ON_ERROR ignore);
COMMIT;
