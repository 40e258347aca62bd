import type { DataSource } from 'typeorm';
import type { ErrorReport } from '../protocol/index.js';
import { CIRCUIT, type CircuitStore } from '../scheduler/circuit-store.js';
import { STORE_SCHEMA } from './run.entity.js';
import { storable } from './storable.js';

const CIRCUITS = `${STORE_SCHEMA}.circuit`;
const SOURCES = `${STORE_SCHEMA}.connection_source`;
const REQUESTS = `${STORE_SCHEMA}.run_request`;

/** SQL: whether the circuit of a connection's source is open, and the probe of the moment is taken. */
const openOf = (connection: string, more = ''): string =>
  `EXISTS (SELECT FROM ${SOURCES} cs JOIN ${CIRCUITS} cc ON cc.source = cs.source
            WHERE cs.connection = ${connection} AND cc.opened_at IS NOT NULL ${more})`;
const PROBE_RUNS = (circuit: string) =>
  `EXISTS (SELECT FROM ${REQUESTS} p WHERE p.id = ${circuit}.probe AND p.state = 'running')`;

/** SQL: whether requests of a connection wait for its source. */
export const waitsForSource = (connection: string): string =>
  openOf(connection, `AND (cc.probe_at > now() OR ${PROBE_RUNS('cc')})`);

/**
 * SQL: makes a request `r` of an open circuit its probe, where `isClaimable`. Of two at once the second waits for the row and finds
 * `probe_at` moved on. Should the probe come to nothing, the next one follows after the pause.
 */
export const takeProbe = (request: string, isClaimable: string): string =>
  `UPDATE ${CIRCUITS} c SET probe = r.id, probe_at = now() + c.pause_ms * interval '1 ms'
     FROM ${SOURCES} s, ${REQUESTS} r
    WHERE r.id = ${request} AND r.state = 'queued' AND s.connection = r.connection AND c.source = s.source
      AND c.opened_at IS NOT NULL AND c.probe_at <= now() AND ${isClaimable}
   RETURNING c.source`;

/** SQL: whether the circuit of a request `r` allows it, `probe` being what `takeProbe` returned. */
export const MAY_BEGIN = `(r.state = 'running' OR NOT ${openOf('r.connection')} OR EXISTS (SELECT FROM probe))`;

interface CircuitRow {
  source: string;
  failures: number;
  opened_at: Date;
  probe_at: Date;
  error: ErrorReport;
}

export function circuitStore(source: DataSource): CircuitStore {
  return {
    async assign(sources) {
      await source.query(
        `INSERT INTO ${SOURCES} AS s (connection, source)
         SELECT connection, source FROM unnest($1::text[], $2::text[]) AS a (connection, source) ORDER BY connection
         ON CONFLICT (connection) DO UPDATE SET source = excluded.source WHERE s.source <> excluded.source`,
        [Object.keys(sources), Object.values(sources)],
      );
    },
    async failed({ id, connection, attempt }, error) {
      // What had begun before the circuit opened says nothing new when it fails: only the probe lengthens the pause.
      await source.query(
        `INSERT INTO ${CIRCUITS} AS c (source, failures, last_attempt, error)
         SELECT source, 1, $2, $3 FROM ${SOURCES} WHERE connection = $1
         ON CONFLICT (source) DO UPDATE SET
           failures = c.failures + 1, last_attempt = excluded.last_attempt, error = excluded.error,
           opened_at = CASE WHEN c.opened_at IS NULL AND c.failures + 1 >= $5 THEN now() ELSE c.opened_at END,
           pause_ms = CASE WHEN c.opened_at IS NULL THEN $6 WHEN c.probe = $4 THEN least(c.pause_ms * 2, $7) ELSE c.pause_ms END,
           probe_at = CASE WHEN c.opened_at IS NULL THEN now() + $6 * interval '1 ms'
             WHEN c.probe = $4 THEN now() + least(c.pause_ms * 2, $7) * interval '1 ms' ELSE c.probe_at END,
           probe = CASE WHEN c.probe = $4 THEN NULL ELSE c.probe END
           WHERE c.last_attempt <> excluded.last_attempt`,
        [
          connection,
          `${id} ${attempt}`,
          storable(error),
          id,
          CIRCUIT.failures,
          CIRCUIT.firstPauseMs,
          CIRCUIT.longestPauseMs,
        ],
      );
    },
    async answered(connection) {
      await source.query(
        `DELETE FROM ${CIRCUITS} c USING ${SOURCES} s WHERE s.connection = $1 AND c.source = s.source`,
        [connection],
      );
    },
    async list() {
      const rows: CircuitRow[] = await source.query(`SELECT * FROM ${CIRCUITS} WHERE opened_at IS NOT NULL`);
      return Object.fromEntries(
        rows.map(({ source: name, failures, opened_at, probe_at, error }) => [
          name,
          { failures, openedAt: opened_at.toISOString(), probeAt: probe_at.toISOString(), error },
        ]),
      );
    },
  };
}
