import { type DataSource, In, IsNull } from 'typeorm';
import { ConnectorError } from '../sdk/errors.js';
import { isAlive, type ProcessIdentity, thisProcess } from './process-identity.js';
import { LIFT_AFTER_SUCCESS } from './postgres.hold-store.js';
import { storable } from './storable.js';
import type { RunEvent, RunRecord, RunStore, RunTotals } from './run-store.js';
import { RunEntity, type RunEventRow, RunEventEntity, type RunRow, STORE_SCHEMA } from './run.entity.js';

const EVENTS_PER_STATEMENT = 500;
export function runStore(source: DataSource): RunStore {
  const runs = source.getRepository(RunEntity);
  const events = source.getRepository(RunEventEntity);
  // The database's clock for heartbeats, since the hosts that compare them may differ.
  const now = (): string => 'now()';

  const runningAlready = async (connection: string, part?: string): Promise<ConnectorError> => {
    const other = await runs.findOneBy({ connection, state: 'running', part: part ?? IsNull() });
    const who = other === null ? '' : ` (run ${other.id} since ${other.started_at.toISOString()})`;
    return new ConnectorError('locked', `Connection "${connection}" is being synced already${who}.`, {
      connection,
      hint: 'Wait for that run to end; one whose process is dead is taken over within 90 s.',
    });
  };
  return {
    async begin(run) {
      const owner = run.owner ?? thisProcess();
      await runs
        .createQueryBuilder()
        .insert()
        .values({
          id: run.id,
          connection: run.connection,
          trigger: run.trigger,
          started_at: new Date(run.startedAt),
          state: run.state ?? 'running',
          streams: {},
          owner_host: owner.host,
          owner_pid: owner.pid,
          owner_started: owner.started,
          heartbeat_at: now,
          trace_id: run.traceId ?? null,
          part: run.part ?? null,
        })
        .orIgnore()
        .execute();
      if ((await runs.findOneBy({ id: run.id })) === null) throw await runningAlready(run.connection, run.part);
    },
    async heartbeat(id) {
      await runs.update({ id }, { heartbeat_at: now });
    },
    async append(added) {
      for (let from = 0; from < added.length; from += EVENTS_PER_STATEMENT) {
        const rows = added.slice(from, from + EVENTS_PER_STATEMENT).map(toEventRow);
        await events.createQueryBuilder().insert().values(rows).orIgnore().execute();
      }
    },
    async end(id, outcome) {
      const { affected } = await runs
        .createQueryBuilder()
        .update()
        .set({
          state: outcome.state,
          ended_at: new Date(outcome.endedAt),
          exit_code: outcome.exitCode,
          error: outcome.error === undefined ? null : storable(outcome.error),
          streams: storable(outcome.streams) as RunRow['streams'],
          calls: outcome.calls === undefined ? null : storable(outcome.calls),
        } as object)
        .where({ id })
        .execute();
      if (affected !== 1) throw new Error(`run ${id} was never begun`);
      if (outcome.state === 'succeeded') await source.query(LIFT_AFTER_SUCCESS, [id]);
    },
    async markInterrupted({ connection, heartbeatOlderThanMs }) {
      const query = runs
        .createQueryBuilder('run')
        .select(['run.id AS id', 'run.owner_host AS host', 'run.owner_pid AS pid', 'run.owner_started AS started'])
        .addSelect(`run.heartbeat_at < now() - :age * interval '1 ms'`, 'silent')
        .where(`run.state IN ('queued', 'running')`)
        .setParameter('age', heartbeatOlderThanMs);
      if (connection !== undefined) query.andWhere('run.connection = :connection', { connection });
      const open = await query.getRawMany<ProcessIdentity & { id: string; silent: boolean }>();
      const dead = open.filter((row) => row.silent || isAlive(row) === false).map(({ id }) => id);
      if (dead.length === 0) return [];
      const { raw } = await runs
        .createQueryBuilder()
        .update()
        .set({ state: 'interrupted', ended_at: now })
        // Checked once more: its owner may have ended it since we looked.
        .where(`id IN (:...dead) AND state IN ('queued', 'running')`, { dead })
        .returning('id')
        .execute();
      return (raw as { id: string }[]).map(({ id }) => id);
    },
    async interrupt(id) {
      await runs.update({ id, state: In(['queued', 'running']) }, { state: 'interrupted', ended_at: now });
    },
    async list({ connection, within, state, since, limit, before }) {
      const query = runs.createQueryBuilder('run').orderBy('run.started_at', 'DESC').addOrderBy('run.id', 'DESC');
      query.limit(limit);
      if (connection !== undefined) query.andWhere('run.connection = :connection', { connection });
      if (within !== undefined) query.andWhere('run.connection = ANY (:within)', { within });
      if (state !== undefined) query.andWhere('run.state = :state', { state });
      if (since !== undefined) query.andWhere('run.started_at >= :since', { since });
      if (before !== undefined)
        query.andWhere('(run.started_at, run.id) < (CAST(:startedAt AS timestamptz), :id)', { ...before });
      return (await query.getMany()).map(toRecord);
    },
    async get(id) {
      const row = await runs.findOneBy({ id });
      return row === null ? undefined : toRecord(row);
    },
    async events(id, after = 0, limit) {
      const query = events
        .createQueryBuilder('event')
        .where('event.run_id = :id AND event.seq > :after', { id, after });
      return (await query.orderBy('event.seq').limit(limit).getMany()).map(toEvent);
    },
    async schemaChanges(connection, limit) {
      const query = events
        .createQueryBuilder('event')
        .where(
          `event.type = 'schema_changed' AND event.run_id IN (SELECT id FROM ${STORE_SCHEMA}.run WHERE connection = :connection)`,
          { connection },
        );
      return (await query.orderBy('event.at', 'DESC').addOrderBy('event.seq', 'DESC').limit(limit).getMany()).map(
        toEvent,
      );
    },
    async lastByConnection(connection) {
      const query = runs.createQueryBuilder('run').distinctOn(['run.connection']).orderBy('run.connection');
      query.where('run.part IS NULL');
      if (connection !== undefined) query.andWhere('run.connection = :connection', { connection });
      const rows = await query.addOrderBy('run.started_at', 'DESC').addOrderBy('run.id', 'DESC').getMany();
      return Object.fromEntries(rows.map((row) => [row.connection, toRecord(row)]));
    },
    async totals() {
      const found: TotalsRow[] = await source.query(TOTALS);
      return found.map(({ connection, runs: byState, seconds, rows, last_success }) => ({
        connection,
        runs: byState,
        seconds,
        rows: rows ?? {},
        ...(last_success === null ? {} : { lastSuccessAt: last_success.toISOString() }),
      }));
    },
    async lastSuccesses() {
      const rows: { connection: string; ended: Date }[] = await source.query(
        `SELECT connection, last_ended_at AS ended FROM ${STORE_SCHEMA}.run_total WHERE state = 'succeeded' AND runs > 0`,
      );
      return Object.fromEntries(rows.map(({ connection, ended }) => [connection, ended.toISOString()]));
    },
  };
}

