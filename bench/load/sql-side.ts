import { createReadStream, readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { SqlReply, SqlTask } from './task.js';

/** SQL alone: runs the statements of a file one by one, and streams the input to the COPY among them, as psql's `\copy` does. */
const task = JSON.parse(process.argv[2] ?? '{}') as SqlTask;
const statements = readFileSync(task.sqlFile, 'utf8')
  .replaceAll(/^--.*\n/gm, '')
  .split(/;\s*\n/)
  .filter((statement) => statement.trim() !== '');

async function run(): Promise<SqlReply> {
  const cpu = process.cpuUsage();
  const started = process.hrtime.bigint();
  const client = new pg.Client({ connectionString: task.url });
  await client.connect();
  let copied = started;
  for (const statement of statements) {
    if (!/\bFROM STDIN\b/.test(statement)) await client.query(statement);
    else {
      await pipeline(createReadStream(task.input, { highWaterMark: 1 << 18 }), client.query(copyFrom(statement)));
      copied = process.hrtime.bigint();
    }
  }
  const merged = process.hrtime.bigint();
  await client.end();
  const { user, system } = process.cpuUsage(cpu);
  return {
    seconds: Number(process.hrtime.bigint() - started) / 1e9,
    mergeSeconds: Number(merged - copied) / 1e9,
    cpuSeconds: (user + system) / 1e6,
  };
}

console.log(JSON.stringify(await run()));
