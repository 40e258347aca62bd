-- A file into a table that is there already: the upsert of the textbooks.
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
