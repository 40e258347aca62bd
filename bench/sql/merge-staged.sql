-- The upsert of the textbooks, from a staging table into a table with the rows and columns of the engine's, stored as CREATE TABLE
-- does by itself. The clock runs from the end of the COPY on. The order of the staging table is that of the delivery and so of the
-- table: sorted by the key it takes half as long again, since the rows of neighbouring keys lie far from each other.
CREATE UNLOGGED TABLE staging (
  event_id    uuid NOT NULL,
  member_id   text,
  email       text,
  campaign_id text,
  channel     text,
  event_type  text,
  occurred_at timestamptz,
  send_date   date,
  attempt     bigint,
  cost        numeric(18,4),
  score       double precision,
  is_machine  boolean,
  subject     text,
  user_agent  text,
  position    bigint GENERATED ALWAYS AS IDENTITY
);
COPY staging (event_id, member_id, email, campaign_id, channel, event_type, occurred_at, send_date, attempt, cost, score, is_machine, subject, user_agent) FROM STDIN (FORMAT csv, HEADER);
BEGIN;
INSERT INTO raw.events (event_id, member_id, email, campaign_id, channel, event_type, occurred_at, send_date, attempt, cost, score, is_machine, subject, user_agent,
                        _source_file, _source_row, _loaded_at, _run_id)
SELECT event_id, member_id, email, campaign_id, channel, event_type, occurred_at, send_date, attempt, cost, score, is_machine, subject, user_agent,
       'events.csv', position, now(), '00000000-0000-4000-8000-000000000000'
  FROM staging
ON CONFLICT (event_id) DO UPDATE SET
  member_id    = excluded.member_id,
  email        = excluded.email,
  campaign_id  = excluded.campaign_id,
  channel      = excluded.channel,
  event_type   = excluded.event_type,
  occurred_at  = excluded.occurred_at,
  send_date    = excluded.send_date,
  attempt      = excluded.attempt,
  cost         = excluded.cost,
  score        = excluded.score,
  is_machine   = excluded.is_machine,
  subject      = excluded.subject,
  user_agent   = excluded.user_agent,
  _source_file = excluded._source_file,
  _source_row  = excluded._source_row,
  _loaded_at   = excluded._loaded_at,
  _run_id      = excluded._run_id;
COMMIT;
