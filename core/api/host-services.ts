import type { CatalogStream } from '../protocol/index.js';
import type { AlertStore } from '../alerting/index.js';
import type { ReplayPreview } from '../engine/index.js';
import type { SharedView } from '../security/index.js';
import type { RunStore } from '../persistence/run-store.js';
import type { Holds } from '../scheduler/hold-store.js';
import type { OpenCircuit } from '../scheduler/circuit-store.js';
import type { BackfillRecord, BackfillStore, Days } from '../scheduler/backfill-store.js';
import type { RequestRecord, RequestStore } from '../scheduler/request-store.js';
import type { AuditStore, BreakGlass } from '../security/index.js';
import type { AccessReview } from './access-review.js';
import type { NewSources } from './new-sources.js';
import type { Release, ReportTable, Section } from '../../report/index.js';

/** A connection as the configuration has it. */
export interface ConnectionSummary {
  readonly name: string;
  readonly source: string;
  readonly destination: string;
  readonly schema: string;
  readonly streams: readonly string[];
}

/** Where a stream goes on. */
export interface StreamBookmark {
  readonly frontier: string | null;
  readonly files: number;
}

export interface QuarantineCount {
  readonly stream: string;
  readonly reason: string;
  readonly records: number;
  readonly first_seen: string;
  readonly last_seen: string;
}

/** A record that did not pass, without its values. */
export interface QuarantinedEntry {
  /** Short name of the record and reason. */
  readonly id: string;
  readonly stream: string;
  readonly reason: string;
  readonly field: string | null;
  readonly detail: string;
  readonly slice: string;
  readonly position: number;
  readonly times: number;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly resolved_at: string | null;
}

/** Of a stream: where it would have gone on. */
export interface BookmarkReset {
  readonly stream: string;
  readonly frontier: string | null;
  readonly files: number;
}

/** How the schedule of a connection stands. Instants are ISO 8601 in UTC. */
export interface ConnectionSchedule {
  /** As the configuration says it. */
  readonly schedule: object;
  /** Undefined where it follows another connection. */
  readonly nextSlot: string | undefined;
  /** The latest slot whose grace is over; undefined where none was due since the schedule began. */
  readonly overdueSlot: string | undefined;
}

export interface LineageFilter {
  readonly connection: string;
  readonly run?: string;
  readonly stream?: string;
  /** The last entry of the page before. */
  readonly before?: number;
  readonly limit: number;
}

/** A file or window that was committed to a table. */
export interface LineageEntry {
  readonly id: number;
  readonly run: string;
  readonly stream: string;
  readonly table: string;
  readonly kind: 'file' | 'window';
  readonly source: string;
  readonly slice: string;
  readonly version: string | null;
  readonly checksum: string | null;
  readonly bytes: number | null;
  readonly records: number;
  readonly committed_at: string;
}

/** What the committed checkpoints of a stream in a run add up to. */
export interface StreamLedger {
  readonly stream: string;
  readonly checkpoints: number;
  readonly committed_at: string;
  readonly ledger: Readonly<Record<string, number>>;
  /** How often each step of the chain has acted. */
  readonly steps: Readonly<Record<string, number>>;
  /** The sentences that do not hold; empty where it balances. */
  readonly imbalances: readonly string[];
}

export interface TableRequest {
  readonly table: string;
  /** Dimensions and their values. */
  readonly filter: Readonly<Record<string, string>>;
  readonly limit: number;
}

/** As what a month is looked at; nothing: the newest release of a final month, else as it stands. */
export interface MonthLook {
  /** A version, as it was published. */
  readonly release?: number;
  /** The newest release that was published until then. */
  readonly asOf?: Date;
  /** Small counts too, for those who have the right. */
  readonly withPhi?: boolean;
}

/** Each act is in the audit log before it is done. */
export interface EmergencyAccess {
  /** Undefined: it cannot be had here. */
  readonly longestMs: number | undefined;
  open(access: { readonly actor: string; readonly reason: string; readonly forMs: number }): Promise<BreakGlass>;
  /** Ends all that are open of this principal. */
  end(actor: string, by: string): Promise<readonly BreakGlass[]>;
  list(): Promise<readonly BreakGlass[]>;
  /** Of one that is over, by somebody else, once. Undefined: there is none of this id. */
  review(id: string, by: string): Promise<BreakGlass | { readonly refused: string } | undefined>;
}

/** What a link shows; nothing of it can be changed by who has it. */
export interface LinkRequest {
  readonly month: string;
  readonly release?: number | undefined;
  readonly filter: Readonly<Record<string, string>>;
  /** A duration. */
  readonly expires: string;
}