interface TotalsRow {
  connection: string;
  runs: RunTotals['runs'];
  seconds: number;
  rows: Record<string, number> | null;
  last_success: Date | null;
}

/** What ended is summed up by a trigger in the transaction that ends it. */
const TOTALS = `
  WITH by_state AS (
    SELECT connection, state, runs, seconds, CASE WHEN state = 'succeeded' THEN last_ended_at END AS last_success
      FROM ${STORE_SCHEMA}.run_total WHERE runs > 0
     UNION ALL
    SELECT connection, state, count(*), 0, NULL
      FROM ${STORE_SCHEMA}.run WHERE state IN ('queued', 'running') GROUP BY connection, state)
  SELECT connection, jsonb_object_agg(state, runs) AS runs, sum(seconds)::float8 AS seconds, max(last_success) AS last_success,
         (SELECT jsonb_object_agg(ledger_column, rows) FROM ${STORE_SCHEMA}.run_total_rows c
           WHERE c.connection = s.connection) AS rows
    FROM by_state s GROUP BY connection ORDER BY connection`;

function toRecord(row: RunRow): RunRecord {
  return {
    id: row.id,
    connection: row.connection,
    state: row.state,
    trigger: row.trigger,
    startedAt: row.started_at.toISOString(),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at.toISOString() }),
    ...(row.exit_code === null ? {} : { exitCode: row.exit_code }),
    ...(row.error === null ? {} : { error: row.error }),
    streams: row.streams,
    ...(row.calls === null ? {} : { calls: row.calls }),
    owner: { host: row.owner_host, pid: row.owner_pid, started: row.owner_started },
    heartbeatAt: row.heartbeat_at.toISOString(),
    ...(row.trace_id === null ? {} : { traceId: row.trace_id }),
  };
}

function toEventRow({ run, seq, at, type, data }: RunEvent): object {
  return { run_id: run, seq, at: new Date(at), type, data: storable(data) };
}

function toEvent({ run_id, seq, at, type, data }: RunEventRow): RunEvent {
  return { run: run_id, seq, at: at.toISOString(), type, data };
}
