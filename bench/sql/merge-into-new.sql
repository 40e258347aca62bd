-- As merge.sql, the table being new.
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
BEGIN;
CREATE TEMPORARY TABLE staging (LIKE events) ON COMMIT DROP;
COPY staging FROM STDIN (FORMAT csv, HEADER);
INSERT INTO events
SELECT * FROM staging
ON CONFLICT (event_id) DO UPDATE SET
  member_id   = excluded.member_id,
  email       = excluded.email,
  campaign_id = excluded.campaign_id,
  channel     = excluded.channel,
  event_type  = excluded.event_type,
  occurred_at = excluded.occurred_at,
  send_date   = excluded.send_date,
  attempt     = excluded.attempt,
  cost        = excluded.cost,
  score       = excluded.score,
  is_machine  = excluded.is_machine,
  subject     = excluded.subject,
  user_agent  = excluded.user_agent;
COMMIT;
