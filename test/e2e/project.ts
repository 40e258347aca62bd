import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { cliData, runCli, startCli, type CliEnd, type CliOptions } from '../support/cli.js';
import { testDatabase } from '../support/postgres.js';

/** A folder with a configuration as a user keeps it, and databases of its own on the test's server. */
export interface Project {
  readonly folder: string;
  readonly config: string;
  /** Urls of the two databases, for configurations that name them. */
  readonly storeUrl: string;
  readonly warehouseUrl: string;
  write(path: string, content: string | Uint8Array): Promise<string>;
  /** Writes the configuration: head, store and warehouse, and what a test says of sources and connections. */
  configure(rest: string): Promise<void>;
  run(args: readonly string[], options?: CliOptions): Promise<CliEnd>;
  data<T = any>(args: readonly string[], options?: CliOptions): Promise<T>;
  start(args: readonly string[], options?: CliOptions): ReturnType<typeof startCli>;
  /** Asks the warehouse directly, past the program under test. */
  rows<R = any>(sql: string, parameters?: readonly unknown[]): Promise<R[]>;
  /** Runs a statement in the warehouse in a transaction that stays open until it is released. */
  hold(sql: string): Promise<{ release(): Promise<void> }>;
  /** Asks the warehouse until its first row is as wanted. */
  until<R = any>(sql: string, isSo: (row: R) => boolean): Promise<void>;
  remove(): Promise<void>;
}

export async function newProject(rest?: string): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-e2e-'));
  const store = await testDatabase();
  const warehouse = await testDatabase();
  const config = join(folder, 'tributary.yaml');
  const env = { TRIBUTARY_HOME: join(folder, 'home'), TRIBUTARY_CONFIG: config, WAREHOUSE_URL: warehouse.url };
  const here = (options: CliOptions = {}): CliOptions => ({ cwd: folder, ...options, env: { ...env, ...options.env } });
  const write = async (path: string, content: string | Uint8Array) => {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    return file;
  };
  const project: Project = {
    folder,
    config,
    storeUrl: store.url,
    warehouseUrl: warehouse.url,
    write,
    async configure(text) {
      await write('tributary.yaml', head(store.url) + text);
    },
    run: (args, options) => runCli(args, here(options)),
    data: (args, options) => cliData(args, here(options)),
    start: (args, options) => startCli(args, here(options)),
    async rows(sql, parameters = []) {
      const client = new pg.Client({ connectionString: warehouse.url });
      await client.connect();
      try {
        return (await client.query(sql, [...parameters])).rows as any[];
      } finally {
        await client.end();
      }
    },
    async hold(sql) {
      const client = new pg.Client({ connectionString: warehouse.url });
      await client.connect();
      await client.query('BEGIN');
      await client.query(sql);
      return { release: () => client.end() };
    },
    async until(sql, isSo) {
      const client = new pg.Client({ connectionString: warehouse.url });
      await client.connect();
      try {
        while (!isSo((await client.query(sql)).rows[0])) await client.query('SELECT pg_sleep(0.02)');
      } finally {
        await client.end();
      }
    },
    async remove() {
      await store.drop();
      await warehouse.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  if (rest !== undefined) await project.configure(rest);
  return project;
}

const head = (storeUrl: string) => `version: 1
project: { name: outreach, timezone: America/Chicago }
store: ${storeUrl}
destinations:
  warehouse: { connector: postgres, config: { url: "\${env:WAREHOUSE_URL}" } }
`;

/** One stream `engagement` of CSV files in `data/`, as connection `daily`; the texts go into the file's entry and the connection. */
export const csvConnection = (file = '', connection = '') => `sources:
  exports:
    connector: local
    config:
      files:
        - { stream: engagement, path: ./data/*.csv, format: csv${file === '' ? '' : `, ${file}`} }
connections:
  daily:
    source: exports
    destination: warehouse
    schema: raw
    streams: { engagement: {} }
${connection}`;

/** Options of Node that run a piece of code when the program passes a named point of a sync. */
export function atProbe(point: string, code: string): readonly string[] {
  const module = `
    import { subscribe } from 'node:diagnostics_channel';
    import * as fs from 'node:fs';
    let times = 0;
    subscribe('tributary:probe', ({ point }) => { if (point === ${JSON.stringify(point)}) { times += 1; ${code} } });`;
  return ['--import', `data:text/javascript,${encodeURIComponent(module)}`];
}

/** Held there the nth time, the whole process with its signals, until the file is written. */
export const heldUntil = (file: string, nth = 1) =>
  `if (times === ${nth}) { fs.writeSync(2, 'HELD\\n'); const cell = new Int32Array(new SharedArrayBuffer(4));
    while (!fs.existsSync(${JSON.stringify(file)})) Atomics.wait(cell, 0, 0, 20); }`;
