/** What a rule can tell of, as the configuration, the store and every channel name it. */
export const ALERT_KINDS = [
  'run_failed',
  'run_partial',
  'run_interrupted',
  'auth',
  'schema_change',
  'quarantine_growth',
  'unexpected_zero',
  'volume_anomaly',
  'error_budget',
  'integrity_mismatch',
  'disk',
  'late',
  'stale_data',
  'request_failed',
  'worker_lost',
  'release_restated',
  'break_glass',
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** The worst first; the words are those of PagerDuty. */
export const SEVERITIES = ['critical', 'error', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];
