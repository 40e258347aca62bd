import type { AlertKind, ErrorReport, Severity } from '../protocol/index.js';
import type { Acknowledgement, Delivery, DeliveryRecord, EndedRun, Incident, Judgement } from './incident.js';

/** What a judgement looks back at. */
export interface Before {
  readonly run: EndedRun;
  /** Runs of the connection that ended earlier, the latest first. */
  readonly earlier: readonly EndedRun[];
  /** Ordinary runs that began at about the same hour of the same weekday, in the weeks before. */
  readonly weekly: readonly EndedRun[];
  /** Of the connection. */
  readonly open: readonly Incident[];
}

/**
 * Incidents and what is to be sent of them, beside the runs. Whatever process dies, what it left is found here again: runs that
 * are not judged yet, and deliveries that nobody holds. Several hosts may use it at once.
 */
export interface AlertStore {
  /**
   * Called before the first judgement: of runs that ended before anybody was to be told, only the last of each connection
   * is news. Once a run was judged, the same holds of what is older than a week.
   */
  begin(now: Date): Promise<void>;
  /**
   * Judges the oldest run that ended and was not judged in the state that it has, and writes what `decide` says together with
   * the note that it is judged. One at a time over all hosts, in the order in which runs ended. Undefined: there is none.
   * One that cannot be judged is noted as judged all the same, lest it stop all others; `fault` says why.
   */
  judgeNext(decide: (before: Before) => Judgement, now: Date): Promise<Judged | undefined>;
  /** Judges what stands now, by all open incidents; one host at a time, and one at a time with runs. */
  watch(decide: (open: readonly Incident[]) => Promise<Judgement>, now: Date): Promise<void>;
  /**
   * Of these connections: the last request that ended, where it left an error and no run that could tell of it, or found another
   * run in its way until it gave up, and no run has succeeded since.
   */
  failedRequests(connections: readonly string[]): Promise<readonly FailedRequest[]>;
  /**
   * Takes deliveries that are due at `now` and leases them; the lease is by the database's clock. One of a key and channel at a
   * time, in their order, so that nothing is resolved before it was told. What is held stays where it is.
   */
  claim(options: {
    readonly now: Date;
    readonly leaseMs: number;
    readonly limit: number;
    readonly held: readonly Held[];
  }): Promise<readonly Delivery[]>;
  /** Takes in the same way all that is due to one channel, of these severities, and was written before an instant. */
  claimDigest(
    options: Held & { readonly now: Date; readonly leaseMs: number; readonly before: Date },
  ): Promise<readonly Delivery[]>;
  /** Of the attempt that was claimed; one that lost its lease meanwhile changes nothing. */
  sent(delivery: Delivery): Promise<void>;
  again(delivery: Delivery, dueAt: Date, error: string): Promise<void>;
  /** Not to be tried again. A resolve of what was never told goes with it. */
  ended(delivery: Delivery, state: 'refused' | 'given_up', error: string): Promise<void>;
  /** Open ones first, then the latest. */
  incidents(filter: IncidentFilter): Promise<readonly ListedIncident[]>;
  /** Those whose id is or begins with the text, and the open one whose key it is. */
  find(text: string): Promise<readonly ListedIncident[]>;
  /** Of an open incident; the first one counts. It is not escalated any more. */
  acknowledge(id: string, acknowledgement: Acknowledgement): Promise<void>;
}

/** Deliveries to a channel that are not told one by one at the moment. */
export interface Held {
  readonly channel: string;
  readonly severities: readonly Severity[];
}

export interface IncidentFilter {
  readonly limit: number;
  readonly isOpen?: boolean;
  readonly connection?: string;
  /** No others than these. */
  readonly within?: readonly string[];
  readonly kind?: AlertKind;
  /** The last one of the page before. */
  readonly after?: IncidentPlace;
}

export interface IncidentPlace {
  readonly isOpen: boolean;
  readonly openedAt: string;
  readonly id: string;
}

export interface Judged {
  readonly run: string;
  readonly fault?: string;
}

export interface FailedRequest {
  readonly connection: string;
  readonly request: string;
  readonly error: ErrorReport;
}

export interface ListedIncident extends Incident {
  readonly deliveries: readonly DeliveryRecord[];
}
