import { Pattern } from './fields.js';
import { OptionalKey } from './shape.js';

/** Schedules, alerts and people look back at least so far. */
const Days = () => Pattern(/^([7-9]|[1-9]\d{1,4})d$/, 'must be a number of days like 90d, at least 7d');

/** How long the host keeps what is over; the warehouse, its ledger and its lineage are not touched. */
export class RetentionSettings {
  @OptionalKey(
    'Runs. The latest 20 of a connection, its last success, and one with an open alert are kept however old.',
  )
  @Days()
  runs: string = '400d';

  @OptionalKey('Events and log of a run; those of the latest run of a connection are kept however old.')
  @Days()
  events: string = '90d';

  @OptionalKey('Requests for runs that ended, with their `Idempotency-Key`.')
  @Days()
  requests: string = '90d';

  @OptionalKey('Alerts that were resolved.')
  @Days()
  alerts: string = '400d';
}
