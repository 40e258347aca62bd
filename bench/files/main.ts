import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';
import * as openpgp from 'openpgp';
import { startSshServer } from '../../test/support/ssh-server.js';
import { eventExport } from '../data/event-export.js';
import { openDatabases } from '../load/databases.js';
import { inProcess } from '../load/processes.js';
import type { DecryptReply, DecryptTask, EngineReply, EngineTask, SqlReply, SqlTask } from '../load/task.js';

/**
 * `npm run bench -- files [--rows 2000000] [--pairs 3]`: a gzip CSV from a real OpenSSH server into a new keyed table, against
 * `sftp get`, `gunzip` and SQL alone, by turns; then the same file encrypted by PGP, against decrypting alone: how much more CPU time
 * the load takes, which is judged, and how much longer it takes on the clock: there two loads of one file differ by more than decrypting
 * takes, so that only many pairs on a quiet machine would say something.
 */
const { values } = parseArgs({
  options: { rows: { type: 'string', default: '2000000' }, pairs: { type: 'string', default: '3' } },
});
const rows = Number(values.rows);
const pairs = Number(values.pairs);
const RATIO = 1;
const PEAK_BYTES = 250e6;
/** What two runs differ by alone. */
const NOISE = 1.1;
/** Of a short load the start of the process is a good part. */
const JUDGED_ROWS = 2_000_000;
const isJudged = rows >= JUDGED_ROWS;

const middleOf = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

async function run(command: string, args: readonly string[], input = ''): Promise<void> {
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'inherit'] });
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${command} ended with code ${code}.`);
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

const server = await startSshServer();
const databases = await openDatabases();
try {
  if (server.kind !== 'OpenSSH') console.log('OpenSSH is not installed: what is measured is a server in this process.');
  const csv = eventExport({ folder: databases.folder, rows, kind: 'plain' });
  await pipeline(createReadStream(csv), createGzip(), createWriteStream(join(server.folder, 'events.csv.gz')));
  rmSync(csv);
  const { privateKey, publicKey } = await openpgp.generateKey({
    userIDs: [{ name: 'bench' }],
    format: 'armored',
  });
  const encrypted = join(server.folder, 'events.csv.gz.pgp');
  const message = await openpgp.encrypt({
    message: await openpgp.createMessage({
      binary: Readable.toWeb(createReadStream(join(server.folder, 'events.csv.gz'))) as never,
    }),
    encryptionKeys: await openpgp.readKey({ armoredKey: publicKey }),
    format: 'binary',
  });
  await pipeline(Readable.fromWeb(message as never), createWriteStream(encrypted));
  server.handOver('.');
  const key = join(databases.folder, 'key');
  writeFileSync(key, server.plainKey, { mode: 0o600 });
  const { host, port, username } = server.login;
  const packed = join(databases.folder, 'got.csv.gz');
  const plain = join(databases.folder, 'got.csv');
  const bytes = statSync(join(server.folder, 'events.csv.gz')).size;
  console.log(`${rows} rows, ${Math.round(bytes / 1e6)} MB packed, ${pairs} pairs by turns`);
  console.log('ours s   get s   gunzip s   SQL s   ratio   peak     PGP adds: s    CPU s   decrypting alone: s, CPU s');
  const ratios: number[] = [];
  let peak = 0;
  const added: number[] = [];
  const addedCpu: number[] = [];
  for (let turn = 0; turn < pairs; turn += 1) {
    const ours = await inProcess<EngineReply>('engine-side', {
      url: await databases.fresh('files_engine', async () => undefined),
      format: 'csv',
      input: '/events.csv.gz',
      stopsAfterStaging: false,
      sftp: server.login,
    } satisfies EngineTask);
    if (ours.ledger.inserted !== rows) throw new Error(`${ours.ledger.inserted} of ${rows} rows were inserted.`);
    const url = await databases.fresh('files_sql', async () => undefined);
    const options = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR'];
    const get = await secondsOf(() =>
      run(
        'sftp',
        ['-q', '-b', '-', '-i', key, '-P', String(port), ...options, `${username}@${host}`],
        `get events.csv.gz ${packed}\n`,
      ),
    );
    const gunzip = await secondsOf(() => run('gunzip', ['-kf', packed]));
    const sql = await inProcess<SqlReply>('sql-side', {
      url,
      sqlFile: fileURLToPath(new URL('../../../bench/sql/first-load.sql', import.meta.url)),
      input: plain,
    } satisfies SqlTask);
    const sealed = await inProcess<EngineReply>('engine-side', {
      url: await databases.fresh('files_pgp', async () => undefined),
      format: 'csv',
      input: '/events.csv.gz.pgp',
      stopsAfterStaging: false,
      sftp: server.login,
      pgpKey: privateKey,
    } satisfies EngineTask);
    if (sealed.ledger.inserted !== rows) throw new Error(`${sealed.ledger.inserted} of ${rows} rows were inserted.`);
    const decrypt = await inProcess<DecryptReply>('decrypt-side', {
      pgpKey: privateKey,
      input: encrypted,
    } satisfies DecryptTask);
    const longer = sealed.seconds - ours.seconds;
    const more = sealed.cpuSeconds - ours.cpuSeconds;
    added.push(longer / decrypt.seconds);
    addedCpu.push(more / decrypt.cpuSeconds);
    const ratio = (get + gunzip + sql.seconds) / ours.seconds;
    ratios.push(ratio);
    peak = Math.max(peak, ours.peakBytes, sealed.peakBytes);
    const cells = [ours.seconds, get, gunzip, sql.seconds].map((seconds) => seconds.toFixed(2).padEnd(8));
    console.log(
      [
        ...cells,
        ratio.toFixed(2).padEnd(7),
        `${Math.round(ours.peakBytes / 1e6)}, ${Math.round(sealed.peakBytes / 1e6)} MB`,
        longer.toFixed(2).padEnd(13),
        more.toFixed(2).padEnd(7),
        `${decrypt.seconds.toFixed(2)}, ${decrypt.cpuSeconds.toFixed(2)}`,
      ].join(' '),
    );
  }
  const verdict = (isReached: boolean) =>
    isJudged ? (isReached ? 'reached' : 'NOT REACHED') : `too small to judge: from ${JUDGED_ROWS} rows on`;
  const limits = [
    { text: 'ratio', value: middleOf(ratios).toFixed(2), limit: `≥ ${RATIO}`, isReached: middleOf(ratios) >= RATIO },
    {
      text: 'peak',
      value: `${Math.round(peak / 1e6)} MB`,
      limit: `≤ ${PEAK_BYTES / 1e6} MB`,
      isReached: peak <= PEAK_BYTES,
    },
    {
      text: 'CPU time that PGP adds, of that of decrypting alone:',
      value: middleOf(addedCpu).toFixed(2),
      limit: `≤ ${NOISE}`,
      isReached: middleOf(addedCpu) <= NOISE,
    },
  ];
  for (const { text, value, limit, isReached } of limits)
    console.log(`${text} ${value} (${limit}: ${verdict(isReached)})`);
  console.log(`On the clock PGP adds ${middleOf(added).toFixed(2)} of what decrypting alone takes.`);
  if (isJudged && limits.some(({ isReached }) => !isReached)) process.exitCode = 1;
} finally {
  await databases.close();
  await server.close();
}
