import { mkdtempSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { singer } from '../../../../connectors/singer/singer.source.js';
import type { RunOutcome, StreamRequest } from '../../../../core/engine/index.js';
import type { DestinationSession } from '../../../../core/protocol/index.js';
import { runStreams, type Bench, type RunWishes } from '../../engine/runs.js';

/** The tap of `test/fixtures/singer`, whose config says what it does. */
export const TAP = [process.execPath, join(process.cwd(), 'test/fixtures/singer/tap.mjs')];

export interface Given {
  readonly tap: Readonly<Record<string, unknown>>;
  readonly options?: Readonly<Record<string, unknown>>;
  /** The streams that are read, with what the connection says of each. */
  readonly streams: Readonly<Record<string, Partial<StreamRequest>>>;
  readonly at?: RunWishes['at'];
  /** Another destination than the bench's. */
  readonly connect?: () => Promise<DestinationSession>;
}

/** How a tap was called. */
export interface Call {
  readonly argv: readonly string[];
  readonly token?: string;
  readonly environment: readonly string[];
  readonly mode: string;
  readonly folder: string;
  readonly state: { readonly bookmarks: Readonly<Record<string, { readonly id: number }>> } | null;
}

export interface Site {
  readonly bench: Bench;
  /** What one run came to; its warnings are among the bench's events. */
  sync(given: Given): Promise<RunOutcome>;
  /** The calls that read, in their order. */
  calls(): Promise<readonly Call[]>;
}

export function siteOf(bench: Bench, baseFolder = process.cwd()): Site {
  const calls = join(mkdtempSync(join(tmpdir(), 'tributary-calls-')), 'calls.jsonl');
  return {
    bench,
    async sync({ tap, options, streams, at = {}, connect }) {
      const config = singer.config.parse({ command: TAP, config: { calls, ...tap }, ...options });
      const source = await singer.open(config, { signal: new AbortController().signal, baseFolder });
      try {
        const offered = await source.streams(() => undefined);
        const wanted = Object.keys(streams).map((name) => [name, offered[name]!] as const);
        const wishes: RunWishes = { stream: (name) => streams[name]!, at };
        if (connect !== undefined) return await runStreams(connect, bench.events, Object.fromEntries(wanted), wishes);
        return await bench.run(Object.fromEntries(wanted), wishes);
      } finally {
        await source.close();
      }
    },
    async calls() {
      const lines = (await readFile(calls, 'utf8')).trim().split('\n');
      return lines.map((line) => JSON.parse(line) as Call).filter(({ argv }) => !argv.includes('--discover'));
    },
  };
}
