/**
 * The messages of the Airbyte protocol 0.18, as its `airbyte_protocol.yaml` defines them: one JSON object per line, its kind in `type`.
 * Names of fields are the protocol's own.
 */

export const PROTOCOL_VERSION = '0.18.0';

export type Json = Readonly<Record<string, unknown>>;

export interface StreamDescriptor {
  readonly name: string;
  readonly namespace?: string;
}

export interface AirbyteRecord extends Json {
  readonly stream: string;
  readonly namespace?: string;
  readonly data: Json;
  /** Milliseconds since 1970. */
  readonly emitted_at: number;
}

export interface StreamState {
  readonly stream_descriptor: StreamDescriptor;
  /** What the source said, which nobody else looks into; absent: the stream is to be read from its start. */
  readonly stream_state?: unknown;
}

/** How many records came since the state before, for the stream, or for all of them where the state is global. */
export interface StateStats {
  readonly recordCount?: number;
  readonly rejectedRecordCount?: number;
}

interface Counted {
  readonly sourceStats?: StateStats;
  readonly destinationStats?: StateStats;
}

export type AirbyteState = Counted &
  (
    | { readonly type: 'STREAM'; readonly stream: StreamState }
    | {
        readonly type: 'GLOBAL';
        readonly global: { readonly shared_state?: unknown; readonly stream_states: readonly StreamState[] };
      }
    | { readonly type: 'LEGACY'; readonly data: Json }
  );

export const LOG_LEVELS = ['FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE'] as const;
export interface AirbyteLog {
  readonly level: (typeof LOG_LEVELS)[number];
  readonly message: string;
  readonly stack_trace?: string;
}

export const FAILURE_TYPES = ['system_error', 'config_error', 'transient_error'] as const;
export type FailureType = (typeof FAILURE_TYPES)[number];

/** What went wrong: `message` is for the user, the rest for developers. */
export interface TraceError {
  readonly message: string;
  readonly internal_message?: string;
  readonly stack_trace?: string;
  readonly failure_type?: FailureType;
  readonly stream_descriptor?: StreamDescriptor;
}

export const STREAM_STATUSES = ['STARTED', 'RUNNING', 'COMPLETE', 'INCOMPLETE'] as const;
export type StreamStatus = (typeof STREAM_STATUSES)[number];

export type AirbyteTrace = { readonly emitted_at: number } & (
  | { readonly type: 'ERROR'; readonly error: TraceError }
  | {
      readonly type: 'STREAM_STATUS';
      readonly stream_status: {
        readonly stream_descriptor: StreamDescriptor;
        readonly status: StreamStatus;
        readonly reasons?: readonly Json[];
      };
    }
  | {
      readonly type: 'ESTIMATE';
      readonly estimate: {
        readonly name: string;
        readonly type: 'STREAM' | 'SYNC';
        readonly namespace?: string;
        readonly row_estimate?: number;
        readonly byte_estimate?: number;
      };
    }
  | { readonly type: 'ANALYTICS'; readonly analytics: { readonly type: string; readonly value?: string } }
);

export type SyncModeName = 'full_refresh' | 'incremental';
export const DESTINATION_SYNC_MODES = ['append', 'overwrite', 'append_dedup', 'update', 'soft_delete'] as const;
export type DestinationSyncMode = (typeof DESTINATION_SYNC_MODES)[number];

/** A stream as a source offers it. */
export interface AirbyteStream {
  readonly name: string;
  readonly namespace?: string;
  readonly json_schema: Json;
  readonly supported_sync_modes: readonly SyncModeName[];
  readonly source_defined_cursor?: boolean;
  /** The way to the field, a step each. */
  readonly default_cursor_field?: readonly string[];
  readonly source_defined_primary_key?: readonly (readonly string[])[];
  /** True: a full refresh that broke off can go on from the state it handed out. */
  readonly is_resumable?: boolean;
}

export interface AirbyteCatalog {
  readonly streams: readonly AirbyteStream[];
}

/** A stream as it is to be read and written. */
export interface ConfiguredStream {
  readonly stream: AirbyteStream;
  readonly sync_mode: SyncModeName;
  readonly destination_sync_mode: DestinationSyncMode;
  readonly cursor_field?: readonly string[];
  readonly primary_key?: readonly (readonly string[])[];
  /** Rows of generations before the minimum one go once the stream is complete. */
  readonly generation_id?: number;
  readonly minimum_generation_id?: number;
  readonly sync_id?: number;
}

export interface ConfiguredCatalog {
  readonly streams: readonly ConfiguredStream[];
}

export interface ConnectorSpecification {
  /** JSON Schema of the configuration; `airbyte_secret: true` marks what is secret. */
  readonly connectionSpecification: Json;
  readonly documentationUrl?: string;
  readonly supportsIncremental?: boolean;
  readonly supported_destination_sync_modes?: readonly DestinationSyncMode[];
  readonly protocol_version?: string;
}

export type AirbyteMessage =
  | { readonly type: 'RECORD'; readonly record: AirbyteRecord }
  | { readonly type: 'STATE'; readonly state: AirbyteState }
  | { readonly type: 'LOG'; readonly log: AirbyteLog }
  | { readonly type: 'TRACE'; readonly trace: AirbyteTrace }
  | { readonly type: 'SPEC'; readonly spec: ConnectorSpecification }
  | {
      readonly type: 'CONNECTION_STATUS';
      readonly connectionStatus: { readonly status: 'SUCCEEDED' | 'FAILED'; readonly message?: string };
    }
  | { readonly type: 'CATALOG'; readonly catalog: AirbyteCatalog }
  | {
      readonly type: 'CONTROL';
      readonly control: {
        readonly type: 'CONNECTOR_CONFIG';
        readonly emitted_at: number;
        /** The whole configuration, as it is to be given from now on. */
        readonly connectorConfig: { readonly config: Json };
      };
    };
