import type { Ledger } from '../../core/protocol/index.js';

/** What the loading process is asked to do. */
export interface EngineTask {
  readonly url: string;
  readonly format: 'csv' | 'jsonl' | 'pages';
  /** Path of the file, or address of the API. */
  readonly input: string;
  /** The login of an SSH server; the input is then a path in the folder where it lands. */
  readonly sftp?: Readonly<Record<string, unknown>>;
  /** The armored key that the file is encrypted for. */
  readonly pgpKey?: string;
  /** The chain of the stream; absent: without rules. */
  readonly rules?: 'typical' | 'sealed';
  /** True: time ends when all rows are staged, and nothing is merged. */
  readonly stopsAfterStaging: boolean;
}

export interface EngineReply {
  readonly seconds: number;
  /** Of the last checkpoint: from when all rows are staged until they are committed. */
  readonly mergeSeconds: number;
  readonly idleBytes: number;
  readonly peakBytes: number;
  readonly cpuSeconds: number;
  readonly ledger: Ledger;
}

/** What decrypting alone is asked to do. */
export interface DecryptTask {
  readonly pgpKey: string;
  readonly input: string;
}

/** What the other side is asked to do: to run a file of SQL, giving the input to its COPY. */
export interface SqlTask {
  readonly url: string;
  readonly sqlFile: string;
  readonly input: string;
}

export interface DecryptReply {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export interface SqlReply extends DecryptReply {
  /** From the end of its COPY on. */
  readonly mergeSeconds: number;
}