/** What the API speaks for; the composition root provides it. */
export interface HostServices {
  readonly project: string;
  readonly connections: readonly ConnectionSummary[];
  readonly runs: RunStore;
  readonly audit: Pick<AuditStore, 'list'>;
  readonly breakGlass: EmergencyAccess;
  /** Who may do what, and when each last did. */
  accessReview(): Promise<AccessReview>;
  readonly alerts: Pick<AlertStore, 'incidents' | 'find' | 'acknowledge'>;
  readonly requests: Pick<RequestStore, 'get' | 'cancel' | 'list'>;
  /** Asks for a run of a connection, as soon as a worker is free. */
  ask(connection: string, idempotencyKey: string): Promise<RequestRecord>;
  readonly backfills: Pick<BackfillStore, 'get' | 'cancel'>;
  /** Asks for days to be read again, in parts. */
  backfill(connection: string, days: Days, idempotencyKey: string): Promise<BackfillRecord>;
  /** Asks once more for the failed part that begins on this day; undefined where there is none. */
  repeatPart(id: string, from: string): Promise<BackfillRecord | undefined>;
  /** By stream, from the destination; a text says why it cannot tell. */
  bookmarks(connection: string): Promise<Readonly<Record<string, StreamBookmark>> | string>;
  /** What is not resolved, without anything of the records. */
  quarantine(connection: string): Promise<readonly QuarantineCount[]>;
  /** The latest seen first, without their values. */
  quarantined(
    connection: string,
    filter: { readonly stream?: string; readonly withResolved: boolean; readonly limit: number },
  ): Promise<readonly QuarantinedEntry[]>;
  quarantinedRecord(connection: string, id: string): Promise<(QuarantinedEntry & { payload: unknown }) | undefined>;
  /** What a replay would do, by stream. */
  previewReplay(connection: string): Promise<readonly ReplayPreview[]>;
  /** Asks for the quarantine to be read again, as soon as a worker is free. */
  replay(connection: string, idempotencyKey: string): Promise<RequestRecord>;
  /** Forgets bookmarks, or tells which it would forget. */
  reset(
    connection: string,
    options: { readonly stream: string | undefined; readonly isDry: boolean },
  ): Promise<readonly BookmarkReset[]>;
  readonly newSources: NewSources;
  /** The streams that its source offers now; asks the source. */
  catalog(connection: string): Promise<readonly CatalogStream[]>;
  /** From the destination, the latest first. */
  lineage(filter: LineageFilter): Promise<readonly LineageEntry[]>;
  /** Of each stream in a run, from the destination. */
  ledger(connection: string, run: string): Promise<readonly StreamLedger[]>;
  /** Of the connections that have a schedule. */
  schedules(): Promise<Readonly<Record<string, ConnectionSchedule>>>;
  /** Of the connections whose schedule is held. */
  holds(): Promise<Readonly<Record<string, Holds>>>;
  pause(
    connection: string,
    pause: { readonly by: string; readonly reason?: string; readonly until?: string },
  ): Promise<void>;
  resume(connection: string): Promise<void>;
  /** Sources that failed so often in a row that requests wait for them. */
  circuits(): Promise<Readonly<Record<string, OpenCircuit>>>;
  /** Whether the host can do its work; the names of what cannot be reached, with the reason. */
  ready(): Promise<Readonly<Record<string, 'ok' | string>>>;
  /** Months (`YYYY-MM`) with figures, the latest first. */
  months(): Promise<readonly string[]>;
  section(month: string, look: MonthLook): Promise<Section>;
  /** One table of a month. */
  table(month: string, look: MonthLook, table: TableRequest): Promise<ReportTable>;
  /** Dimensions of the report that the configuration adds, by name. */
  readonly ownDimensions: readonly string[];
  /** Of one month, the newest first. */
  releases(month: string): Promise<readonly Release[]>;
  /** Whether the configuration has what links are made with. */
  readonly hasLinks: boolean;
  /** Makes a link to a month, or to a part of it. */
  makeLink(link: LinkRequest): Promise<{ readonly view: SharedView; readonly path: string }>;
  /** Undefined where the word was not made here. */
  openLink(word: string): SharedView | undefined;
  showView(view: SharedView, form: 'page' | 'fragment'): Promise<{ readonly html: string; readonly policy: string }>;
  /** Origins of pages that may show a link in a frame. */
  readonly embedAncestors: readonly string[];
  /** The page, whole and by itself. */
  page(section: Section): string;
}

/** The injection token. */
export const HOST_SERVICES = Symbol('HOST_SERVICES');
