import { createCipheriv, createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { planColumns, type StreamRules } from '../../core/middleware/index.js';
import { compileForScanner, type RowPlan } from '../../core/program/index.js';
import { csvScanner } from '../../core/sdk/files/csv.scanner.js';
import { createBinaryBatch } from '../../destinations/postgres/binary-batch.js';
import { EVENT_FIELDS, eventExport } from '../data/event-export.js';
import { CHAINS } from '../data/typical-rules.js';
import { chunksOf } from './chunks.js';

/**
 * What the chain costs in this process, without a server: a CSV of 14 columns becomes binary COPY without rules, with three maps
 * and six expectations, and with one token and one encryption, by turns; beside that the bare crypto calls, one HMAC and one
 * AES-256-GCM for every row. Times are those of the CPU. `npm run bench -- rules [--rows 2000000] [--rounds 3]`.
 */
const { values: options } = parseArgs({
  options: { rows: { type: 'string', default: '2000000' }, rounds: { type: 'string', default: '3' } },
});
const rows = Number(options.rows);

/** CPU seconds since then: what else the machine does is not in them. */
const cpuSince = (start: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
};

/** CPU seconds for the whole file, and the most memory seen on the way. */
function load(path: string, rules: StreamRules): { seconds: number; peak: number } {
  const plan: RowPlan = {
    columns: planColumns(EVENT_FIELDS, rules, ['event_id']),
    parsing: { nulls: [''], quotedNulls: false, formats: {}, trueTexts: ['true'], falseTexts: ['false'] },
    withPosition: true,
    holdsNul: false,
    unstorableText: 'replace',
  };
  const started = process.cpuUsage();
  const scanner = csvScanner({ skipRows: 1 });
  const program = compileForScanner(plan, EVENT_FIELDS);
  const batch = createBinaryBatch(EVENT_FIELDS.length + 1, { targetBytes: 1 << 20 });
  let encoded = 0;
  let peak = 0;
  const drain = () => {
    while (program.run(scanner, batch)) batch.reset();
    encoded += program.drain().tally.encoded;
  };
  for (const chunk of chunksOf(path, 1 << 18)) {
    scanner.push(chunk);
    drain();
    if (encoded % 64 === 0) peak = Math.max(peak, process.memoryUsage.rss());
  }
  scanner.end();
  drain();
  if (encoded !== rows) throw new Error(`${encoded} rows instead of ${rows}`);
  return { seconds: cpuSince(started), peak };
}

/** One HMAC-SHA256 and one AES-256-GCM for every row, with keys that OpenSSL holds already, and nothing else. */
function bareCalls(): number {
  const key = createSecretKey(Buffer.alloc(32, 7));
  const members = Array.from({ length: 1_000 }, (_, at) => `M${String(at * 997).padStart(9, '0')}`);
  const emails = members.map((_, at) => `member.${at * 997}@example.org`);
  const nonce = randomBytes(12);
  const started = process.cpuUsage();
  for (let row = 0; row < rows; row += 1) {
    createHmac('sha256', key)
      .update(members[row % 1_000] as string)
      .digest('base64url');
    nonce.writeUInt32LE(row);
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    cipher.update(emails[row % 1_000] as string, 'utf8');
    cipher.final();
    cipher.getAuthTag();
  }
  return cpuSince(started);
}

const folder = mkdtempSync(join(tmpdir(), 'tributary-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const path = eventExport({ folder, rows });
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] as number;
const turns = Array.from({ length: Number(options.rounds) }, () => {
  const [bare, ruled, sealed] = [load(path, CHAINS.none), load(path, CHAINS.typical), load(path, CHAINS.sealed)];
  const crypto = bareCalls();
  return {
    bare: bare.seconds,
    ruled: ruled.seconds,
    sealed: sealed.seconds,
    crypto,
    peaks: [bare.peak, ruled.peak, sealed.peak],
  };
});
const perSecond = (seconds: number) => `${Math.round(rows / seconds / 1000)}k rows/s of CPU`;
const share = median(turns.map(({ bare, ruled }) => bare / ruled));
const cost = median(turns.map(({ bare, sealed, crypto }) => (sealed - bare) / crypto));
const said = (isReached: boolean) => (isReached ? 'reached' : 'NOT REACHED');
console.log(`without rules                     ${perSecond(median(turns.map(({ bare }) => bare)))}`);
console.log(
  `three maps, six expectations      ${perSecond(median(turns.map(({ ruled }) => ruled)))}: ${share.toFixed(2)} of that speed (≥ 0.80: ${said(share >= 0.8)})`,
);
console.log(
  `one token, one encryption         ${perSecond(median(turns.map(({ sealed }) => sealed)))}: ${cost.toFixed(2)} of the bare crypto calls, ${perSecond(median(turns.map(({ crypto }) => crypto)))} (≤ 1.30: ${said(cost <= 1.3)})`,
);
const peaks = [0, 1, 2].map((at) => Math.round(Math.max(...turns.map(({ peaks: all }) => all[at] as number)) / 1e6));
console.log(`memory at its peak                ${peaks.join(', ')} MB`);
if (rows >= 2_000_000 && (share < 0.8 || cost > 1.3)) process.exitCode = 1;
